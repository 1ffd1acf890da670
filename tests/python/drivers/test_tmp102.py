# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""TMP102 and TMP112 by circuitpython-tmp112x, and by adafruit-circuitpython-pct2075 below zero.

The former (0.1.0) subtracts the weight of the sign from what is signed already.
"""

from __future__ import annotations

from typing import Any

import adafruit_pct2075
import pytest
import tmp112x
from adafruit_bus_device.i2c_device import I2CDevice

from vhost_device.sim import Bus, Level, Tmp102

ADDRESS = 0x48


@pytest.fixture
def sensor(bus: Bus) -> Tmp102:
    return bus.attach(Tmp102("tmp112", address=ADDRESS))


@pytest.fixture
def driver(sensor: Tmp102, i2c: Any) -> Any:
    return tmp112x.TMP112x(I2CDevice(i2c, ADDRESS))


# The codes of TI SBOS473, "Temperature Register": steps of 0.0625 degrees, the last one 127.9375.
@pytest.mark.parametrize("temperature", [0.0, 0.0625, 0.25, 25.0, 50.0, 75.0, 80.0, 100.0, 127.9375])
def test_temperature_is_reported(driver: Any, sensor: Tmp102, temperature: float) -> None:
    sensor.temperature = temperature
    assert driver.get_temperature() == temperature


@pytest.mark.parametrize("temperature", [-55.0, -25.0, -0.25, -0.125])
def test_temperature_below_zero_is_reported(sensor: Tmp102, i2c: Any, temperature: float) -> None:
    driver = adafruit_pct2075.PCT2075(i2c, ADDRESS)
    sensor.temperature = temperature
    assert driver.temperature == temperature


@pytest.mark.parametrize("temperature", [0.0625, 128.0, 150.0])
def test_extended_mode_goes_further(driver: Any, sensor: Tmp102, temperature: float) -> None:
    driver.get_set_extended_mode(True)
    sensor.temperature = temperature
    assert driver.get_temperature() == temperature


def test_configuration_at_power_up_is_the_datasheets(driver: Any) -> None:
    assert driver.get_set_temperature_limit_low() == 75.0
    assert driver.get_set_temperature_limit_high() == 80.0
    assert driver.convert_resolution == 3
    assert driver.conversion_rate == 2  # four a second
    assert driver.alert
    assert not driver.shutdown_mode


def test_limits_switch_the_alert(driver: Any, sensor: Tmp102) -> None:
    driver.get_set_temperature_limit_low(20.0)
    driver.get_set_temperature_limit_high(30.5)
    levels = []
    for temperature in (30.0, 30.5, 20.0, 19.5):
        sensor.temperature = temperature
        levels.append((sensor.alert_level, driver.alert))
    high, low = (Level.high, True), (Level.low, False)
    assert levels == [high, low, low, high]


def test_shutdown_keeps_the_temperature(driver: Any, sensor: Tmp102) -> None:
    sensor.temperature = 20.0
    driver.shutdown_mode = True
    sensor.temperature = 40.0
    assert driver.get_temperature() == 20.0
    driver.shutdown_mode = False
    sensor.temperature = 40.0
    assert driver.get_temperature() == 40.0
