# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""SHT31 by adafruit-circuitpython-sht31d, which checks the CRC of each word."""

from __future__ import annotations

from typing import Any

import adafruit_sht31d
import pytest
from eventually import eventually

ADDRESS = 0x44
# A step of 16 bits (Sensirion SHT3x-DIS, 4.13).
STEP_C = 175 / 65535
STEP_PERCENT = 100 / 65535


@pytest.mark.parametrize(
    ("temperature", "humidity"), [(25.0, 50.0), (-40.0, 0.0), (0.0, 12.5), (125.0, 100.0)]
)
def test_temperature_and_humidity_are_measured(
    fit: Any, i2c: Any, temperature: float, humidity: float
) -> None:
    fit(
        "sensirion,sht31",
        ADDRESS,
        temperature_millicelsius=round(temperature * 1000),
        humidity_millipercent=round(humidity * 1000),
    )
    driver = adafruit_sht31d.SHT31D(i2c, ADDRESS)
    assert driver.temperature == pytest.approx(temperature, abs=STEP_C)
    assert driver.relative_humidity == pytest.approx(humidity, abs=STEP_PERCENT)


def test_periodic_measurements_are_fetched(fit: Any, i2c: Any) -> None:
    fit("sensirion,sht31", ADDRESS, temperature_millicelsius=-12_500)
    driver = adafruit_sht31d.SHT31D(i2c, ADDRESS)
    driver.frequency = adafruit_sht31d.FREQUENCY_10
    driver.mode = adafruit_sht31d.MODE_PERIODIC
    # There is nothing to fetch at first.
    assert eventually(lambda: driver.temperature, bool) == pytest.approx(-12.5, abs=STEP_C)


@pytest.mark.parametrize("repeatability", [adafruit_sht31d.REP_LOW, adafruit_sht31d.REP_MED])
@pytest.mark.parametrize("stretching", [False, True])
def test_every_kind_of_measurement_ends(fit: Any, i2c: Any, repeatability: str, stretching: bool) -> None:
    fit("sensirion,sht31", ADDRESS, temperature_millicelsius=-12_500)
    driver = adafruit_sht31d.SHT31D(i2c, ADDRESS)
    driver.repeatability = repeatability
    driver.clock_stretching = stretching
    assert driver.temperature == pytest.approx(-12.5, abs=STEP_C)


def test_heater_is_switched(fit: Any, i2c: Any) -> None:
    fit("sensirion,sht31", ADDRESS)
    driver = adafruit_sht31d.SHT31D(i2c, ADDRESS)
    states = [driver.heater]
    for on in (True, False):
        driver.heater = on
        states.append(driver.heater)
    assert states == [False, True, False]
