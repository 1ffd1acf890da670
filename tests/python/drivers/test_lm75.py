# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""LM75 and its like by drivers for chips with the same registers: adafruit-circuitpython-pct2075, TMP1075."""

from __future__ import annotations

import importlib
from typing import Any

import adafruit_pct2075
import pytest

from vhost_device.sim import Bus, Level, Lm75

ADDRESS = 0x48
# R1 and R0 of TMP75's configuration: 12 bits (TI SBOS288M, "Converter Resolution").
TWELVE_BITS = 0x60


# At first both have 9 bits, 0.5 degrees (LM75A: TI SNOS808O; TMP75: TI SBOS288M).
@pytest.mark.parametrize("part", ["lm75a", "tmp75"])
@pytest.mark.parametrize("temperature", [-55.0, -25.0, -0.5, 0.0, 0.5, 25.0, 125.0])
def test_pct2075_reports_the_temperature(bus: Bus, i2c: Any, part: str, temperature: float) -> None:
    sensor = bus.attach(Lm75(part, address=ADDRESS))
    driver = adafruit_pct2075.PCT2075(i2c, ADDRESS)
    sensor.temperature = temperature
    assert driver.temperature == temperature


@pytest.mark.parametrize("temperature", [-40.125, -0.125, 0.125, 99.875])
def test_pct2075_reports_eighths_of_a_tmp75_at_12_bits(
    bus: Bus, i2c: Any, smbus: Any, temperature: float
) -> None:
    sensor = bus.attach(Lm75("tmp75", address=ADDRESS))
    smbus.write_byte_data(ADDRESS, 1, TWELVE_BITS)
    driver = adafruit_pct2075.PCT2075(i2c, ADDRESS)
    sensor.temperature = temperature
    assert driver.temperature == temperature


def test_pct2075_sets_a_thermostat_that_switches(bus: Bus, i2c: Any) -> None:
    sensor = bus.attach(Lm75("lm75a", address=ADDRESS))
    driver = adafruit_pct2075.PCT2075(i2c, ADDRESS)
    driver.high_temperature_threshold = 35.5
    driver.temperature_hysteresis = 30.5
    assert (sensor.limit, sensor.hysteresis) == (35.5, 30.5)
    assert (driver.high_temperature_threshold, driver.temperature_hysteresis) == (35.5, 30.5)
    levels = []
    for temperature in (35.0, 36.0, 31.0, 30.0):
        sensor.temperature = temperature
        levels.append(sensor.os_level)
    assert levels == [Level.high, Level.low, Level.low, Level.high]
    driver.high_temp_active_high = True
    assert sensor.os_level == Level.low


def test_pct2075_shuts_down_and_wakes_up(bus: Bus, i2c: Any) -> None:
    sensor = bus.attach(Lm75("lm75a", address=ADDRESS, temperature=20.0))
    driver = adafruit_pct2075.PCT2075(i2c, ADDRESS)
    driver.shutdown = True
    sensor.temperature = 40.0
    assert sensor.configuration == 0x01
    assert driver.temperature == 20.0
    driver.shutdown = False
    sensor.temperature = 40.0
    assert driver.temperature == 40.0


@pytest.mark.usefixtures("guest_is_every_bus")
def test_tmp1075_reports_the_temperature_of_a_tmp75(bus: Bus, smbus: Any) -> None:
    sensor = bus.attach(Lm75("tmp75", address=ADDRESS))
    smbus.write_byte_data(ADDRESS, 1, TWELVE_BITS)
    driver = importlib.import_module("TMP1075").TMP1075(ADDRESS)
    sensor.temperature = 23.4375
    assert driver.temperature == 23.4375
    sensor.temperature = 127.9375
    assert driver.get_temperature() == 127.9375
