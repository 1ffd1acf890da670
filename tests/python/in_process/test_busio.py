# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""CircuitPython's busio protocol: what each call puts on the wire, buffers, locks, and failures."""

from __future__ import annotations

import array
import errno
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import busio
import pytest
from adafruit_bus_device.i2c_device import I2CDevice
from answering_chip import AnsweringChip
from recording_chip import Messages, transactions

from vhost_device import Guest
from vhost_device.busio import I2C
from vhost_device.sim import Bus, Device

ADDRESS = 0x20
Call = Callable[[I2C], object]


@pytest.fixture
def i2c(guest: Guest) -> Iterator[I2C]:
    with guest.busio() as i2c:
        yield i2c


@pytest.fixture
def chip(bus: Bus) -> AnsweringChip:
    return bus.attach(AnsweringChip(ADDRESS, b"\x01\x02\x03\x04"))


# ---- the wire

WRITES: tuple[tuple[str, Call, list[Messages]], ...] = (
    ("bytes", lambda i2c: i2c.writeto(ADDRESS, b"\x10\x11"), [[("write", b"\x10\x11")]]),
    ("nothing", lambda i2c: i2c.writeto(ADDRESS, b""), [[("write", b"")]]),
    ("text", lambda i2c: i2c.writeto(ADDRESS, "a\xff"), [[("write", b"a\xff")]]),
    ("part", lambda i2c: i2c.writeto(ADDRESS, b"abcd", start=1, end=3), [[("write", b"bc")]]),
    ("tail", lambda i2c: i2c.writeto(ADDRESS, bytearray(b"abcd"), start=2), [[("write", b"cd")]]),
    (
        "words",
        lambda i2c: i2c.writeto(ADDRESS, array.array("H", [0x1234, 0x5678])),
        [[("write", array.array("H", [0x1234, 0x5678]).tobytes())]],
    ),
    (
        "then read",
        lambda i2c: i2c.writeto_then_readfrom(ADDRESS, b"\x10", bytearray(2)),
        [[("write", b"\x10"), ("read", b"\x01\x02")]],
    ),
    (
        "stop, then read",
        lambda i2c: i2c.writeto_then_readfrom(ADDRESS, b"\x10", bytearray(2), stop=True),
        [[("write", b"\x10")], [("read", b"\x01\x02")]],
    ),
    (
        "part, then read a part",
        lambda i2c: i2c.writeto_then_readfrom(
            ADDRESS, b"abcd", bytearray(4), out_start=1, out_end=2, in_start=1, in_end=4
        ),
        [[("write", b"b"), ("read", b"\x01\x02\x03")]],
    ),
)


@pytest.mark.parametrize(("call", "wire"), [row[1:] for row in WRITES], ids=[row[0] for row in WRITES])
def test_write_is_on_the_wire(i2c: I2C, chip: AnsweringChip, call: Call, wire: list[Messages]) -> None:
    assert call(i2c) is None
    assert transactions(chip.events) == wire


@pytest.mark.parametrize(
    ("start", "end", "filled"),
    [
        (0, None, b"\x01\x02\x03\x04"),
        (1, None, b"\x00\x01\x02\x03"),
        (1, 3, b"\x00\x01\x02\x00"),
        (0, -1, b"\x01\x02\x03\x00"),
        (2, 2, b"\x00\x00\x00\x00"),
    ],
)
def test_read_fills_a_part_and_leaves_the_rest(
    i2c: I2C, chip: AnsweringChip, start: int, end: int | None, filled: bytes
) -> None:
    buffer = bytearray(4)
    i2c.readfrom_into(ADDRESS, buffer, start=start, end=end)
    assert bytes(buffer) == filled
    other = bytearray(4)
    i2c.writeto_then_readfrom(ADDRESS, b"\x10", other, in_start=start, in_end=end)
    assert other == buffer
    assert [message[0] for message in transactions(chip.events)[-1]] == ["write", "read"]


def test_read_fills_arrays_and_views(i2c: I2C, chip: AnsweringChip) -> None:
    words = array.array("H", [0])
    i2c.readfrom_into(ADDRESS, words)
    assert words.tobytes() == b"\x01\x02"
    buffer = bytearray(3)
    i2c.readfrom_into(ADDRESS, memoryview(buffer)[1:])
    assert buffer == b"\x00\x01\x02"


