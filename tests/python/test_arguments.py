# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Wrong arguments: the error names the thing, the value and what would be right."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest

from vhost_device import Daemon, DaemonError, InProcessGuest
from vhost_device.errors import FrontEndError, ImageError
from vhost_device.i2c import AddressNack, Read
from vhost_device.sim import At24, BoardError, Bus, Device, Lm75

UNDECODABLE = b"\xff\xfe"

# Whose types do not matter here.
any_daemon: Any = Daemon


@pytest.mark.parametrize(
    ("use", "kind", "text"),
    [
        (lambda bus: any_daemon(None, "s"), TypeError, r"adapter None: expected a bus, as in Daemon\(bus"),
        (lambda bus: any_daemon("s", bus), TypeError, r"adapter 's': expected a bus, as in Daemon\(bus"),
        (lambda bus: any_daemon(bus, "s", socket_count="2"), TypeError, "socket_count '2': expected an int"),
        (
            lambda bus: any_daemon(bus, "s", socket_count=True),
            TypeError,
            "socket_count True: expected an int",
        ),
        (
            lambda bus: any_daemon(bus, "s", socket_mode="600"),
            TypeError,
            "socket_mode '600': expected an int",
        ),
        (lambda bus: any_daemon(bus, fd=True), TypeError, "fd True: expected a descriptor, or a socket"),
        (lambda bus: any_daemon(bus, fd="0"), TypeError, "fd '0': expected a descriptor, or a socket"),
        (lambda bus: InProcessGuest("s", float("nan")), ValueError, "timeout nan: expected 0 to 1000000 sec"),
        (lambda bus: InProcessGuest("s", 1e300), ValueError, r"timeout 1e\+300: expected 0 to 1000000 sec"),
        (lambda bus: InProcessGuest("s", -1), ValueError, r"timeout -1.0: expected 0 to 1000000 sec"),
        (lambda bus: bus.attach(bus), TypeError, "Bus object .* is no chip; expected a Device"),
        (lambda bus: bus.attach(None), TypeError, "None is no chip; expected a Device"),
        (
            lambda bus: Lm75(address=0x48, temperature=1e308),
            ValueError,
            r"lm75: temperature 1e\+308 C \(expected -55 to 125\)",
        ),
        (
            lambda bus: Lm75(address=0x48, temperature=float("nan")),
            ValueError,
            "lm75: temperature nan C",
        ),
        (
            lambda bus: setattr(Lm75(address=0x48), "temperature", -1e300),
            ValueError,
            r"lm75: temperature -1e\+300 C \(expected -55 to 125\)",
        ),
    ],
)
def test_wrong_argument_is_named(
    bus: Bus, use: Callable[[Bus], object], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind, match=text):
        use(bus)


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        (lambda bus, path: Daemon(bus, path / "i2c").start(), DaemonError),
        (lambda bus, path: InProcessGuest(path), FrontEndError),
        (lambda bus, path: bus.load_board(path), BoardError),
        (lambda bus, path: At24("24c02", 0x50, image=path), ImageError),
    ],
)
def test_path_that_is_no_text_is_named(
    bus: Bus, tmp_path: Path, use: Callable[[Bus, Path], object], kind: type[Exception]
) -> None:
    name = os.fsdecode(UNDECODABLE)
    with pytest.raises(kind, match=name):
        use(bus, tmp_path / name)


def test_exception_whose_text_is_no_unicode_is_logged(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Device):
        def read(self, length: int) -> bytes:
            raise ValueError(os.fsdecode(UNDECODABLE))

    bus.attach(Broken(0x20))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    [record] = caplog.records
    assert record.getMessage().endswith(r"ValueError: \udcff\udcfe")
