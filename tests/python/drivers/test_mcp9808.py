# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""MCP9808 by adafruit-circuitpython-mcp9808."""

from __future__ import annotations

from typing import Any

import adafruit_mcp9808
import pytest

from vhost_device.sim import Bus, ManualClock

ADDRESS = 0x18


@pytest.fixture
def bus() -> Bus:
    return Bus(ManualClock())


# Steps of 0.0625 degrees at power-up (Microchip DS25095A, 5.2.4).
@pytest.mark.parametrize("temperature", [-40.0, -10.5, -0.0625, 0.0, 0.0625, 25.25, 99.9375, 125.0])
def test_temperature_is_reported(fit: Any, i2c: Any, temperature: float) -> None:
    fit("microchip,mcp9808", ADDRESS, temperature_millicelsius=round(temperature * 1000))
    driver = adafruit_mcp9808.MCP9808(i2c, ADDRESS)
    assert driver.temperature == pytest.approx(temperature, abs=0.0625)


@pytest.mark.parametrize(
    ("temperature", "flags"),
    [
        (25, (False, False, False)),
        (10, (False, False, True)),
        (31, (False, True, False)),
        (80, (True, True, False)),
    ],
)
def test_limits_are_told_from_the_temperature(
    bus: Bus, fit: Any, i2c: Any, temperature: int, flags: tuple[bool, bool, bool]
) -> None:
    fit("microchip,mcp9808", ADDRESS, temperature_millicelsius=temperature * 1000)
    driver = adafruit_mcp9808.MCP9808(i2c, ADDRESS)
    driver.upper_temperature, driver.lower_temperature, driver.critical_temperature = 30, 20, 80
    assert (driver.upper_temperature, driver.lower_temperature, driver.critical_temperature) == (30, 20, 80)
    bus.clock.advance(milliseconds=250)  # limits are compared at the end of a conversion
    assert driver.temperature == temperature
    assert (driver.above_critical, driver.above_upper, driver.below_lower) == flags


def test_resolution_is_set_and_read(fit: Any, i2c: Any) -> None:
    fit("microchip,mcp9808", ADDRESS)
    driver = adafruit_mcp9808.MCP9808(i2c, ADDRESS)
    resolutions = []
    for resolution in (3, 0, 2, 1):
        driver.resolution = resolution
        resolutions.append(driver.resolution)
    assert resolutions == [3, 0, 2, 1]
