# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's drivers on simulated TMP102 and TMP112: the whole range, limits, the ALERT pin.

Linux 6.1 drives the TMP102 by drivers/hwmon/tmp102.c, in extended mode, with steps of 1/16 degree towards
zero; and the TMP112 by drivers/hwmon/lm75.c, in 12 bits, with steps rounded down.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Level, Tmp102

SENSOR = 0x48

EXTENDED = [
    (-55, "-55000"),
    (-25.0625, "-25062"),
    (-0.0625, "-62"),
    (0, "0"),
    (0.0625, "62"),
    (25.5, "25500"),
    (127.9375, "127937"),
    (128, "128000"),
    (150, "150000"),
]
TWELVE_BITS = [
    (-55, "-55000"),
    (-25.0625, "-25063"),
    (-0.0625, "-63"),
    (0, "0"),
    (0.0625, "62"),
    (25.5, "25500"),
    (127.9375, "127937"),
    (150, "127937"),
]


@pytest.mark.parametrize(("part", "expected"), [("tmp102", EXTENDED), ("tmp112", TWELVE_BITS)])
def test_temperature_over_the_whole_range_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, expected: list[tuple[float, str]]
) -> None:
    sensor = i2c_bus.attach(Tmp102(part, address=SENSOR))
    hwmon = linux_guest.bind(part, SENSOR)
    shown = []
    for temperature, _ in expected:
        sensor.temperature = temperature
        shown.append((temperature, hwmon.read("temp1_input")))
    assert shown == expected


# The datasheet's 5000 and 4b00 are 80 and 75 degrees. Extended mode, which the driver selects, has one more
# bit, and so they are twice that there (SBOS397H, 7.4.2).
def test_limits_after_power_on_are_the_datasheets(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Tmp102(address=SENSOR))
    assert (sensor.high_limit, sensor.low_limit) == (80.0, 75.0)
    hwmon = linux_guest.bind("tmp102", SENSOR)
    assert (hwmon.read("temp1_max"), hwmon.read("temp1_max_hyst")) == ("160000", "150000")


def test_limits_written_by_the_guest_drive_the_alert_pin(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Tmp102(address=SENSOR))
    hwmon = linux_guest.bind("tmp102", SENSOR)
    hwmon.write("temp1_max_hyst", -20000)
    hwmon.write("temp1_max", 130500)
    assert (sensor.low_limit, sensor.high_limit) == (-20.0, 130.5)
    levels = []
    for temperature in (130.4375, 130.5):
        sensor.temperature = temperature
        levels.append(sensor.alert_level)
    assert levels == [Level.high, Level.low]


# SBOS397H, 7.4.5.2: in interrupt mode, which the driver selects, reading ends an alert.
def test_read_of_the_temperature_ends_an_alert(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Tmp102(address=SENSOR))
    hwmon = linux_guest.bind("tmp102", SENSOR)
    hwmon.write("temp1_max", 85000)
    sensor.temperature = 90
    before = sensor.alert_level
    assert hwmon.read("temp1_input") == "90000"
    assert (before, sensor.alert_level) == (Level.low, Level.high)


def test_driver_puts_the_configuration_back(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Tmp102(address=SENSOR))
    hwmon = linux_guest.bind("tmp102", SENSOR)
    assert sensor.configuration == 0x62B0  # interrupt mode, 4 Hz, extended; AL says no alert
    hwmon.unbind()
    assert sensor.configuration == 0x60A0
