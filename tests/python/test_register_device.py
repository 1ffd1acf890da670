# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips that are declared as maps of registers."""

from __future__ import annotations

import math

import pytest

from vhost_device.errors import AddressNack, DataNack
from vhost_device.sim import (
    Bus,
    Direction,
    Field,
    ManualClock,
    Nack,
    PointerRules,
    Read,
    Register,
    RegisterDevice,
    Write,
)

CHIP = 0x20


class Tmp(RegisterDevice):
    """The made-up sensor of the tutorial."""

    temperature = Register(0x00, width=16, access="r")
    config = Register(0x01, reset=0x80)
    celsius = Field(temperature, bits=(15, 4), scale=0.0625, signed=True, unit="degC")
    shutdown = Field(config, bits=0)

    def __init__(self, address: int) -> None:
        super().__init__(address)
        self.written: list[int] = []

    @config.on_write
    def _config_written(self, value: int) -> None:
        self.written.append(value)


@pytest.fixture
def bus() -> Bus:
    return Bus(ManualClock())


def read(bus: Bus, pointer: int, length: int) -> bytes:
    return bus.transfer([Write(CHIP, bytes([pointer])), Read(CHIP, length)])[0]


def test_registers_after_power_up_are_the_reset_values(bus: Bus) -> None:
    bus.attach(Tmp(CHIP))
    assert read(bus, 0, 2) == b"\x00\x00"
    assert read(bus, 1, 1) == b"\x80"


@pytest.mark.parametrize(
    ("celsius", "word"), [(25.5, b"\x19\x80"), (-0.0625, b"\xff\xf0"), (127.9375, b"\x7f\xf0")]
)
def test_field_in_its_unit_is_what_the_bus_reads(bus: Bus, celsius: float, word: bytes) -> None:
    chip = bus.attach(Tmp(CHIP))
    chip.celsius = celsius
    assert read(bus, 0, 2) == word
    assert chip.celsius == celsius


