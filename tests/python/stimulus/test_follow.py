# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Properties that follow something, as guests and scripts see them."""

from __future__ import annotations

import gc
import math
import weakref
from pathlib import Path

import pytest
from resd_writer import TEMPERATURE, constant, write

from vhost_device import Guest
from vhost_device.errors import ScriptTimeout
from vhost_device.i2c import Read, TransferError, Write
from vhost_device.sim import Bus, Device, Field, Lm75, ManualClock, Register, RegisterDevice
from vhost_device.stimulus import Csv, Following, Resd, StimulusError, ramp, sine, steps

TEMPERATURE_REGISTER: list[Read | Write] = [Write(0x48, b"\0"), Read(0x48, 2)]


class Pressure(RegisterDevice):
    """A made-up sensor: one register, in steps of 0.5 kPa."""

    code = Register(0x00, width=16)
    kilopascals = Field(code, bits=(15, 0), scale=0.5, unit="kPa")


class Echo(Device):
    """Reads as its attribute `level`."""

    def __init__(self) -> None:
        super().__init__(0x30)
        self.level = 0

    def read(self, length: int) -> bytes:
        return bytes([self.level] * length)


@pytest.fixture
def bus(clock: ManualClock) -> Bus:
    return Bus(clock)


@pytest.fixture
def sensor(bus: Bus) -> Lm75:
    return bus.attach(Lm75(address=0x48, temperature=25.0))


def read_temperature(bus: Bus) -> float:
    """As a guest's driver reads it: the register's upper 9 bits are half degrees (LM75, p. 11)."""
    [word] = bus.transfer(TEMPERATURE_REGISTER)
    return int.from_bytes(word, "big", signed=True) / 256


def test_guest_reads_a_function_of_the_buss_time(bus: Bus, clock: ManualClock, sensor: Lm75) -> None:
    sensor.follow("temperature", lambda t: 20 + t)
    seen = []
    for _ in range(4):
        seen.append(read_temperature(bus))
        clock.advance(seconds=2.5)
    assert seen == [20, 22.5, 25, 27.5]


def test_script_reads_the_value_of_this_moment(clock: ManualClock, sensor: Lm75) -> None:
    sensor.follow("temperature", lambda t: 20 + t)
    clock.advance(seconds=7.5)
    assert (sensor.temperature, sensor.reported_temperature) == (27.5, 27.5)


def test_in_process_guest_sees_it(bus: Bus, clock: ManualClock, sensor: Lm75) -> None:
    sensor.follow("temperature", steps({0: 20, 60: 85}))
    with Guest(bus) as guest, guest.smbus() as smbus:
        before = smbus.read_i2c_block_data(0x48, 0, 2)
        clock.advance(seconds=60)
        assert (before, smbus.read_i2c_block_data(0x48, 0, 2)) == ([20, 0], [85, 0])


def test_csv_and_resd_files_are_followed(bus: Bus, clock: ManualClock, sensor: Lm75, tmp_path: Path) -> None:
    table = tmp_path / "run.csv"
    table.write_text("t,temp\n0,20\n10,30\n")
    sensor.follow("temperature", Csv(table, time="t", value="temp", interpolate="linear"))
    clock.advance(seconds=5)
    assert read_temperature(bus) == 25
    data = write(tmp_path / "run.resd", constant(TEMPERATURE, [(-10_000,), (-5_500,)], period_ns=10**9))
    sensor.follow("temperature", Resd(data))
    clock.advance(seconds=1)
    assert read_temperature(bus) == -5.5


def test_field_of_a_register_device_is_followed(bus: Bus, clock: ManualClock) -> None:
    chip = bus.attach(Pressure(0x60))
    chip.follow("kilopascals", ramp(100, 110, duration=10))
    clock.advance(seconds=5)
    assert bus.transfer([Write(0x60, b"\0"), Read(0x60, 2)])[0] == (210).to_bytes(2, "big")
    assert chip.kilopascals == 105


def test_attribute_of_a_scripted_chip_is_followed(bus: Bus, clock: ManualClock) -> None:
    bus.attach(Echo()).follow("level", lambda t: int(t))
    clock.advance(seconds=9)
    assert bus.transfer([Read(0x30, 2)]) == [b"\x09\x09"]


