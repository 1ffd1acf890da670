# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""ADS1015 and ADS1115 by adafruit-circuitpython-ads1x15."""

from __future__ import annotations

from typing import Any

import pytest
from adafruit_ads1x15.ads1015 import ADS1015
from adafruit_ads1x15.ads1115 import ADS1115
from adafruit_ads1x15.analog_in import AnalogIn

ADDRESS = 0x48
VOLTAGES = {"ain0_millivolt": 250, "ain1_millivolt": 1500, "ain2_millivolt": 3300, "ain3_millivolt": 0}
# One step of 12 bits at the gain of 2/3, with 6.144 V.
STEP_V = 6.144 / 2048


@pytest.mark.parametrize(("part", "driver_of"), [("ti,ads1015", ADS1015), ("ti,ads1115", ADS1115)])
@pytest.mark.parametrize(("input_", "volts"), [(0, 0.25), (1, 1.5), (2, 3.3), (3, 0.0)])
def test_input_is_measured(fit: Any, i2c: Any, part: str, driver_of: Any, input_: int, volts: float) -> None:
    fit(part, ADDRESS, **VOLTAGES)
    driver = driver_of(i2c, gain=2 / 3)
    assert AnalogIn(driver, input_).voltage == pytest.approx(volts, abs=STEP_V)


@pytest.mark.parametrize(
    ("gain", "volts"), [(1, 1.25), (2, 1.25), (4, 1.024), (8, 0.512), (16, 0.256)], ids=lambda each: f"{each}"
)
def test_difference_is_measured_up_to_the_full_scale(fit: Any, i2c: Any, gain: int, volts: float) -> None:
    fit("ti,ads1115", ADDRESS, **VOLTAGES)
    driver = ADS1115(i2c, gain=gain)
    step_v = 4.096 / gain / 32768
    assert AnalogIn(driver, 0, 1).voltage == pytest.approx(-volts, abs=step_v)
    assert AnalogIn(driver, 1, 3).value == min(32767, round(1.5 / step_v))


def test_every_rate_ends(fit: Any, i2c: Any) -> None:
    fit("ti,ads1115", ADDRESS, **VOLTAGES)
    driver = ADS1115(i2c)
    measured = []
    for rate in driver.rates:
        driver.data_rate = rate
        measured.append(AnalogIn(driver, 1).voltage)
    assert measured == pytest.approx([1.5] * 8, abs=STEP_V)
