# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Accelerometers, lying flat, by adafruit-circuitpython-mpu6050 and adafruit-circuitpython-adxl34x."""

from __future__ import annotations

from typing import Any

import adafruit_adxl34x
import adafruit_mpu6050
import pytest
from eventually import eventually

GRAVITY = 9.80665
TILTED = {
    "acceleration_x_milligravity": 500,
    "acceleration_y_milligravity": -250,
    "acceleration_z_milligravity": 750,
}


@pytest.mark.parametrize("full_scale", range(4))
def test_mpu6050_measures_gravity_in_every_range(fit: Any, i2c: Any, full_scale: int) -> None:
    fit("invensense,mpu6050", 0x68)
    driver = adafruit_mpu6050.MPU6050(i2c)
    driver.accelerometer_range = full_scale
    assert driver.accelerometer_range == full_scale
    assert driver.acceleration == pytest.approx((0, 0, GRAVITY), abs=0.01)
    assert driver.gyro == pytest.approx((0, 0, 0), abs=0.01)


@pytest.mark.parametrize("temperature", [-40.0, 0.0, 25.0, 85.0])
def test_mpu6050_measures_the_temperature(fit: Any, i2c: Any, temperature: float) -> None:
    fit("invensense,mpu6050", 0x68, temperature_millicelsius=round(temperature * 1000))
    assert adafruit_mpu6050.MPU6050(i2c).temperature == pytest.approx(temperature, abs=0.01)


def test_mpu6050_measures_each_axis(fit: Any, i2c: Any) -> None:
    fit("invensense,mpu6050", 0x68, **TILTED)
    expected = (0.5 * GRAVITY, -0.25 * GRAVITY, 0.75 * GRAVITY)
    assert adafruit_mpu6050.MPU6050(i2c).acceleration == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("full_scale", range(4))
def test_adxl345_measures_gravity_in_every_range(fit: Any, i2c: Any, full_scale: int) -> None:
    fit("adi,adxl345", 0x53)
    driver = adafruit_adxl34x.ADXL345(i2c)
    driver.range = full_scale
    assert driver.range == full_scale
    # 256 steps in a g, of which the driver makes 4 mg each.
    expected = pytest.approx((0, 0, 256 * 0.004 * GRAVITY), abs=0.04)
    assert eventually(lambda: driver.acceleration, lambda found: found == expected) == expected


def test_adxl345_measures_each_axis(fit: Any, i2c: Any) -> None:
    fit("adi,adxl345", 0x53, **TILTED)
    driver = adafruit_adxl34x.ADXL345(i2c)
    expected = pytest.approx((5.02, -2.51, 7.53), abs=0.04)
    assert eventually(lambda: driver.acceleration, lambda found: found == expected) == expected


def test_adxl345_keeps_rate_and_offset(fit: Any, i2c: Any) -> None:
    fit("adi,adxl345", 0x53)
    driver = adafruit_adxl34x.ADXL345(i2c)
    driver.data_rate = adafruit_adxl34x.DataRate.RATE_400_HZ
    driver.offset = (1, -2, 3)
    assert driver.data_rate == adafruit_adxl34x.DataRate.RATE_400_HZ
    assert driver.offset == (1, -2, 3)
