# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The sensor's face in Python; its behaviour on the bus is tested in C++."""

from __future__ import annotations

import pytest

from vhost_device.i2c import Read, Write
from vhost_device.sim import Bus, Level, Lm75

# The pointer register's values (LM75B datasheet, table 7).
CONFIGURATION, HYSTERESIS, LIMIT = b"\1", b"\2", b"\3"


def test_new_sensor_is_as_the_datasheet_says() -> None:
    sensor = Lm75(address=0x48)
    assert (sensor.name, int(sensor.address), sensor.temperature) == ("lm75", 0x48, 25.0)
    assert (sensor.limit, sensor.hysteresis, sensor.configuration) == (80.0, 75.0, 0)
    assert sensor.os_level is Level.high


def test_temperature_is_read_on_the_bus(bus: Bus) -> None:
    sensor = bus.attach(Lm75(address=0x48, temperature=23.5))
    assert bus.transfer([Read(0x48, 2)]) == [b"\x17\x80"]
    sensor.temperature = -12.5
    assert bus.transfer([Read(0x48, 2)]) == [b"\xf3\x80"]


def test_temperature_is_kept_exactly_and_reported_as_the_part_can() -> None:
    sensor = Lm75("lm75", address=0x48, temperature=20.3)
    assert sensor.temperature == 20.3
    assert sensor.reported_temperature == 20.5


def test_registers_are_seen_as_the_guest_wrote_them(bus: Bus) -> None:
    sensor = bus.attach(Lm75("tmp75", address=0x49))
    bus.transfer([Write(0x49, LIMIT + b"\x1e\x00"), Write(0x49, HYSTERESIS + b"\x19\x80")])
    bus.transfer([Write(0x49, CONFIGURATION + b"\x60")])
    assert (sensor.limit, sensor.hysteresis, sensor.configuration) == (30.0, 25.5, 0x60)


def test_pin_is_low_above_the_limit() -> None:
    sensor = Lm75(address=0x48)
    sensor.temperature = 81
    assert sensor.os_level is Level.low


@pytest.mark.parametrize("temperature", [-55.5, 125.5, float("nan")])
def test_temperature_beyond_the_part_is_refused(temperature: float) -> None:
    sensor = Lm75(address=0x48)
    with pytest.raises(ValueError, match="lm75: temperature"):
        sensor.temperature = temperature
    assert sensor.temperature == 25.0


@pytest.mark.parametrize(("part", "address"), [("lm75", 0x50), ("lm76", 0x48)])
def test_impossible_sensor_is_refused(part: str, address: int) -> None:
    with pytest.raises(ValueError, match=part):
        Lm75(part, address=address)
