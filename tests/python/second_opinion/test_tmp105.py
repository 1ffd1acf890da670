# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The TMP75 beside QEMU's TMP105 (hw/sensor/tmp105.c), which has the same registers.

QEMU's reads the temperature of the moment, also in shutdown, cuts off where ours rounds, keeps limits of any
bits, and has no fault queue and no alert that another mode ends.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alike import assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from qemu_models import QemuModels

from vhost_device.i2c import Read, Write
from vhost_device.sim import Bus, Level, Lm75, ManualClock

ADDRESS = 0x48
INTERRUPT_MODE, ACTIVE_HIGH = 0x02, 0x04
# F1 and F0 at 0 (one conversion), SD and OS too.
CONFIGURATIONS = st.sampled_from([0x00, 0x20, 0x40, 0x60])
HALVES = st.integers(min_value=-110, max_value=250).map(lambda code: code * 0.5)
LIMITS = st.integers(min_value=-0x800, max_value=0x7FF).map(lambda code: code * 16 & 0xFFFF)
STEPS = st.one_of(
    st.tuples(st.just("configuration"), CONFIGURATIONS),
    st.tuples(st.sampled_from(["low", "high"]), LIMITS),
    st.tuples(st.just("temperature"), HALVES),
)


class Sensors:
    """One of each, always at the same temperature."""

    def __init__(self, models: QemuModels, bus: Bus) -> None:
        self.models = models
        self.bus = bus
        self.ours = bus.attach(Lm75("tmp75", address=ADDRESS))
        models.watch("sensor")
        self.set_temperature(25.0)

    def set_temperature(self, celsius: float) -> None:
        self.ours.temperature = celsius
        self.models.set_property("sensor", "temperature", round(celsius * 1000))

    def write(self, register: int, *data: int) -> None:
        assert_alike(self.bus, self.models, Write(ADDRESS, bytes([register, *data])))

    def read(self, register: int, length: int) -> None:
        assert_alike(self.bus, self.models, Write(ADDRESS, bytes([register])), Read(ADDRESS, length))

    def take(self, step: tuple[str, float]) -> None:
        kind, value = step
        actions = {
            "configuration": lambda: self.write(1, int(value)),
            "low": lambda: self.write(2, *int(value).to_bytes(2, "big")),
            "high": lambda: self.write(3, *int(value).to_bytes(2, "big")),
            "temperature": lambda: self.set_temperature(value),
        }
        actions[kind]()

    def assert_registers_alike(self) -> None:
        self.read(0, 2)
        self.read(1, 1)
        self.read(2, 2)
        self.read(3, 3)  # a byte more than there is

    def assert_pins_alike(self) -> None:
        assert (self.ours.os_level == Level.high) == self.models.level(0)


def qemu_sensor() -> QemuModels:
    return QemuModels(f"tmp105,address={ADDRESS:#x},id=sensor")


@pytest.fixture
def sensors(bus: Bus) -> Iterator[Sensors]:
    with qemu_sensor() as models:
        yield Sensors(models, bus)


def test_registers_at_first_are_alike(sensors: Sensors) -> None:
    sensors.assert_registers_alike()


@settings(max_examples=15, deadline=None, database=None)
@given(st.lists(STEPS, min_size=5, max_size=20))
def test_registers_after_random_writes_and_temperatures_are_alike(steps: list[tuple[str, float]]) -> None:
    with qemu_sensor() as models:
        sensors = Sensors(models, Bus(ManualClock()))
        for step in steps:
            sensors.take(step)
            sensors.assert_registers_alike()


@pytest.mark.parametrize("eighths", [-440, -201, -8, -1, 0, 1, 187, 1023])
def test_twelve_bits_of_a_temperature_are_alike(sensors: Sensors, eighths: int) -> None:
    sensors.write(1, 0x60)
    sensors.set_temperature(eighths / 8)
    sensors.read(0, 2)


@pytest.mark.parametrize("polarity", [0, ACTIVE_HIGH])
def test_alert_pins_in_comparator_mode_are_alike(sensors: Sensors, polarity: int) -> None:
    sensors.write(1, polarity)
    for celsius in (79.5, 80, 90, 75.5, 75, 74.5, 20, 100, 0):
        sensors.set_temperature(celsius)
        sensors.assert_pins_alike()


@pytest.mark.parametrize("polarity", [0, ACTIVE_HIGH])
def test_alert_pins_in_interrupt_mode_are_alike(sensors: Sensors, polarity: int) -> None:
    sensors.write(1, INTERRUPT_MODE | polarity)
    for celsius in (79.5, 81, 82, 60, 70, 90, 20):
        sensors.set_temperature(celsius)
        sensors.assert_pins_alike()
        sensors.read(0, 2)
        sensors.assert_pins_alike()
