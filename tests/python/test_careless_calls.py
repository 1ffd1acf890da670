# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Calls as they are mistyped: the error names the argument, the value, and what was expected."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from vhost_device import Guest
from vhost_device.faults import FaultInjector, flip, nack, short_read, stretch
from vhost_device.i2c import Address, Read, Router, TooLong, Write
from vhost_device.replay import Recorder, Replayer
from vhost_device.sim import Bus, Device, Lm75, ManualClock
from vhost_device.stimulus import ramp
from vhost_device.trace import Tracer

# Whose types do not matter here.
any_read: Any = Read
any_write: Any = Write
any_address: Any = Address
any_nack: Any = nack
any_flip: Any = flip
any_stretch: Any = stretch
any_injector: Any = FaultInjector
any_tracer: Any = Tracer
any_guest: Any = Guest
any_device: Any = Device
any_lm75: Any = Lm75
any_bus: Any = Bus
any_recorder: Any = Recorder
any_replayer: Any = Replayer

Call = Callable[[Any], object]

DATA = r": expected bytes, or ints from 0 to 255, as in \[0x01, 0x60\]"
MESSAGES = r": expected a list of Read and Write, as in \[Write\(0x48, \[0x00\]\), Read\(0x48, 2\)\]"


@pytest.fixture
def bus() -> Bus:
    bus = Bus(ManualClock())
    bus.attach(Lm75(address=0x48))
    return bus


