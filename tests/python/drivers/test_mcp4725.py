# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""MCP4725 by adafruit-circuitpython-mcp4725."""

from __future__ import annotations

from typing import Any

import adafruit_mcp4725
import pytest

ADDRESS = 0x60


@pytest.mark.parametrize("value", [0, 1, 2048, 4095])
def test_value_is_written_and_read_back(fit: Any, i2c: Any, value: int) -> None:
    fit("microchip,mcp4725", ADDRESS)
    driver = adafruit_mcp4725.MCP4725(i2c, address=ADDRESS)
    driver.raw_value = value
    assert driver.raw_value == value
    assert driver.normalized_value == pytest.approx(value / 4095)


def test_value_at_power_up_is_half(fit: Any, i2c: Any) -> None:
    fit("microchip,mcp4725", ADDRESS)
    assert adafruit_mcp4725.MCP4725(i2c, address=ADDRESS).raw_value == 2048


def test_value_is_kept_in_the_eeprom(fit: Any, i2c: Any, smbus: Any) -> None:
    fit("microchip,mcp4725", ADDRESS)
    driver = adafruit_mcp4725.MCP4725(i2c, address=ADDRESS)
    driver.raw_value = 0xABC
    driver.save_to_eeprom()  # waits until it is written
    answer = bytearray(5)
    i2c.readfrom_into(ADDRESS, answer)
    # Ready and not in reset; the DAC register left-justified; the EEPROM's (Microchip DS22039D, figure 6-3).
    assert bytes(answer) == b"\xc0\xab\xc0\x0a\xbc"
