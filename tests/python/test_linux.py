# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Adapters of the host: what needs none. tests/e2e/linux has the rest, in a guest that plays the host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vhost_device import Error
from vhost_device.i2c import Adapter
from vhost_device.linux import AdapterError, HostAdapter, I2cDev, adapters

# Whose types do not matter here.
any_i2c_dev: Any = I2cDev


def test_adapters_are_those_of_sysfs_by_number() -> None:
    folders = Path("/sys/bus/i2c/devices").glob("i2c-[0-9]*")
    names = {int(folder.name[4:]): (folder / "name").read_text()[:-1] for folder in folders}
    assert adapters() == sorted(names.items())


def test_adapter_reads_as_in_messages() -> None:
    assert str(HostAdapter(3, "SMBus I801 adapter")) == "i2c-3 (SMBus I801 adapter)"


@pytest.mark.parametrize(
    ("adapter", "text"),
    [
        ("no such adapter", "there is no I2C adapter with the name 'no such adapter'; "),
        ("4000000000", "there is no I2C adapter with the number '4000000000'; "),
        (4000000000, "there is no I2C adapter with the number '4000000000'; "),
        (10**30, f"there is no I2C adapter with the number '1{'0' * 30}'; "),
        ("", "there is no I2C adapter with the name ''; "),
        ("bytes \udcff", "there is no I2C adapter with the name 'bytes \udcff'; "),
    ],
)
def test_unknown_adapter_is_told_with_those_that_there_are(adapter: str | int, text: str) -> None:
    with pytest.raises(AdapterError) as raised:
        I2cDev(adapter, [0x50])
    described = [f"{number} ({name})" for number, name in adapters()]
    assert str(raised.value).startswith(text)
    assert [each for each in described if each not in str(raised.value)] == []


def test_adapter_error_is_an_error_of_the_package() -> None:
    assert issubclass(AdapterError, Error)
    assert issubclass(I2cDev, Adapter)


@pytest.mark.parametrize(
    ("use", "kind", "text"),
    [
        (lambda: any_i2c_dev(None, [0x50]), TypeError, "adapter None: expected its name or its number"),
        (lambda: any_i2c_dev(True, [0x50]), TypeError, "adapter True: expected its name or its number"),
        (lambda: I2cDev(-1, [0x50]), ValueError, "adapter -1: expected a name, or a number from 0"),
        (lambda: any_i2c_dev(0, 0x50), TypeError, r"addresses 80: expected a list of .*, as in \[0x50\]"),
        (lambda: any_i2c_dev(0, "0x50"), TypeError, "addresses '0x50': expected a list of addresses"),
        (lambda: any_i2c_dev(0, ["0x50"]), TypeError, "int"),
        (lambda: I2cDev(0, []), ValueError, "addresses: expected at least one"),
        (lambda: I2cDev(0, [0x50, 0x51, 0x50]), ValueError, "address 0x50 is given twice"),
        (lambda: I2cDev(0, [0x80]), ValueError, "address 128: expected 0x00 to 0x7f"),
        (lambda: I2cDev(0, [0x50], timeout=0), ValueError, "timeout 0: expected more than 0 seconds"),
        (lambda: I2cDev(0, [0x50], timeout=float("nan")), ValueError, "timeout nan: expected 0 to 1000000"),
        (lambda: I2cDev(0, [0x50], timeout=1e300), ValueError, r"timeout 1e\+300: expected 0 to 1000000"),
        (lambda: I2cDev(0, [0x50], retries=-1), ValueError, "retries -1: expected 0 or more"),
        (lambda: any_i2c_dev(0, [0x50], 1.0), TypeError, "positional arguments"),
    ],
)
def test_wrong_argument_is_named_with_what_would_be_right(use: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        use()


@pytest.mark.parametrize("use", [repr, lambda device: device.name, lambda device: device.transfer([])])
def test_device_used_before_its_init_is_told_what_to_call(use: Any) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\) was not called"):
        use(I2cDev.__new__(I2cDev))
