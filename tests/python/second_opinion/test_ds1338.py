# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The DS1307 beside QEMU's DS1338 (hw/rtc/ds1338.c), which has the same registers but for control.

QEMU's counts the day of the week from the date before, reads 24 hours after 12 were written, goes on with the
host's clock, and has no time that is 2^31 seconds from now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from alike import Transfers, assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from qemu_models import QemuModels

from vhost_device.i2c import Read, Write
from vhost_device.sim import Bus, Ds1307, ManualClock

ADDRESS = 0x68
TIME_REGISTERS = 7
HOURS, WEEKDAY = 2, 3
MEMORY, MEMORY_END = 0x08, 0x40
TWELVE_HOURS, PM = 0x40, 0x20

# Each byte makes a date of its own in QEMU's, and so there has to be such a day in every month.
DAYS = st.dates(date(2000, 1, 1), date(2079, 12, 31)).filter(lambda day: day.day <= 28)
TIMES = st.builds(datetime.combine, DAYS, st.times().map(lambda time: time.replace(microsecond=0)))
RUN_LIMIT = timedelta(minutes=1)
MEMORY_STEPS = st.integers(MEMORY, MEMORY_END - 1).flatmap(
    lambda at: st.tuples(st.just(at), st.binary(min_size=1, max_size=MEMORY_END - at))
)


class Clocks:
    """One of each."""

    def __init__(self, models: QemuModels, bus: Bus) -> None:
        self.models = models
        self.bus = bus
        self.ours = bus.attach(Ds1307("ds1307", address=ADDRESS))

    def write(self, register: int, data: bytes) -> None:
        assert_alike(self.bus, self.models, Write(ADDRESS, bytes([register]) + data))

    def assert_alike(self, register: int, length: int) -> None:
        assert_alike(self.bus, self.models, Write(ADDRESS, bytes([register])), Read(ADDRESS, length))


@pytest.fixture
def clocks(bus: Bus) -> Iterator[Clocks]:
    with QemuModels() as models:
        yield Clocks(models, bus)


def bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def registers(time: datetime, hours: int) -> bytes:
    fields = (time.second, time.minute, 0, time.isoweekday(), time.day, time.month, time.year % 100)
    data = bytearray(bcd(field) for field in fields)
    data[HOURS] = hours
    return bytes(data)


def time_of(bus: Transfers) -> datetime:
    """What the time registers say, in the form of 24 hours."""
    (data,) = bus.transfer([Write(ADDRESS, b"\0"), Read(ADDRESS, TIME_REGISTERS)])
    second, minute, hour, _, day, month, year = ((byte >> 4) * 10 + (byte & 0xF) for byte in data)
    return datetime(2000 + year, month, day, hour, minute, second)


@settings(max_examples=8, deadline=None, database=None)
@given(st.lists(TIMES, min_size=1, max_size=15))
def test_time_as_a_guest_sets_it_is_understood_alike(times: list[datetime]) -> None:
    with QemuModels() as models:
        clocks = Clocks(models, Bus(ManualClock()))
        for time in times:
            clocks.write(0, registers(time, bcd(time.hour)))
            assert time_of(clocks.bus) == time
            assert time <= time_of(clocks.models) < time + RUN_LIMIT


@pytest.mark.parametrize("hour", range(24))
def test_hours_of_either_form_are_understood_alike(clocks: Clocks, hour: int) -> None:
    twelve_hours = TWELVE_HOURS | (PM if hour >= 12 else 0) | bcd((hour - 1) % 12 + 1)
    clocks.write(0, registers(datetime(2026, 11, 22), twelve_hours))
    assert clocks.ours.time is not None
    understood = clocks.models.transfer([Write(ADDRESS, bytes([HOURS])), Read(ADDRESS, 1)])
    assert (bcd(clocks.ours.time.hour), understood) == (bcd(hour), [bytes([bcd(hour)])])


@settings(max_examples=8, deadline=None, database=None)
@given(st.lists(MEMORY_STEPS, min_size=1, max_size=15))
def test_memory_is_alike(steps: list[tuple[int, bytes]]) -> None:
    with QemuModels() as models:
        clocks = Clocks(models, Bus(ManualClock()))
        for at, data in steps:
            clocks.write(at, data)
            clocks.assert_alike(MEMORY, MEMORY_END - MEMORY)


def test_pointer_goes_from_the_last_register_to_the_first_alike(clocks: Clocks) -> None:
    clocks.write(MEMORY_END - 2, b"\x12\x34\x00\x30\x15")  # the last three are half past three
    clocks.assert_alike(MEMORY_END - 2, 2)
    for bus in (clocks.bus, clocks.models):
        assert bus.transfer([Write(ADDRESS, b"\x01"), Read(ADDRESS, 2)]) == [b"\x30\x15"]
        assert bus.transfer([Write(ADDRESS, bytes([MEMORY_END - 1])), Read(ADDRESS, 4)])[0][2:] == b"\x30\x15"