def test_time_counts_from_follow_or_from_start(bus: Bus, clock: ManualClock, sensor: Lm75) -> None:
    clock.advance(seconds=100)
    sensor.follow("temperature", lambda t: t)
    clock.advance(seconds=1)
    assert sensor.temperature == 1
    sensor.follow("temperature", lambda t: t, start=90)
    assert sensor.temperature == 11


def test_time_counts_from_joining_a_bus_with_another_clock(bus: Bus, clock: ManualClock) -> None:
    sensor = Lm75(address=0x48)
    sensor.follow("temperature", lambda t: 20 + t)
    clock.advance(seconds=50)
    bus.attach(sensor)
    clock.advance(seconds=3)
    assert read_temperature(bus) == 23


def test_stop_keeps_the_last_value(clock: ManualClock, sensor: Lm75) -> None:
    following = sensor.follow("temperature", lambda t: 20 + t)
    clock.advance(seconds=1)
    assert sensor.temperature == 21
    following.stop()
    following.stop()
    clock.advance(seconds=1)
    assert sensor.temperature == 21


def test_with_block_ends_it(clock: ManualClock, sensor: Lm75) -> None:
    with sensor.follow("temperature", lambda t: 50) as following:
        assert isinstance(following, Following)
        assert sensor.temperature == 50
        sensor.temperature = 10
        assert sensor.temperature == 50
    sensor.temperature = 10
    assert sensor.temperature == 10


def test_following_anew_takes_the_place_of_the_one_before(sensor: Lm75) -> None:
    first = sensor.follow("temperature", lambda t: 30)
    sensor.follow("temperature", lambda t: 40)
    first.stop()
    assert sensor.temperature == 40


def test_nothing_is_set_before_the_first_step(clock: ManualClock, sensor: Lm75) -> None:
    sensor.follow("temperature", steps({5: 80}))
    assert sensor.temperature == 25
    clock.advance(seconds=5)
    assert sensor.temperature == 80


def test_same_value_again_is_no_new_conversion(bus: Bus, sensor: Lm75) -> None:
    bus.transfer([Write(0x48, b"\x01\x18")])  # six conversions in a row trip the output
    sensor.follow("temperature", lambda t: 100)
    for _ in range(20):
        bus.transfer(TEMPERATURE_REGISTER)
    assert sensor.os_level.name == "high"


def test_several_properties_are_followed_in_order(bus: Bus, clock: ManualClock) -> None:
    chip = bus.attach(Pressure(0x60))
    order: list[str] = []
    chip.follow("code", lambda t: order.append("code"))
    chip.follow("kilopascals", lambda t: order.append("kilopascals"))
    order.clear()
    bus.transfer([Read(0x60, 1)])
    assert order == ["code", "kilopascals"]


def test_function_may_use_other_chips_of_the_bus(bus: Bus, clock: ManualClock, sensor: Lm75) -> None:
    other = bus.attach(Lm75(address=0x49))
    sensor.follow("temperature", lambda t: 20 + t)
    other.follow("temperature", lambda t: sensor.temperature - 5)
    clock.advance(seconds=10)
    assert other.temperature == 25


# ---- what goes wrong


def test_value_out_of_range_is_reported_and_the_last_good_one_stays(
    bus: Bus, clock: ManualClock, sensor: Lm75
) -> None:
    sensor.follow("temperature", lambda t: 120 + t)
    assert read_temperature(bus) == 120
    clock.advance(seconds=6.5)
    assert read_temperature(bus) == 120
    [error] = bus.take_script_errors()
    assert (error.chip, int(error.address), error.hook) == ("lm75", 0x48, "follow")
    assert isinstance(error.exception, StimulusError)
    assert str(error.exception) == (
        "lm75 at 0x48: temperature at t=6.5 s: value 126.5 is refused: "
        "lm75: temperature 126.5 C (expected -55 to 125)"
    )


def test_refused_value_is_reported_once(bus: Bus, sensor: Lm75) -> None:
    sensor.follow("temperature", lambda t: math.nan)
    for _ in range(5):
        bus.transfer(TEMPERATURE_REGISTER)
    assert len(bus.take_script_errors()) == 1


