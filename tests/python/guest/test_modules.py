# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""depmod's tables."""

from __future__ import annotations

import pytest

from vhost_device.guest.errors import GuestBuildError, GuestError
from vhost_device.guest.modules import ModuleAliases, ModuleDependencies, module_name

DEP = """\
kernel/drivers/misc/eeprom/at24.ko:
kernel/drivers/iio/industrialio.ko:
kernel/drivers/iio/kfifo_buf.ko: kernel/drivers/iio/industrialio.ko
kernel/drivers/iio/st_lsm6dsx.ko: kernel/drivers/iio/kfifo_buf.ko kernel/drivers/iio/industrialio.ko
extra/i2c-virtio.ko: kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko:
"""
ALIAS = """\
# Aliases extracted from modules themselves.
alias i2c:24c32 at24
alias i2c:24c02 at24
alias i2c:tmp75 lm75
alias i2c:lm75 lm75
alias virtio:d00000022v* i2c_virtio
alias of:N*T*Cnational,lm75C* lm75
"""


@pytest.mark.parametrize(
    ("path", "name"),
    [("extra/i2c-virtio.ko", "i2c_virtio"), ("a/b/at24.ko.xz", "at24"), ("i2c-dev", "i2c_dev")],
)
def test_module_name_ignores_folder_ending_and_dashes(path: str, name: str) -> None:
    assert module_name(path) == name


def test_closure_includes_everything_needed_once() -> None:
    assert ModuleDependencies(DEP).closure(["st_lsm6dsx", "i2c_virtio"]) == [
        "extra/i2c-virtio.ko",
        "kernel/drivers/iio/industrialio.ko",
        "kernel/drivers/iio/kfifo_buf.ko",
        "kernel/drivers/iio/st_lsm6dsx.ko",
        "kernel/drivers/virtio/virtio.ko",
    ]


def test_closure_of_unknown_module_names_it_and_the_nearest() -> None:
    with pytest.raises(GuestBuildError, match=r"'at25'.*near it: at24"):
        ModuleDependencies(DEP).closure(["at25"])


@pytest.mark.parametrize(("chip", "module"), [("24c32", "at24"), ("tmp75", "lm75"), ("lm75", "lm75")])
def test_chip_name_leads_to_its_module(chip: str, module: str) -> None:
    assert ModuleAliases(ALIAS).module_for_i2c(chip) == module


def test_alias_pattern_is_matched() -> None:
    assert ModuleAliases(ALIAS).module_for("virtio:d00000022v00001AF4") == "i2c_virtio"


def test_unknown_alias_gives_none() -> None:
    assert ModuleAliases(ALIAS).module_for("usb:v1234") is None


def test_unknown_chip_names_the_nearest_and_the_remedy() -> None:
    with pytest.raises(GuestError, match=r"'24c33'.*near it: 24c32.*build --modules"):
        ModuleAliases(ALIAS).module_for_i2c("24c33")
