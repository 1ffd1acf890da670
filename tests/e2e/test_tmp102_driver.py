# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's tmp102 driver on simulated sensors: the whole range, limits, hysteresis, the ALERT pin.

Expected values are what drivers/hwmon/tmp102.c of Linux 6.1 makes of the registers in extended mode:
steps of 1/16 degree, in millidegrees, towards zero.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Level, Tmp102

SENSOR = 0x48

# The driver takes nothing for 35 ms after it woke the sensor up (TMP102_CONF_SD).
TEMPERATURES = [
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


@pytest.mark.parametrize("part", ["tmp102", "tmp112"])
def test_temperature_over_the_whole_range_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str
) -> None:
    sensor = i2c_bus.attach(Tmp102(part, address=SENSOR))
    hwmon = linux_guest.bind(part, SENSOR)
    shown = []
    for temperature, _ in TEMPERATURES:
        sensor.temperature = temperature
        shown.append((temperature, hwmon.read("temp1_input")))
    assert shown == TEMPERATURES


def test_limits_after_power_on_are_the_datasheets(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Tmp102(address=SENSOR))
    hwmon = linux_guest.bind("tmp102", SENSOR)
    assert (hwmon.read("temp1_max"), hwmon.read("temp1_max_hyst")) == ("80000", "75000")


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
    sensor.temperature = 90
    assert sensor.alert_level == Level.low
    assert hwmon.read("temp1_input") == "90000"
    assert sensor.alert_level == Level.high


def test_driver_puts_the_configuration_back(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Tmp102(address=SENSOR))
    hwmon = linux_guest.bind("tmp102", SENSOR)
    assert sensor.configuration == 0x62B0  # interrupt mode, 4 Hz, extended; AL says no alert
    hwmon.unbind()
    assert sensor.configuration == 0x60A0
