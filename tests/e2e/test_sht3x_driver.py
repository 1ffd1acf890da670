# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's sht3x driver on simulated sensors: both quantities over the range, limits, alarms, the heater.

The driver sends a command, sleeps and reads: a sensor that is not ready does not answer. Expected values are
the datasheet's code of each value (SHT3x-DIS, 4.13) in the arithmetic of drivers/hwmon/sht3x.c of Linux 6.1,
which divides by 2^16 and cuts off.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Level, Sht3x

SENSOR = 0x44

TEMPERATURES = [
    (-40, "-40002"),
    (-10, "-10001"),
    (-0.5, "-500"),
    (0, "-1"),
    (25, "24998"),
    (60, "59998"),
    (125, "124998"),
]
HUMIDITIES = [(0, "0"), (1, "999"), (33.3, "33299"), (50, "50000"), (99.9, "99897"), (100, "99998")]


def test_single_shots_over_the_whole_range_are_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Sht3x("sht31", address=SENSOR))
    hwmon = linux_guest.bind("sht3x", SENSOR)
    temperatures, humidities = [], []
    for temperature, _ in TEMPERATURES:
        sensor.temperature = temperature
        temperatures.append((temperature, hwmon.read("temp1_input")))
    for humidity, _ in HUMIDITIES:
        sensor.humidity = humidity
        humidities.append((humidity, hwmon.read("humidity1_input")))
    assert (temperatures, humidities) == (TEMPERATURES, HUMIDITIES)


# "Alert Mode of SHT3x-DIS": 60 C and 80 %, 58 C and 79 %, -10 C and 20 %, -9 C and 22 %, in steps of 9 and 7
# bits.
def test_limits_after_power_on_are_the_application_notes(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Sht3x(address=SENSOR))
    hwmon = linux_guest.bind("sht3x", SENSOR)
    limits = ("max", "max_hyst", "min", "min_hyst")
    temperatures = hwmon.read_each(*(f"temp1_{limit}" for limit in limits))
    humidities = hwmon.read_each(*(f"humidity1_{limit}" for limit in limits))
    assert temperatures == ["59931", "57880", "-10137", "-9112"]
    assert humidities == ["79687", "78906", "20312", "21875"]


def test_periodic_mode_measures_and_alerts_by_the_guests_limits(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Sht3x(address=SENSOR))
    hwmon = linux_guest.bind("sht3x", SENSOR)
    hwmon.write("temp1_max", 50000)
    hwmon.write("humidity1_max", 60000)
    hwmon.write("update_interval", 100)
    periodic = [sensor.measures_periodically]
    assert sensor.high_alert_temperature == pytest.approx(50, abs=175 / 512)
    assert sensor.high_alert_humidity == pytest.approx(60, abs=100 / 128)
    sensor.temperature = 51
    sensor.humidity = 59
    levels = [sensor.alert_level]
    assert hwmon.read_each("temp1_alarm", "humidity1_alarm") == ["1", "0"]
    assert hwmon.read("temp1_input") == "50999"
    sensor.temperature = 40
    sensor.humidity = 61
    assert hwmon.read_each("temp1_alarm", "humidity1_alarm") == ["0", "1"]
    hwmon.write("update_interval", 0)
    periodic.append(sensor.measures_periodically)
    assert periodic == [True, False]
    levels.append(sensor.alert_level)
    assert levels == [Level.high, Level.low]


def test_heater_is_switched_by_the_guest(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Sht3x(address=SENSOR))
    hwmon = linux_guest.bind("sht3x", SENSOR)
    states = []
    for on in (1, 0):
        # The driver answers with the two bytes that it sent, whatever it was given: so two it has to be.
        hwmon.write("heater_enable", f"{on}\n")
        states.append((sensor.heater_is_on, hwmon.read("heater_enable")))
    assert states == [(True, "1"), (False, "0")]


# It clears the flags of the reset (SHT3x-DIS, table 18).
def test_driver_clears_the_status(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Sht3x(address=SENSOR))
    assert sensor.status == 0x8010
    linux_guest.bind("sht3x", SENSOR)
    assert sensor.status == 0x0000
