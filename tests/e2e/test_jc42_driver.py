# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's jc42 driver on simulated sensors: the whole range, limits, alarms, hysteresis, the EVENT pin.

Expected values are what drivers/hwmon/jc42.c of Linux 6.1 makes of the registers: steps of 1/16 degree, in
millidegrees, towards zero. It knows any of the parts as "jc42".
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.i2c import Write
from vhost_device.sim import Bus, Jc42, Level

SENSOR = 0x18

TEMPERATURES = [
    (-40, "-40000"),
    (-25.0625, "-25062"),
    (-0.0625, "-62"),
    (0, "0"),
    (0.0625, "62"),
    (25.5, "25500"),
    (99.9375, "99937"),
    (125, "125000"),
]


def test_temperature_over_the_whole_range_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Jc42("mcp9808", address=SENSOR))
    hwmon = linux_guest.bind("jc42", SENSOR)
    shown = []
    for temperature, _ in TEMPERATURES:
        sensor.temperature = temperature
        shown.append((temperature, hwmon.read("temp1_input")))
    assert shown == TEMPERATURES


# How fine a part is at power-up: 0.25 C (DS22153C, 5.1.4) and 0.125 C (SE97).
@pytest.mark.parametrize(("part", "shown"), [("mcp98243", "20250"), ("se97", "20375")])
def test_other_parts_have_their_resolution(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, shown: str
) -> None:
    i2c_bus.attach(Jc42(part, address=SENSOR, temperature=20.3125))
    assert linux_guest.bind("jc42", SENSOR).read("temp1_input") == shown


def test_limits_written_by_the_guest_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Jc42(address=SENSOR))
    hwmon = linux_guest.bind("jc42", SENSOR)
    hwmon.write("temp1_min", -20000)
    hwmon.write("temp1_max", 30250)
    hwmon.write("temp1_crit", 80000)
    hwmon.write("temp1_crit_hyst", 77000)
    assert (sensor.lower_limit, sensor.upper_limit, sensor.critical_limit) == (-20, 30.25, 80)
    assert sensor.hysteresis == 3
    assert hwmon.read_each("temp1_max_hyst", "temp1_crit_hyst") == ["27250", "77000"]


def test_alarms_come_and_go_with_the_hysteresis(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Jc42(address=SENSOR))
    hwmon = linux_guest.bind("jc42", SENSOR)
    for limit, value in (("min", 20000), ("max", 30000), ("crit", 40000), ("crit_hyst", 38500)):
        hwmon.write(f"temp1_{limit}", value)
    expected = [
        (25, "000"),
        (18.5, "000"),  # a low alarm begins below the hysteresis
        (18.4375, "100"),
        (20, "000"),
        (40, "011"),
        (38.4375, "010"),
        (28.5, "000"),
    ]
    shown = []
    for temperature, _ in expected:
        sensor.temperature = temperature
        alarms = hwmon.read_each("temp1_min_alarm", "temp1_max_alarm", "temp1_crit_alarm")
        shown.append((temperature, "".join(alarms)))
    assert shown == expected


def test_event_pin_that_the_firmware_switched_on_follows_the_drivers_limits(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Jc42(address=SENSOR))
    i2c_bus.transfer([Write(SENSOR, b"\x01\x00\x08")])  # the output is enabled
    hwmon = linux_guest.bind("jc42", SENSOR)
    hwmon.write("temp1_crit", 90000)
    hwmon.write("temp1_max", 70000)
    levels = []
    for temperature in (70, 70.25, 69):
        sensor.temperature = temperature
        levels.append(sensor.event_level)
    assert levels == [Level.high, Level.low, Level.high]


def test_driver_wakes_the_sensor_up_and_puts_it_back_to_sleep(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Jc42(address=SENSOR))
    i2c_bus.transfer([Write(SENSOR, b"\x01\x01\x00")])
    hwmon = linux_guest.bind("jc42", SENSOR)
    assert sensor.configuration == 0x0000
    hwmon.unbind()
    assert sensor.configuration == 0x0100
