# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""BMP280 and BME280 by adafruit-circuitpython-bmp280, adafruit-circuitpython-bme280 and RPi.bme280."""

from __future__ import annotations

from typing import Any

import adafruit_bme280.advanced
import adafruit_bme280.basic
import adafruit_bmp280
import bme280
import pytest
from eventually import eventually

ADDRESS = 0x76

# In thousandths of degrees, pascals and per cent. The first is the example of BST-BMP280-DS001, 3.12.
WEATHER = pytest.mark.parametrize(
    ("temperature", "pressure", "humidity"),
    [
        (25_080, 100_653_270, 50_000),
        (-39_000, 31_000_000, 5_000),
        (0, 101_325_000, 100_000),
        (84_000, 109_000_000, 0),
    ],
)


def weather(temperature: int, pressure: int, humidity: int | None = None) -> dict[str, int]:
    properties = {"temperature_millicelsius": temperature, "pressure_millipascal": pressure}
    return properties if humidity is None else properties | {"humidity_millipercent": humidity}


@WEATHER
def test_adafruit_bmp280_measures(fit: Any, i2c: Any, temperature: int, pressure: int, humidity: int) -> None:
    fit("bosch,bmp280", ADDRESS, **weather(temperature, pressure))
    driver = adafruit_bmp280.Adafruit_BMP280_I2C(i2c, ADDRESS)
    assert driver.temperature == pytest.approx(temperature / 1e3, abs=0.01)
    assert driver.pressure == pytest.approx(pressure / 1e5, abs=0.05)


@WEATHER
def test_adafruit_bme280_measures(fit: Any, i2c: Any, temperature: int, pressure: int, humidity: int) -> None:
    fit("bosch,bme280", ADDRESS, **weather(temperature, pressure, humidity))
    driver = adafruit_bme280.basic.Adafruit_BME280_I2C(i2c, ADDRESS)
    assert driver.temperature == pytest.approx(temperature / 1e3, abs=0.01)
    assert driver.pressure == pytest.approx(pressure / 1e5, abs=0.05)
    assert driver.humidity == pytest.approx(humidity / 1e3, abs=0.05)


@pytest.mark.filterwarnings("ignore:.*utcnow:DeprecationWarning")
@WEATHER
def test_rpi_bme280_samples(fit: Any, smbus: Any, temperature: int, pressure: int, humidity: int) -> None:
    fit("bosch,bme280", ADDRESS, **weather(temperature, pressure, humidity))
    calibration = bme280.load_calibration_params(smbus, ADDRESS)
    sample = bme280.sample(smbus, ADDRESS, calibration)
    assert sample.temperature == pytest.approx(temperature / 1e3, abs=0.01)
    assert sample.pressure == pytest.approx(pressure / 1e5, abs=0.05)
    assert sample.humidity == pytest.approx(humidity / 1e3, abs=0.05)


def test_adafruit_bme280_measures_on_its_own_in_normal_mode(fit: Any, i2c: Any) -> None:
    fit("bosch,bme280", ADDRESS, **weather(25_080, 100_653_270, 50_000))
    driver = adafruit_bme280.advanced.Adafruit_BME280_I2C(i2c, ADDRESS)
    driver.mode = adafruit_bme280.advanced.MODE_NORMAL
    driver.overscan_temperature = adafruit_bme280.advanced.OVERSCAN_X16
    expected = pytest.approx(25.08, abs=0.01)
    assert eventually(lambda: driver.temperature, lambda found: found == expected) == expected
    assert driver.mode == adafruit_bme280.advanced.MODE_NORMAL


def test_adafruit_bme280_does_not_take_a_bmp280(fit: Any, i2c: Any) -> None:
    fit("bosch,bmp280", ADDRESS)
    with pytest.raises(RuntimeError, match="Failed to find BME280! Chip ID 0x58"):
        adafruit_bme280.basic.Adafruit_BME280_I2C(i2c, ADDRESS)
