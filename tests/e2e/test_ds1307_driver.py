# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's rtc-ds1307 driver on simulated clocks: time over the range, alarm, memory, thermometer.

Expected values are what drivers/rtc/rtc-ds1307.c of Linux 6.1 makes of the registers. Time goes on while
a guest reads it, so times are compared within a tolerance; the unit tests have the long spans.
"""

from __future__ import annotations

import errno
from datetime import datetime, timedelta, timezone

import pytest
from eventually import eventually

from vhost_device.guest import GuestOSError, LinuxGuest, SysfsDevice
from vhost_device.sim import Bus, Ds1307, Level

CLOCK = 0x68
TOLERANCE = timedelta(seconds=20)

TIMES = [
    datetime(2000, 1, 1, 0, 0, 0),
    datetime(2000, 2, 29, 23, 0, 0),
    datetime(2024, 2, 29, 12, 34, 56),
    datetime(2026, 11, 22, 9, 30, 0),
    datetime(2038, 1, 19, 3, 14, 8),
    datetime(2099, 12, 31, 19, 59, 0),
]


def time_of(rtc: SysfsDevice) -> datetime:
    """What the driver reads."""
    date, time_of_day, epoch = rtc.read_each("date", "time", "since_epoch")
    shown = datetime.fromisoformat(f"{date} {time_of_day}")
    counted = datetime.fromtimestamp(int(epoch), timezone.utc).replace(tzinfo=None)
    assert timedelta(0) <= counted - shown <= TOLERANCE
    return shown


def log_lines_of_lost_time(guest: LinuxGuest) -> int:
    """How often the driver said that the clock had lost its time."""
    return guest.run("dmesg").stdout.count(b"SET TIME!")


def errno_of_reading(rtc: SysfsDevice) -> int | None:
    """What reading the time fails with; 0 if it does not."""
    try:
        rtc.read("since_epoch")
    except GuestOSError as error:
        return error.errno
    return 0


@pytest.mark.parametrize("part", ["ds1307", "ds3231", "ds1339"])
def test_time_of_the_clock_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest, part: str) -> None:
    clock = i2c_bus.attach(Ds1307(part, time=TIMES[0]))
    rtc = linux_guest.bind(part, CLOCK)
    late = []
    for there in TIMES:
        clock.time = there
        late.append(time_of(rtc) - there)
    assert [timedelta(0) <= each <= TOLERANCE for each in late] == [True] * len(TIMES)


# By its last digits, Linux 6.1 clears OSF when it binds, when it sets the time, or never; CH always.
@pytest.mark.parametrize(
    ("part", "lost_in_the_end"), [("ds1307", [False]), ("ds3231", [False, True]), ("ds1339", [False, True])]
)
def test_clock_that_lost_its_time_is_noticed_until_it_is_set(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, lost_in_the_end: list[bool]
) -> None:
    clock = i2c_bus.attach(Ds1307(part))
    said_before = log_lines_of_lost_time(linux_guest)
    rtc = linux_guest.bind(part, CLOCK)
    said = log_lines_of_lost_time(linux_guest) - said_before
    # Some say it in the log, some refuse to read.
    assert (said, errno_of_reading(rtc)) in [(0, errno.EINVAL), (1, errno.EINVAL), (1, 0)]

    device = rtc.resolve("since_epoch").split("/")[-2]
    times = []
    for there in TIMES:
        # The guest's own clock goes back to what it was.
        linux_guest.run(
            f"now=$(date +%s); date -u -s '{there}' && hwclock -w -u -f /dev/{device}; s=$?;"
            " date -s @$now; exit $s",
            check=True,
        )
        times.append(clock.time - there)
    assert clock.lost_time in lost_in_the_end
    assert [timedelta(0) <= each <= TOLERANCE for each in times] == [True] * len(TIMES)
    assert timedelta(0) <= time_of(rtc) - TIMES[-1] <= TOLERANCE


def test_clock_with_twelve_hours_is_put_to_twenty_four(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    clock = i2c_bus.attach(Ds1307("ds1307", time=datetime(2026, 11, 22, 5, 10, 0)))
    linux_guest.run(f"modprobe i2c-dev; i2cset -y {linux_guest.bus()} {CLOCK:#x} 2 0x65", check=True)  # 5 PM
    assert clock.time.hour == 17
    rtc = linux_guest.bind("ds1307", CLOCK)
    assert (
        linux_guest.run(f"i2cget -f -y {linux_guest.bus()} {CLOCK:#x} 2", check=True).text.strip() == "0x17"
    )
    assert time_of(rtc).hour == 17


def test_memory_keeps_what_was_written(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Ds1307("ds1307", time=TIMES[0]))
    rtc = linux_guest.bind("ds1307", CLOCK)
    data = bytes(range(0x80, 0x80 + 56))
    rtc.write_bytes("nvmem", data)
    rtc.write_bytes("nvmem", b"\x55", offset=55)
    rtc.unbind()
    again = linux_guest.bind("ds1307", CLOCK)
    assert again.read_bytes("nvmem") == data[:55] + b"\x55"


# 10 bits of a quarter of a degree each.
def test_temperature_of_the_ds3231_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    clock = i2c_bus.attach(Ds1307("ds3231", time=TIMES[0]))
    hwmon = linux_guest.bind("ds3231", CLOCK)
    shown = []
    for temperature in (-40, -0.25, 0, 25.25, 85):
        clock.temperature = temperature
        shown.append(hwmon.read("temp1_input"))
    assert shown == ["-40000", "-250", "0", "25250", "85000"]


@pytest.mark.parametrize("part", ["ds3231", "ds1339"])
def test_alarm_set_by_the_guest_pulls_the_pin_at_its_time(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str
) -> None:
    clock = i2c_bus.attach(Ds1307(part, time=datetime(2026, 11, 22, 9, 30, 0)))
    rtc = linux_guest.bind(part, CLOCK, properties={"wakeup-source": True})
    alarm = datetime(2026, 11, 23, 19, 30, 15)
    rtc.write("wakealarm", int(alarm.replace(tzinfo=timezone.utc).timestamp()))
    assert clock.square_wave_hz == 0
    day_before = alarm - timedelta(days=1)
    clock.time = day_before - timedelta(seconds=1)
    assert eventually(lambda: clock.time, lambda now: now >= day_before) >= day_before
    assert clock.sqw_level == Level.high
    clock.time = alarm - timedelta(minutes=1)
    assert clock.sqw_level == Level.high
    clock.time = alarm - timedelta(seconds=1)
    assert eventually(lambda: clock.sqw_level, lambda level: level == Level.low) == Level.low
    assert timedelta(0) <= clock.time - alarm <= TOLERANCE