def test_field_beyond_its_range_is_refused_with_the_range_and_unit(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    with pytest.raises(ValueError, match=r"celsius 128: expected -128.0 to 127.9375 degC"):
        chip.celsius = 128


def test_field_without_a_scale_is_an_int(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    chip.shutdown = 1
    assert (chip.shutdown, chip.config) == (1, 0x81)


def test_hook_is_called_with_what_the_bus_wrote(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    bus.transfer([Write(CHIP, b"\x01\x05")])
    assert chip.written == [5]
    assert chip.config == 5


def test_write_to_a_read_only_register_is_lost(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    bus.transfer([Write(CHIP, b"\x00\x12\x34")])
    assert chip.temperature == 0


def test_setting_a_register_wider_than_it_is_refused(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    with pytest.raises(ValueError, match=r"config 0x100: expected an int, 0 to 0xff"):
        chip.config = 0x100


class Latching(RegisterDevice):
    counter = Register(0x00, access="r")
    status = Register(0x01, reset=0xFF, write_one_to_clear=0x0F, access="r")
    events = Register(0x02, reset=0xAA, clear_on_read=0xF0)

    @counter.on_read
    def _counted(self, value: int) -> int:
        self.counter = value + 1
        return value


def test_read_hook_gives_what_is_read_and_may_change_the_register(bus: Bus) -> None:
    bus.attach(Latching(CHIP))
    assert [read(bus, 0, 1) for _ in range(3)] == [b"\x00", b"\x01", b"\x02"]


def test_bits_clear_by_writing_1_and_by_reading(bus: Bus) -> None:
    chip = bus.attach(Latching(CHIP))
    bus.transfer([Write(CHIP, b"\x01\x03")])
    assert chip.status == 0xFC
    assert (read(bus, 2, 1), read(bus, 2, 1)) == (b"\xaa", b"\x0a")


class Expander(RegisterDevice):
    pointer = PointerRules(mask=0x0F, auto_increment_bit=0x80, after="same")
    first = Register(0x00, reset=1)
    second = Register(0x01, reset=2)


def test_pointer_increments_only_with_its_bit(bus: Bus) -> None:
    bus.attach(Expander(CHIP))
    assert read(bus, 0x00, 2) == b"\x01\x01"
    assert read(bus, 0x80, 2) == b"\x01\x02"


class Banked(RegisterDevice):
    page = Register(0x00)
    value = Register(0x01, banks=4)
    bank = Field(page, bits=(1, 0))


def test_bank_field_selects_the_bank(bus: Bus) -> None:
    chip = bus.attach(Banked(CHIP))
    bus.transfer([Write(CHIP, b"\x00\x02\x55")])
    bus.transfer([Write(CHIP, b"\x00\x01\x66")])
    bus.transfer([Write(CHIP, b"\x00\x02")])
    assert chip.value == 0x55


class WithPec(RegisterDevice):
    pec = True
    word = Register(0x05, width=16, endian="little", reset=0x1234)


# CRC-8 of 40 05 41 34 12, by the polynomial x^8 + x^2 + x + 1 (SMBus 3.2, 6.4).
def test_packet_error_code_follows_the_register(bus: Bus) -> None:
    bus.attach(WithPec(CHIP))
    assert read(bus, 5, 3) == b"\x34\x12" + bytes([crc8(b"\x40\x05\x41\x34\x12")])


def crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x107) if crc & 0x80 else crc << 1
    return crc


class Busy(RegisterDevice):
    data = Register(0x00)
    busy = False
    stops = 0

    def start(self, direction: Direction) -> None:
        if self.busy:
            raise Nack

    def stop(self) -> None:
        self.stops += 1

    @data.on_write
    def _refuse_zero(self, value: int) -> None:
        if value == 0:
            raise Nack


def test_start_hook_may_refuse_the_address(bus: Bus) -> None:
    chip = bus.attach(Busy(CHIP))
    chip.busy = True
    with pytest.raises(AddressNack):
        bus.transfer([Write(CHIP, b"\x00")])
    assert bus.script_errors == []


def test_write_hook_may_refuse_the_data(bus: Bus) -> None:
    chip = bus.attach(Busy(CHIP))
    with pytest.raises(DataNack):
        bus.transfer([Write(CHIP, b"\x00\x00")])
    assert chip.stops == 1


class Ramp(RegisterDevice):
    """A tenth of a degree per second."""

    value = Register(0x00, width=16)

    def __init__(self, address: int, clock: ManualClock) -> None:
        super().__init__(address)
        self.clock = clock

    def catch_up(self) -> None:
        self.value = int(self.clock.now * 10)


def test_catch_up_brings_registers_up_to_the_clock() -> None:
    clock = ManualClock()
    bus = Bus(clock)
    chip = bus.attach(Ramp(CHIP, clock))
    clock.advance(seconds=12.5)
    assert read(bus, 0, 2) == b"\x00\x7d"
    clock.advance(seconds=1)
    assert chip.value == 135


class Broken(RegisterDevice):
    value = Register(0x00)

    @value.on_read
    def _too_wide(self, value: int) -> int:
        return 256


def test_hook_that_returns_too_much_is_an_error_of_the_script(bus: Bus) -> None:
    bus.attach(Broken(CHIP))
    with pytest.raises(AddressNack):
        read(bus, 0, 1)
    (error,) = bus.take_script_errors()
    assert error.hook == "on_read"
    assert "Broken._too_wide(), on_read of 'value', returned 0x100: expected an int, 0 to 0xff" in str(error)


class Derived(Tmp):
    id = Register(0x07, reset=0x42)

    def _config_written(self, value: int) -> None:
        self.written.append(-value)


def test_subclass_adds_registers_and_replaces_hooks(bus: Bus) -> None:
    chip = bus.attach(Derived(CHIP))
    bus.transfer([Write(CHIP, b"\x01\x05")])
    assert (read(bus, 7, 1), chip.written) == (b"\x42", [-5])
    assert list(Derived.registers()) == ["temperature", "config", "id"]


def test_reset_puts_everything_back(bus: Bus) -> None:
    chip = bus.attach(Tmp(CHIP))
    chip.config = 1
    chip.reset()
    assert chip.config == 0x80


def test_overlapping_registers_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="register 'b' at 0x01 begins before the end of register 'a'"):

        class Wrong(RegisterDevice):
            pointer = PointerRules(counts_registers=False)
            a = Register(0, width=16)
            b = Register(1)


def test_chip_with_registers_has_no_read_of_its_own() -> None:
    with pytest.raises(TypeError, match="Both has registers"):

        class Both(RegisterDevice):
            a = Register(0)

            def read(self, length: int) -> bytes:
                return bytes(length)


class Forgetful(RegisterDevice):
    value = Register(0x00)

    @value.on_read
    def _value_read(self, value: int) -> int:
        return None  # type: ignore[return-value]


def test_read_hook_that_returns_nothing_is_named(bus: Bus) -> None:
    bus.attach(Forgetful(CHIP))
    with pytest.raises(AddressNack):
        read(bus, 0, 1)
    (error,) = bus.take_script_errors()
    expected = "Forgetful._value_read(), on_read of 'value', returned None: expected an int, 0 to 0xff"
    assert expected in str(error)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_field_is_not_set_to_what_is_no_number(number: float) -> None:
    with pytest.raises(ValueError, match=f"celsius {number}: expected -128.0 to 127.9375 degC"):
        Tmp(CHIP).celsius = number


def test_register_is_not_set_to_a_fraction() -> None:
    with pytest.raises(TypeError, match=r"config 1\.5: expected an int, 0 to 0xff"):
        Tmp(CHIP).config = 1.5  # type: ignore[assignment]


def test_register_device_itself_is_no_chip() -> None:
    with pytest.raises(TypeError, match="made for subclasses"):
        RegisterDevice(CHIP)
