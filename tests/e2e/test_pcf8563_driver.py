# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's rtc-pcf8563 driver on a simulated clock: time over the range, lost time, alarm.

Expected values are what drivers/rtc/rtc-pcf8563.c of Linux 6.1 makes of the registers, within a tolerance,
as time goes on meanwhile. The unit tests have the timer, which this driver leaves alone.
"""

from __future__ import annotations

import errno
from datetime import datetime, timedelta, timezone

import pytest
from eventually import eventually

from vhost_device.guest import GuestOSError, LinuxGuest
from vhost_device.sim import Bus, Level, Pcf8563

CLOCK = 0x51
TOLERANCE = timedelta(seconds=20)

# In the chip, and in the driver, to which the years from 70 on are 1970 to 1999.
TIMES = [
    (datetime(2000, 1, 1, 0, 0, 0), datetime(2000, 1, 1, 0, 0, 0)),
    (datetime(2024, 2, 29, 12, 34, 56), datetime(2024, 2, 29, 12, 34, 56)),
    (datetime(2038, 1, 19, 3, 14, 8), datetime(2038, 1, 19, 3, 14, 8)),
    (datetime(2069, 12, 31, 19, 59, 0), datetime(2069, 12, 31, 19, 59, 0)),
    (datetime(2099, 12, 31, 19, 59, 0), datetime(1999, 12, 31, 19, 59, 0)),
]
# With a century bit, which the driver leaves as it is and does not read.
LATER = (datetime(2126, 11, 22, 9, 30, 0), datetime(2026, 11, 22, 9, 30, 0))


def test_time_of_the_clock_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    clock = i2c_bus.attach(Pcf8563(time=TIMES[0][0]))
    rtc = linux_guest.bind("pcf8563", CLOCK)
    late = []
    for there, shown in [*TIMES, LATER]:
        clock.time = there
        date, time_of_day = rtc.read_each("date", "time")
        late.append(datetime.fromisoformat(f"{date} {time_of_day}") - shown)
    assert [timedelta(0) <= each <= TOLERANCE for each in late] == [True] * 6


def test_clock_that_lost_its_time_is_refused_until_it_is_set(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    clock = i2c_bus.attach(Pcf8563())
    rtc = linux_guest.bind("pcf8563", CLOCK)
    with pytest.raises(GuestOSError) as refused:
        rtc.read("since_epoch")
    assert refused.value.errno == errno.EINVAL

    device = rtc.resolve("since_epoch").split("/")[-2]
    times = []
    for there, given in TIMES:
        # The guest's own clock goes back to what it was.
        linux_guest.run(
            f"now=$(date +%s); date -u -s '{given}' && hwclock -w -u -f /dev/{device}; s=$?;"
            " date -s @$now; exit $s",
            check=True,
        )
        times.append(clock.time - there)
    assert clock.lost_time is False
    assert [timedelta(0) <= each <= TOLERANCE for each in times] == [True] * len(TIMES)


def test_alarm_set_by_the_guest_pulls_the_pin_at_its_minute(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    clock = i2c_bus.attach(Pcf8563(time=datetime(2026, 11, 22, 9, 30, 0)))
    rtc = linux_guest.bind("pcf8563", CLOCK)
    alarm = datetime(2026, 11, 23, 19, 31, 0)
    rtc.write("wakealarm", int(alarm.replace(tzinfo=timezone.utc).timestamp()))
    day_before = alarm - timedelta(days=1)
    clock.time = day_before - timedelta(seconds=1)
    assert eventually(lambda: clock.time, lambda now: now >= day_before) >= day_before
    assert clock.interrupt_level == Level.high
    clock.time = alarm - timedelta(seconds=1)
    assert eventually(lambda: clock.interrupt_level, lambda level: level == Level.low) == Level.low
    assert timedelta(0) <= clock.time - alarm <= TOLERANCE
    # Binding clears the flags and disables the interrupts.
    rtc.unbind()
    linux_guest.bind("pcf8563", CLOCK)
    assert clock.interrupt_level == Level.high
