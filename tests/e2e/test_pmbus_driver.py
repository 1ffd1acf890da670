# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's pmbus driver on a simulated supply with three outputs: readings, limits, alarms, PEC.

Expected values are what drivers/hwmon/pmbus/pmbus_core.c of Linux 6.1 makes of the words: the mantissa
times 1000 (a power: 1000000), shifted by the exponent. in1 is the input; in2 to in4 are the outputs, on a
page each.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from vhost_device.guest import LinuxGuest, SysfsDevice
from vhost_device.sim import Bus, Level, PmbusSupply

SUPPLY = 0x58


def attach(bus: Bus, guest: LinuxGuest) -> tuple[PmbusSupply, SysfsDevice]:
    supply = bus.attach(PmbusSupply(address=SUPPLY))
    return supply, guest.bind("pmbus", SUPPLY)


def read(hwmon: SysfsDevice, names: Iterable[str]) -> dict[str, str]:
    asked = list(names)
    return dict(zip(asked, hwmon.read_each(*asked)))


def test_driver_finds_every_rail_and_its_readings(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    supply.input_current = 2
    supply.temperature = -12.5
    supply.set_output_current(0, 5)
    supply.set_output_current(1, 8)
    supply.set_output_current(2, 12.5)
    shown = {
        "in1_label": "vin",
        "in1_input": "48000",
        "in2_label": "vout1",
        "in2_input": "12000",
        "in3_label": "vout2",
        "in3_input": "5000",
        "in4_label": "vout3",
        "in4_input": "3300",  # 13517 * 1000 / 2^12
        "curr1_label": "iin",
        "curr1_input": "2000",
        "curr2_label": "iout1",
        "curr2_input": "5000",
        "curr3_input": "8000",
        "curr4_label": "iout3",
        "curr4_input": "12500",
        "power1_label": "pin",
        "power1_input": "96000000",
        "power2_label": "pout1",
        "power2_input": "60000000",
        "power3_input": "40000000",
        "power4_input": "41250000",
        "temp1_input": "-12500",
        "fan1_input": "6000",
        "fan1_target": "6000",
    }
    assert read(hwmon, shown) == shown


# LINEAR11 has 10 bits and a sign: the numbers are the nearest of those, and cut off to thousandths.
@pytest.mark.parametrize(
    ("volts_in", "volts_out", "degrees", "rpm", "shown"),
    [
        (0, 0, -55, 1, ["0", "0", "-55000", "1"]),
        (48.3, 3.2998046875, -0.1, 1023, ["48312", "3299", "-100", "1023"]),
        (71.9, 3.3125, 25.03, 2049, ["71875", "3312", "25031", "2048"]),
        (100, 15.999755859375, 150, 30000, ["100000", "15999", "150000", "30016"]),
    ],
)
def test_readings_over_the_range_are_in_the_formats_steps(
    i2c_bus: Bus,
    linux_guest: LinuxGuest,
    volts_in: float,
    volts_out: float,
    degrees: float,
    rpm: float,
    shown: list[str],
) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    supply.input_voltage = volts_in
    supply.set_output_voltage(2, volts_out)
    supply.temperature = degrees
    supply.fan_speed = rpm
    assert hwmon.read_each("in1_input", "in4_input", "temp1_input", "fan1_input") == shown


def test_limits_at_first_are_the_supplys(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    _, hwmon = attach(i2c_bus, linux_guest)
    shown = {
        "in1_lcrit": "36000",
        "in1_min": "38000",
        "in1_max": "72000",
        "in1_crit": "75000",
        "in2_min": "10500",
        "in2_max": "13500",
        "in3_lcrit": "3750",
        "in3_crit": "6250",
        "curr1_max": "10000",
        "curr2_max": "20000",
        "curr2_crit": "25000",
        "temp1_min": "-30000",
        "temp1_max": "100000",
        "temp1_crit": "110000",
        "power1_max": "500000000",
    }
    assert read(hwmon, shown) == shown


def test_alarm_is_shown_once_when_its_cause_has_gone(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    supply.input_voltage = 73
    levels = [supply.alert_level]
    alarms = ["in1_max_alarm", "in1_crit_alarm", "in1_min_alarm"]
    first = hwmon.read_each(*alarms)
    supply.input_voltage = 48
    second = hwmon.read_each(*alarms)
    third = hwmon.read_each(*alarms)
    assert (first, second, third) == (["1", "0", "0"], ["1", "0", "0"], ["0", "0", "0"])
    levels.append(supply.alert_level)
    assert levels == [Level.low, Level.high]


def test_alarms_are_those_of_their_rail(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    supply.set_output_voltage(1, 7)
    supply.set_output_voltage(2, 2)
    supply.set_output_current(0, 26)
    supply.temperature = 105
    supply.fan_speed = 0
    shown = {
        "in2_crit_alarm": "0",
        "in3_max_alarm": "1",
        "in3_crit_alarm": "1",
        "in3_min_alarm": "0",
        "in4_min_alarm": "1",
        "in4_lcrit_alarm": "1",
        "curr2_max_alarm": "1",
        "curr2_crit_alarm": "1",
        "curr3_max_alarm": "0",
        "temp1_max_alarm": "1",
        "temp1_crit_alarm": "0",
        "fan1_fault": "1",
    }
    assert read(hwmon, shown) == shown


def test_limit_written_by_the_guest_counts(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    hwmon.write("in1_max", 50000)
    hwmon.write("in4_min", 3250)
    hwmon.write("temp1_max", 30500)
    assert [hwmon.read(name) for name in ("in1_max", "in4_min", "temp1_max")] == ["50000", "3250", "30500"]
    supply.input_voltage = 50.0625
    supply.set_output_voltage(2, 3.24)
    supply.temperature = 30.53125
    names = ["in1_max_alarm", "in4_min_alarm", "temp1_max_alarm"]
    assert hwmon.read_each(*names) == ["1", "1", "1"]


# CAPABILITY tells of PEC, and so the driver uses it; the supply would not take a wrong code.
def test_driver_reads_alike_with_and_without_packet_error_codes(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    supply, hwmon = attach(i2c_bus, linux_guest)
    assert hwmon.read("pec") == "1"
    with_pec = hwmon.read("in3_input")
    hwmon.write("pec", 0)
    assert (with_pec, hwmon.read("in3_input")) == ("5000", "5000")
    assert supply.status_word(0) == 0
