# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's bmp280-i2c driver on simulated sensors: what it compensates is what the sensor is in.

It shows millidegrees in steps of 10, kilopascals and thousandths of a percent, of raw values of at most 20
bits (drivers/iio/pressure/bmp280-core.c of Linux 6.1).
"""

from __future__ import annotations

import pytest

from vhost_device.guest import DriverNotBound, LinuxGuest
from vhost_device.sim import Bmp280, Bus

SENSOR = 0x76

# The first is the example of BST-BMP280-DS001, 3.12.
WEATHERS = [(25.08, 100653.27), (-40, 30000), (-0.01, 101325), (0, 80000), (36.6, 98765.4), (85, 110000)]
STEP_C = 0.01
STEP_PA = 1.0


@pytest.mark.parametrize("part", ["bmp280", "bme280"])
def test_temperature_and_pressure_are_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str
) -> None:
    sensor = i2c_bus.attach(Bmp280(part, address=SENSOR))
    iio = linux_guest.bind(part, SENSOR)
    shown = []
    for temperature, pressure in WEATHERS:
        sensor.temperature = temperature
        sensor.pressure = pressure
        millidegrees, kilopascals = iio.read_each("in_temp_input", "in_pressure_input")
        shown.append((float(millidegrees) / 1000, float(kilopascals) * 1000))
    assert [each[0] for each in shown] == pytest.approx([each[0] for each in WEATHERS], abs=STEP_C)
    assert [each[1] for each in shown] == pytest.approx([each[1] for each in WEATHERS], abs=STEP_PA)


def test_example_of_the_datasheet_is_shown_as_it_says(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Bmp280(address=SENSOR))
    iio = linux_guest.bind("bmp280", SENSOR)
    sensor.temperature = 25.08
    sensor.pressure = 100653.27
    assert iio.read("in_temp_input") == "25080"
    assert float(iio.read("in_pressure_input")) == pytest.approx(100.65327, abs=0.0002)


def test_humidity_over_the_range_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Bmp280("bme280", address=SENSOR))
    iio = linux_guest.bind("bme280", SENSOR)
    humidities = [0, 12.5, 45.5, 50, 80, 100]
    shown = []
    for humidity in humidities:
        sensor.humidity = humidity
        shown.append(float(iio.read("in_humidityrelative_input")) / 1000)
    assert shown == pytest.approx(humidities, abs=0.03)


# The registers of BST-BMP280-DS001, 4.3.4 and 4.3.5.
def test_oversampling_written_by_the_guest_is_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Bmp280(address=SENSOR))
    iio = linux_guest.bind("bmp280", SENSOR)
    # x2, x16, normal mode. The filter is off: the driver's "4x" is not shifted into its field.
    assert (sensor.control, sensor.configuration) == (0b010_101_11, 0b000_000_00)
    iio.write("in_temp_oversampling_ratio", 16)
    iio.write("in_pressure_oversampling_ratio", 4)
    assert sensor.control == 0b101_011_11
    assert iio.read("in_temp_oversampling_ratio") == "16"


def test_driver_tells_the_parts_by_their_id(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Bmp280("bmp280", address=SENSOR))
    with pytest.raises(DriverNotBound, match="bad chip id: expected 60 got 58"):
        linux_guest.bind("bme280", SENSOR, timeout=0.5)
