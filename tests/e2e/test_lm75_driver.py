# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's lm75 driver on simulated sensors: whole range, limits, hysteresis, resolution, O.S. pin.

Expected values are what drivers/hwmon/lm75.c of Linux 6.1 makes of the registers: millidegrees rounded
down when read, to the nearest step when written.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Level, Lm75

SENSOR = 0x48

NINE_BITS = [
    (-55, "-55000"),
    (-25, "-25000"),
    (-0.5, "-500"),
    (0, "0"),
    (0.5, "500"),
    (25, "25000"),
    (25.5, "25500"),
    (75, "75000"),
    (125, "125000"),
]
TWELVE_BITS = [
    (-128, "-128000"),
    (-55, "-55000"),
    (-25.5625, "-25563"),
    (-0.0625, "-63"),
    (0, "0"),
    (0.0625, "62"),
    (0.1875, "187"),
    (25.5625, "25562"),
    (100.3125, "100312"),
    (127.9375, "127937"),
]
RANGE = [(part, *row) for part in ("lm75", "lm75a") for row in NINE_BITS] + [
    (part, *row) for part in ("tmp75", "tmp275") for row in TWELVE_BITS
]


@pytest.mark.parametrize(("part", "temperature", "shown"), RANGE)
def test_temperature_of_the_sensor_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, temperature: float, shown: str
) -> None:
    i2c_bus.attach(Lm75(part, address=SENSOR, temperature=temperature))
    assert linux_guest.bind(part, SENSOR).read("temp1_input") == shown


@pytest.mark.parametrize("part", ["lm75", "lm75a", "tmp75", "tmp275"])
def test_limits_after_power_on_are_the_datasheets(i2c_bus: Bus, linux_guest: LinuxGuest, part: str) -> None:
    i2c_bus.attach(Lm75(part, address=SENSOR))
    hwmon = linux_guest.bind(part, SENSOR)
    assert (hwmon.read("temp1_max"), hwmon.read("temp1_max_hyst")) == ("80000", "75000")


WRITTEN = [
    ("lm75", 30000, 30.0, "30000"),
    ("lm75", 30300, 30.5, "30500"),
    ("lm75", -10250, -10.5, "-10500"),
    ("lm75", 500, 0.5, "500"),
    ("lm75", 200000, 125.0, "125000"),
    ("lm75", -200000, -55.0, "-55000"),
    ("tmp75", 30300, 30.3125, "30312"),
    ("tmp75", -62, -0.0625, "-63"),
]


@pytest.mark.parametrize(("part", "written", "in_chip", "shown"), WRITTEN)
def test_limit_written_by_the_guest_is_in_the_chip_and_reads_back(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, written: int, in_chip: float, shown: str
) -> None:
    sensor = i2c_bus.attach(Lm75(part, address=SENSOR))
    hwmon = linux_guest.bind(part, SENSOR)
    hwmon.write("temp1_max", written)
    assert (sensor.limit, sensor.hysteresis) == (in_chip, 75.0)
    # Bound anew, since the driver remembers what it wrote.
    hwmon.unbind()
    assert linux_guest.bind(part, SENSOR).read("temp1_max") == shown


@pytest.mark.parametrize(("part", "written", "in_chip", "shown"), WRITTEN)
def test_hysteresis_written_by_the_guest_is_in_the_chip_and_reads_back(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, written: int, in_chip: float, shown: str
) -> None:
    sensor = i2c_bus.attach(Lm75(part, address=SENSOR))
    hwmon = linux_guest.bind(part, SENSOR)
    hwmon.write("temp1_max_hyst", written)
    assert (sensor.limit, sensor.hysteresis) == (80.0, in_chip)
    hwmon.unbind()
    assert linux_guest.bind(part, SENSOR).read("temp1_max_hyst") == shown


# SNIS153B, "Comparator Mode": active above T_OS, until below T_HYST.
def test_os_pin_follows_the_limits_that_the_guest_has_set(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Lm75(address=SENSOR, temperature=25))
    hwmon = linux_guest.bind("lm75", SENSOR)
    hwmon.write("temp1_max_hyst", 28000)
    hwmon.write("temp1_max", 30000)
    levels = []
    for temperature in (25, 30, 30.5, 29, 28, 27.5):
        sensor.temperature = temperature
        levels.append((temperature, sensor.os_level))
    assert levels == [
        (25, Level.high),
        (30, Level.high),
        (30.5, Level.low),
        (29, Level.low),
        (28, Level.low),
        (27.5, Level.high),
    ]


def test_driver_sets_the_finest_resolution_and_puts_the_configuration_back(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Lm75("tmp75", address=SENSOR))
    hwmon = linux_guest.bind("tmp75", SENSOR)
    assert sensor.configuration == 0x60  # R1 R0: 12 bits (SBOS288M, "Converter Resolution")
    hwmon.unbind()
    assert sensor.configuration == 0x00


# SBOS288M, "Converter Resolution": conversion time by resolution.
@pytest.mark.parametrize(
    ("interval", "resolution_bits", "shown"),
    [("220", 0x60, "25562"), ("110", 0x40, "25500"), ("55", 0x20, "25500"), ("28", 0x00, "25500")],
)
def test_update_interval_written_by_the_guest_is_the_chips_resolution(
    i2c_bus: Bus, linux_guest: LinuxGuest, interval: str, resolution_bits: int, shown: str
) -> None:
    sensor = i2c_bus.attach(Lm75("tmp75", address=SENSOR))
    hwmon = linux_guest.bind("tmp75", SENSOR)
    hwmon.write("update_interval", interval)
    assert hwmon.read("update_interval") == interval
    assert sensor.configuration == resolution_bits
    sensor.temperature = 25.54  # nearest are 25.5625 and, in all coarser steps, 25.5
    assert hwmon.read("temp1_input") == shown


def test_eight_sensors_on_one_bus_are_told_apart(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    addresses = range(SENSOR, SENSOR + 8)
    for address in addresses:
        i2c_bus.attach(Lm75(address=address, temperature=address - SENSOR))
    shown = [linux_guest.bind("lm75", address).read("temp1_input") for address in addresses]
    assert shown == ["0", "1000", "2000", "3000", "4000", "5000", "6000", "7000"]