def test_exception_of_a_function_is_a_script_error(bus: Bus, sensor: Lm75) -> None:
    def broken(t: float) -> float:
        raise KeyError("no such sample")

    sensor.follow("temperature", broken)
    assert bus.transfer([Write(0x48, b"\0"), Read(0x48, 2)])[0] == b"\x19\x00"
    first = bus.take_script_errors()[0]
    assert "lm75 at 0x48: temperature at t=0 s: KeyError: 'no such sample'" in str(first.exception)
    assert 'raise KeyError("no such sample")' in first.traceback


def test_function_that_takes_too_long_is_ended(bus: Bus, sensor: Lm75) -> None:
    def endless(t: float) -> float:
        while True:
            pass

    bus.script_limit_ms = 20
    sensor.follow("temperature", endless)
    assert bus.transfer([Write(0x48, b"\0")]) == []
    assert isinstance(bus.take_script_errors()[0].exception, ScriptTimeout)


def test_chip_on_no_bus_follows_and_its_errors_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    sensor = Lm75(address=0x48)
    sensor.follow("temperature", lambda t: 1000)
    assert sensor.temperature == 25
    from vhost_device import _core

    _core.flush_log()
    assert "temperature at t=" in caplog.text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("temprature", "lm75 at 0x48 has no property 'temprature'; do you mean 'temperature'?"),
        ("xyz", "lm75 at 0x48 has no property 'xyz'; there are: .*temperature"),
        ("reported_temperature", "lm75 at 0x48: reported_temperature cannot be set"),
        ("start", "has no property 'start'"),
    ],
)
def test_property_that_cannot_follow_is_named(sensor: Lm75, name: str, message: str) -> None:
    with pytest.raises(AttributeError, match=message.replace("?", r"\?")):
        sensor.follow(name, lambda t: t)


def test_source_that_is_no_function_is_a_type_error(sensor: Lm75) -> None:
    with pytest.raises(TypeError, match="source 20: expected a function of time"):
        sensor.follow("temperature", 20)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", [math.nan, math.inf, 1e300])
def test_start_that_is_no_time_is_a_value_error(sensor: Lm75, start: float) -> None:
    with pytest.raises(ValueError, match=r"start .*: expected a number of seconds"):
        sensor.follow("temperature", lambda t: t, start=start)


# ---- lives


def test_followed_chip_is_freed_with_its_bus_and_so_is_the_function() -> None:
    def function(t: float) -> float:
        return 20

    bus = Bus(ManualClock())
    chip = bus.attach(Echo())
    chip.follow("level", function)
    chip_gone, function_gone = weakref.ref(chip), weakref.ref(function)
    del chip, function
    bus.clear()
    gc.collect()
    assert (chip_gone(), function_gone()) == (None, None)


def test_chip_can_be_detached_by_its_function(bus: Bus, sensor: Lm75) -> None:
    def leave(t: float) -> None:
        bus.detach(sensor)

    following = sensor.follow("temperature", leave)
    bus.transfer([Write(0x48, b"\0")])
    following.stop()
    with pytest.raises(TransferError):
        bus.transfer([Write(0x48, b"\0")])


@pytest.mark.parametrize(
    ("function", "times", "values"),
    [
        (ramp(10, 20, 5), (-1, 0, 2.5, 5, 99), [10, 10, 15, 20, 20]),
        (sine(20, 2, 4), (0, 1, 2, 3), pytest.approx([20, 22, 20, 18])),
        (sine(0, 1, 1, phase=math.pi / 2), (0, 0.5), pytest.approx([1, -1])),
        (steps({3: "b", 0: "a"}), (-1, 0, 2.9, 3, 9), [None, "a", "a", "b", "b"]),
    ],
)
def test_common_functions_have_their_values(function, times, values) -> None:  # type: ignore[no-untyped-def]
    assert [function(t) for t in times] == values


@pytest.mark.parametrize("make", [lambda: ramp(0, 1, 0), lambda: sine(0, 1, -1)])
def test_common_function_without_a_duration_is_a_value_error(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="expected more than 0 seconds"):
        make()