def chip(bus: Bus) -> Any:
    return bus.devices[0]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda bus: any_read("0x50", 1),
            TypeError,
            "address '0x50': expected an int from 0x00 to 0x7f, or an",
        ),
        (lambda bus: any_read(None, 1), TypeError, "address None: expected an int"),
        (lambda bus: any_read(0x50, "4"), TypeError, "length '4': expected an int from 0 to 65535"),
        (lambda bus: any_read(0x50, 2.0), TypeError, "length 2.0: expected an int from 0 to 65535"),
        (lambda bus: any_read(0x50, -1), ValueError, "length -1: expected an int from 0 to 65535"),
        (lambda bus: any_read(0x50, 2**70), ValueError, "length 1180.*: expected an int from 0 to 65535"),
        (lambda bus: any_write(0x50, "abc"), TypeError, "data 'abc'" + DATA),
        (lambda bus: any_write(0x50, 5), TypeError, "data 5" + DATA),
        (lambda bus: any_write(0x50, ["a"]), TypeError, r"data \['a'\]" + DATA),
        (lambda bus: any_write(0x50, [256]), ValueError, r"data \[256\]" + DATA),
        (lambda bus: any_write(0x50, [300] * 99), ValueError, r"data \[300, 300, .*\.\.\.: expected bytes"),
        (lambda bus: any_address(1.5), TypeError, "address 1.5: expected an int"),
        (lambda bus: any_address.ten_bit("1"), TypeError, "address '1': expected 0x000 to 0x3ff"),
        (lambda bus: any_address.ten_bit(1024), ValueError, "address 1024: expected 0x000 to 0x3ff"),
        (lambda bus: bus.transfer(Read(0x48, 1)), TypeError, r"messages Read\(0x48, 1\)" + MESSAGES),
        (lambda bus: bus.transfer(None), TypeError, "messages None" + MESSAGES),
        (lambda bus: bus.transfer(b"12"), TypeError, "messages b'12'" + MESSAGES),
        (
            lambda bus: bus.transfer([Read(0x48, 1), b"1"]),
            TypeError,
            r"messages\[1\] b'1': expected a Read or a Write",
        ),
        (lambda bus: any_device([0x50, "x"]), TypeError, "address 'x': expected an int"),
        (lambda bus: any_device("0x50"), TypeError, "address '0x50': expected an int .*, or a list of them"),
        (lambda bus: any_lm75(address="0x48"), TypeError, "address '0x48': expected an int"),
        (
            lambda bus: Device(0x20).read(2**40),
            ValueError,
            "length 1099511627776: expected an int from 0 to 65535",
        ),
        (lambda bus: any_nack(address="0x48"), TypeError, "address '0x48': expected an int"),
        (lambda bus: any_nack(times=-1), ValueError, "times -1: expected an int from 0"),
        (lambda bus: any_nack(times=1.5), TypeError, "times 1.5: expected an int from 0"),
        (lambda bus: any_nack(byte="0"), TypeError, "byte '0': expected an int from 0 to 65534"),
        (lambda bus: any_nack(read="yes"), TypeError, "read 'yes': expected True or False"),
        (lambda bus: any_nack(probability="often"), TypeError, "probability 'often': expected a number"),
        (lambda bus: any_flip(256), ValueError, "mask 256: expected an int from 0 to 255"),
        (lambda bus: any_flip("x"), TypeError, "mask 'x': expected an int from 0 to 255"),
        (lambda bus: short_read(-1), ValueError, "length -1: expected an int from 0 to 65535"),
        (lambda bus: any_stretch("1"), TypeError, "duration '1': expected a number"),
        (lambda bus: any_stretch(-1), ValueError, "duration -1: expected 0 to 1000000 seconds"),
        (lambda bus: any_injector("x"), TypeError, "adapter 'x': expected a bus"),
        (lambda bus: any_injector(bus, clock="x"), TypeError, "clock 'x': expected a Clock"),
        (
            lambda bus: any_injector(bus, seed=-1),
            ValueError,
            "seed -1: expected an int from 0 to 18446744073709",
        ),
        (lambda bus: bus.clear_faults("x"), TypeError, "seed 'x': expected an int from 0"),
        (lambda bus: setattr(bus, "script_limit_ms", 1.5), TypeError, "script_limit_ms 1.5: expected an int"),
        (lambda bus: any_bus(3), TypeError, "clock 3: expected a Clock, such as ManualClock"),
        (lambda bus: any_guest(bus, timeout="x"), TypeError, "timeout 'x': expected a number"),
        (lambda bus: any_tracer(bus, clock=3), TypeError, "clock 3: expected a Clock"),
        (lambda bus: setattr(bus.trace, "limit", -1), ValueError, "limit -1: expected an int from 0"),
        (lambda bus: setattr(bus.trace, "enabled", "x"), TypeError, "enabled 'x': expected True or False"),
        (lambda bus: bus.trace.messages(address="0x48"), TypeError, "address '0x48': expected an int"),
        (lambda bus: bus.trace.assert_written("0x48", b""), TypeError, "address '0x48': expected an int"),
        (
            lambda bus: bus.trace.assert_written(0x48, "abc"),
            TypeError,
            "data 'abc': expected bytes or a list",
        ),
        (
            lambda bus: bus.trace.assert_written(0x48, [256]),
            ValueError,
            r"data \[256\]: expected bytes or a list",
        ),
        (lambda bus: bus.trace.to(3), TypeError, "path 3: expected a path"),
        (lambda bus: bus.trace.save(None), TypeError, "path None: expected a path"),
        (lambda bus: any_recorder(bus, 3), TypeError, "path 3: expected a path"),
        (lambda bus: any_replayer(None), TypeError, "path None: expected a path"),
        (lambda bus: bus.clock.advance(seconds="1"), TypeError, "seconds '1': expected a number"),
        (lambda bus: bus.clock.advance(milliseconds=None), TypeError, "milliseconds None: expected a number"),
        (lambda bus: Router([(bus, ["x"])]), TypeError, "address 'x': expected an int"),  # type: ignore[list-item]
        (lambda bus: chip(bus).follow(3, ramp(0, 1, 1)), TypeError, "property 3: expected the name of one"),
        (
            lambda bus: chip(bus).follow("temperature", ramp(0, 1, 1), start="x"),
            TypeError,
            "start 'x': expected a number",
        ),
    ],
)
def test_careless_call_is_told_what_is_wrong(bus: Bus, call: Call, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call(bus)


def test_number_may_be_of_any_type_that_is_one(bus: Bus) -> None:
    class Number:
        def __index__(self) -> int:
            return 0x48

    number: Any = Number()
    assert Read(number, number).length == 0x48
    assert len(bus.transfer([Read(number, 2)])[0]) == 2


def test_messages_may_come_from_a_generator(bus: Bus) -> None:
    messages: Any = (Read(0x48, 2) for _ in range(2))
    assert len(bus.transfer(messages)) == 2


# ---- lengths

MEMORY = 256 << 20


@pytest.fixture
def little_memory() -> Iterator[None]:
    """No more than it has and some, so that who allocates what is asked for fails."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as status:
        has = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("length", [65536, 2**31, 2**60])
def test_read_that_is_too_long_is_refused_before_anything_is_allocated(bus: Bus, length: int) -> None:
    text = rf"0x48: too long \(message 2 of 2\): {length} bytes, expected at most 65535"
    with pytest.raises(TooLong, match=text) as failure:
        bus.transfer([Write(0x48), Read(0x48, length)])
    assert (int(failure.value.address), failure.value.index) == (0x48, 1)


def test_write_that_is_too_long_is_refused_with_the_limit(bus: Bus) -> None:
    with pytest.raises(TooLong, match="0x48: too long: 65536 bytes, expected at most 65535"):
        bus.transfer([Write(0x48, bytes(65536))])


def test_read_that_is_too_long_is_refused_by_a_guest(bus: Bus) -> None:
    with Guest(bus) as guest, pytest.raises(TooLong, match="expected at most 65535"):
        guest.transfer([Read(0x48, 2**31)])
