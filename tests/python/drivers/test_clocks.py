# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Clocks by adafruit-circuitpython-ds1307, -ds3231 and -pcf8563, in time that the test lets pass."""

from __future__ import annotations

import datetime
import time
from typing import Any

import adafruit_ds1307
import adafruit_ds3231
import pytest
from adafruit_pcf8563.pcf8563 import PCF8563

from vhost_device.sim import Bus, ManualClock

# The last day of February in a leap year, a Tuesday.
LEAP_DAY = "2028-02-29 23:59:58"
SET = time.struct_time((2026, 11, 22, 10, 20, 30, 6, -1, -1))

CLOCKS = pytest.mark.parametrize(
    ("compatible", "address", "driver_of"),
    [
        ("dallas,ds1307", 0x68, adafruit_ds1307.DS1307),
        ("maxim,ds3231", 0x68, adafruit_ds3231.DS3231),
        ("nxp,pcf8563", 0x51, PCF8563),
    ],
)


@pytest.fixture
def bus() -> Bus:
    return Bus(ManualClock())


def shown(driver: Any) -> str:
    return str(datetime.datetime(*driver.datetime[:6]))


@CLOCKS
def test_clock_goes_over_the_end_of_the_month(
    bus: Bus, fit: Any, i2c: Any, compatible: str, address: int, driver_of: Any
) -> None:
    fit(compatible, address, date_time=LEAP_DAY)
    driver = driver_of(i2c)
    assert shown(driver) == LEAP_DAY
    bus.clock.advance(seconds=3)
    assert shown(driver) == "2028-03-01 00:00:01"
    bus.clock.advance(seconds=36_000)
    assert shown(driver) == "2028-03-01 10:00:01"


@CLOCKS
def test_time_that_is_set_goes_on(
    bus: Bus, fit: Any, i2c: Any, compatible: str, address: int, driver_of: Any
) -> None:
    fit(compatible, address)
    driver = driver_of(i2c)
    driver.datetime = SET
    assert shown(driver) == "2026-11-22 10:20:30"
    assert driver.datetime.tm_wday == 6
    bus.clock.advance(seconds=30)
    assert shown(driver) == "2026-11-22 10:21:00"


def test_ds3231_tells_of_a_loss_of_power_until_it_is_set(fit: Any, i2c: Any) -> None:
    fit("maxim,ds3231", 0x68)
    driver = adafruit_ds3231.DS3231(i2c)
    assert driver.lost_power
    driver.datetime = SET
    assert not driver.lost_power


@pytest.mark.parametrize("temperature", [-40.0, -0.25, 0.0, 25.25, 85.0])
def test_ds3231_measures_the_temperature(fit: Any, i2c: Any, temperature: float) -> None:
    fit("maxim,ds3231", 0x68, temperature_millicelsius=round(temperature * 1000))
    assert adafruit_ds3231.DS3231(i2c).temperature == temperature


def test_pcf8563_tells_of_low_voltage_until_it_is_set(fit: Any, i2c: Any) -> None:
    fit("nxp,pcf8563", 0x51)
    driver = PCF8563(i2c)
    assert driver.datetime_compromised
    driver.datetime = SET
    assert not driver.datetime_compromised


def test_ds3231_alarm_rings_on_time(bus: Bus, fit: Any, i2c: Any) -> None:
    fit("maxim,ds3231", 0x68, date_time="2026-11-22 10:20:00")
    driver = adafruit_ds3231.DS3231(i2c)
    driver.alarm1 = (SET, "daily")
    driver.alarm1_status = False
    bus.clock.advance(seconds=29)
    assert not driver.alarm1_status
    bus.clock.advance(seconds=2)
    assert driver.alarm1_status


def test_pcf8563_alarm_rings_on_time(bus: Bus, fit: Any, i2c: Any) -> None:
    fit("nxp,pcf8563", 0x51, date_time="2026-11-22 10:19:30")
    driver = PCF8563(i2c)
    driver.alarm = (SET, "daily")
    assert driver.alarm[0].tm_min == SET.tm_min
    assert not driver.alarm_status
    bus.clock.advance(seconds=31)
    assert driver.alarm_status