def test_buffer_that_cannot_be_written_is_refused(i2c: I2C, chip: AnsweringChip) -> None:
    with pytest.raises(TypeError):
        i2c.readfrom_into(ADDRESS, b"123")  # type: ignore[arg-type]


def test_scan_and_probe_find_who_acknowledges(i2c: I2C, bus: Bus) -> None:
    bus.attach(Device(0x48))
    bus.attach(Device(0x20))
    assert i2c.scan() == [0x20, 0x48]
    assert i2c.probe(0x48)
    assert not i2c.probe(0x49)


@pytest.mark.parametrize(
    "call",
    [
        lambda i2c: i2c.writeto(ADDRESS, b"\x10"),
        lambda i2c: i2c.readfrom_into(ADDRESS, bytearray(1)),
        lambda i2c: i2c.writeto_then_readfrom(ADDRESS, b"\x10", bytearray(1)),
    ],
)
def test_absent_chip_is_eio_as_in_a_guest(i2c: I2C, call: Call) -> None:
    with pytest.raises(OSError, match="0x20: I/O error") as failure:
        call(i2c)
    assert failure.value.errno == errno.EIO


def test_reason_is_told_where_there_is_no_guest_between(bus: Bus) -> None:
    i2c = I2C(bus)
    with pytest.raises(OSError, match="0x20: address NACK") as failure:
        i2c.writeto(ADDRESS, b"")
    assert failure.value.errno == errno.ENXIO


# ---- locks and life


def test_lock_is_for_one_at_a_time(guest: Guest) -> None:
    i2c = guest.busio()
    assert i2c.try_lock()
    assert not i2c.try_lock()
    i2c.unlock()
    i2c.unlock()
    assert i2c.try_lock()


def test_drivers_that_do_not_lock_work_as_with_blinka(guest: Guest, chip: AnsweringChip) -> None:
    i2c = guest.busio()
    buffer = bytearray(1)
    i2c.writeto_then_readfrom(ADDRESS, b"\x10", buffer)
    assert buffer == b"\x01"
    assert i2c.scan() == [ADDRESS]


def test_deinitialized_one_says_so_and_the_guest_goes_on(guest: Guest, chip: AnsweringChip) -> None:
    with guest.busio() as i2c:
        assert i2c.try_lock()
    i2c.deinit()
    for use in (i2c.try_lock, i2c.scan):
        with pytest.raises(ValueError, match="deinitialized"):
            use()
    assert guest.scan() == [ADDRESS]


def test_something_else_than_an_adapter_is_refused() -> None:
    wrong: Any = 1
    with pytest.raises(TypeError, match="expected an adapter"):
        I2C(wrong)


# ---- against CircuitPython's own


@pytest.mark.parametrize(
    "name", [name for name in dir(busio.I2C) if not name.startswith("_") and name != "init"]
)
def test_arguments_are_those_of_blinka(name: str) -> None:
    def arguments(owner: type) -> list[tuple[str, object, object]]:
        parameters = inspect.signature(getattr(owner, name)).parameters.values()
        return [(each.name, each.kind, each.default) for each in parameters]

    assert arguments(I2C) == arguments(busio.I2C)


def test_guest_takes_the_place_of_the_class(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = list(inspect.signature(busio.I2C).parameters)
    assert list(inspect.signature(guest.busio).parameters) == wanted
    monkeypatch.setattr(busio, "I2C", guest.busio)
    assert isinstance(busio.I2C(3, 2, frequency=400_000), I2C)


def test_bus_device_finds_uses_and_misses_chips(guest: Guest, chip: AnsweringChip) -> None:
    i2c: Any = guest.busio()
    device = I2CDevice(i2c, ADDRESS)
    buffer = bytearray(2)
    with device:
        device.write(b"\x10")
        device.readinto(buffer)
        device.write_then_readinto(b"\x11", buffer, in_start=1)
    assert buffer == b"\x01\x01"
    assert transactions(chip.events)[1:] == [
        [("write", b"\x10")],
        [("read", b"\x01\x02")],
        [("write", b"\x11"), ("read", b"\x01")],
    ]
    with pytest.raises(ValueError, match="No I2C device at address: 0x21"):
        I2CDevice(i2c, 0x21)
