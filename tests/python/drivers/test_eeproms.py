# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""24Cxx EEPROMs by adafruit-circuitpython-24lc32 and AT24Cxxx."""

from __future__ import annotations

import importlib
from typing import Any

import adafruit_24lc32
import pytest

from vhost_device.sim import At24, Bus

ADDRESS = 0x50
CONTENTS = bytes(range(256)) * 16


@pytest.fixture
def eeprom(bus: Bus) -> At24:
    """With the write cycle of the datasheet, 5 ms, which the drivers wait for."""
    eeprom = bus.attach(At24("24c32", address=ADDRESS))
    eeprom.data[:] = CONTENTS
    return eeprom


def test_24lc32_reads_bytes_and_all(eeprom: At24, i2c: Any) -> None:
    driver = adafruit_24lc32.EEPROM_I2C(i2c, address=ADDRESS)
    assert len(driver) == eeprom.size == 4096
    assert driver[0x0102] == b"\x02"
    assert driver[0:4096] == CONTENTS


def test_24lc32_writes_byte_after_byte_over_the_end_of_a_page(eeprom: At24, i2c: Any) -> None:
    driver = adafruit_24lc32.EEPROM_I2C(i2c, address=ADDRESS)
    driver[0x1E:0x23] = b"hello"  # a page has 32 bytes
    driver[0xFFF] = 0x5A
    assert bytes(eeprom.data[0x1D:0x24]) == b"\x1dhello\x23"
    assert eeprom.data[0xFFF] == 0x5A
    assert driver[0x1E:0x23] == b"hello"


def test_24lc32_misses_a_chip_that_is_not_there(eeprom: At24, i2c: Any) -> None:
    with pytest.raises(ValueError, match="No I2C device at address: 0x57"):
        adafruit_24lc32.EEPROM_I2C(i2c, address=0x57)


@pytest.mark.usefixtures("guest_is_every_bus")
def test_at24cxxx_reads_and_writes_strings(eeprom: At24) -> None:
    driver = importlib.import_module("AT24Cxxx.AT24Cxxx").AT24Cxxx(1, ADDRESS)
    driver.writeString(0x0FE, "Gr\u00fc\u00dfe\0")
    assert bytes(eeprom.data[0xFD:0x107]) == b"\xfd" + "Gr\u00fc\u00dfe\0".encode() + b"\x06"
    assert driver.readByte(0xFFF) == 0xFF
    driver.writeString(0x200, "OK\0")
    assert driver.readString(0x200) == "OK"
