# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""INA219 by adafruit-circuitpython-ina219, with the 0.1 ohm of the board that it is for."""

from __future__ import annotations

from typing import Any

import adafruit_ina219
import pytest
from eventually import eventually

ADDRESS = 0x40
SHUNT_MICRO_OHM = 100_000


@pytest.mark.parametrize(
    ("bus_mv", "current_ma"), [(0, 0), (3_300, 100), (5_000, 500), (24_000, -1_500), (25_996, 3_200)]
)
def test_voltage_current_and_power_are_measured(fit: Any, i2c: Any, bus_mv: int, current_ma: int) -> None:
    fit(
        "ti,ina219",
        ADDRESS,
        shunt_resistor=SHUNT_MICRO_OHM,
        bus_voltage_millivolt=bus_mv,
        current_milliampere=current_ma,
    )
    driver = adafruit_ina219.INA219(i2c, ADDRESS)
    # Steps: 4 mV and 10 uV (TI SBOS448G, 8.6); 0.1 mA and 2 mW by the driver's calibration.
    current = pytest.approx(current_ma, abs=0.5)
    assert eventually(lambda: driver.current, lambda found: found == current) == current
    assert driver.bus_voltage == pytest.approx(bus_mv / 1e3, abs=0.004)
    assert driver.shunt_voltage == pytest.approx(current_ma / 1e4, abs=1e-5)
    assert driver.power == pytest.approx(bus_mv * abs(current_ma) / 1e6, abs=0.02)
    assert not driver.overflow
