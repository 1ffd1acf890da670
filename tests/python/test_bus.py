# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus, its clock, and transactions without a guest."""

from __future__ import annotations

import gc
import pickle
import weakref
from pathlib import Path

import pytest

from vhost_device.i2c import Address, AddressNack, Read, TooLong, TransferError, Write
from vhost_device.sim import At24, BoardError, Bus, Device, Lm75, ManualClock, RealClock

BOARD = Path(__file__).parents[2] / "examples" / "boards" / "demo.dts"


def test_attach_returns_the_chip(bus: Bus) -> None:
    sensor = Lm75(address=0x48)
    assert bus.attach(sensor) is sensor
    assert bus.devices == [sensor]


def test_devices_are_in_the_order_of_their_addresses(bus: Bus) -> None:
    eeprom = bus.attach(At24("24c02", address=0x50))
    sensor = bus.attach(Lm75(address=0x48))
    script = bus.attach(Device(0x20))
    assert bus.devices == [script, sensor, eeprom]


def test_attach_at_a_taken_address_names_both_chips(bus: Bus) -> None:
    bus.attach(At24("24c04", address=0x50))
    with pytest.raises(ValueError, match=r"24c02 cannot be attached at 0x51: 24c04 is there already"):
        bus.attach(At24("24c02", address=0x51))
    assert len(bus.devices) == 1


def test_attach_of_a_chip_on_another_bus_is_refused(bus: Bus) -> None:
    other = Bus()
    chip = other.attach(Device(0x20))
    with pytest.raises(ValueError, match="is on a bus already"):
        bus.attach(chip)


def test_attach_at_the_general_call_address_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="general call"):
        bus.attach(Device(0x00))


def test_attach_of_something_else_is_refused(bus: Bus) -> None:
    with pytest.raises(TypeError):
        bus.attach(None)  # type: ignore[type-var]


def test_detach_of_a_chip_that_is_not_there_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="is not on this bus"):
        bus.detach(Device(0x20))


def test_detached_chip_answers_no_more(bus: Bus) -> None:
    chip = bus.attach(Device(0x20))
    bus.detach(chip)
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x20)])


def test_detached_chip_can_go_on_another_bus(bus: Bus) -> None:
    chip = bus.attach(Device(0x20))
    bus.detach(chip)
    assert Bus().attach(chip) is chip


def test_clear_takes_every_chip_off(bus: Bus) -> None:
    bus.attach(Device(0x20))
    bus.attach(Lm75(address=0x48))
    bus.clear()
    assert bus.devices == []


def test_bus_keeps_a_script_alive(bus: Bus) -> None:
    class Chip(Device):
        def read(self, length: int) -> bytes:
            return bytes(length)

    bus.attach(Chip(0x20))
    gc.collect()
    assert bus.transfer([Read(0x20, 2)]) == [b"\0\0"]
    assert [type(device) for device in bus.devices] == [Chip]


def test_detached_script_is_not_kept(bus: Bus) -> None:
    chip = bus.attach(Device(0x20))
    gone = weakref.ref(chip)
    bus.detach(chip)
    del chip
    gc.collect()
    assert gone() is None


def test_script_of_a_bus_that_is_gone_is_not_kept() -> None:
    bus = Bus()
    gone = weakref.ref(bus.attach(Device(0x20)))
    del bus
    gc.collect()
    assert gone() is None


def test_chip_at_a_ten_bit_address_answers_there_only(bus: Bus) -> None:
    address = Address.ten_bit(0x150)
    bus.attach(Device(address))
    assert bus.transfer([Write(address)]) == []
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x50)])


# ---- transactions


def test_transfer_returns_what_each_read_brought(bus: Bus) -> None:
    bus.attach(At24("24c02", address=0x50)).data[:4] = b"abcd"
    assert bus.transfer([Write(0x50, b"\1"), Read(0x50, 2), Read(0x50, 1)]) == [b"bc", b"d"]


def test_transfer_of_nothing_succeeds(bus: Bus) -> None:
    assert bus.transfer([]) == []


def test_transfer_to_nobody_names_the_message(bus: Bus) -> None:
    bus.attach(Device(0x20))
    with pytest.raises(AddressNack, match=r"0x21: address NACK \(message 2 of 2\)") as failure:
        bus.transfer([Write(0x20), Read(0x21, 1)])
    assert failure.value.address == 0x21
    assert failure.value.index == 1


def test_transfer_of_a_message_that_is_too_long_is_refused(bus: Bus) -> None:
    bus.attach(Device(0x20))
    with pytest.raises(TooLong, match="0x20: too long"):
        bus.transfer([Read(0x20, 65536)])


def test_transfer_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(AddressNack(0x21, 1, 2)))  # type: ignore[arg-type]
    assert isinstance(error, TransferError)
    assert (int(error.address), error.index, error.count) == (0x21, 1, 2)


def test_functionality_has_i2c(bus: Bus) -> None:
    assert bus.functionality & 1


# ---- clocks


def test_bus_has_real_time_unless_told_otherwise(bus: Bus) -> None:
    assert isinstance(bus.clock, RealClock)
    assert bus.clock.now <= bus.clock.now


def test_real_time_cannot_be_advanced(bus: Bus) -> None:
    with pytest.raises(TypeError, match="ManualClock"):
        bus.clock.advance(seconds=1)


def test_manual_time_passes_when_told_to() -> None:
    bus = Bus(clock=ManualClock())
    bus.clock.advance(milliseconds=5)
    bus.clock.advance(seconds=36000, milliseconds=0.5)
    assert bus.clock.now == pytest.approx(36000.0055)


def test_chips_live_on_the_bus_clock() -> None:
    bus = Bus(clock=ManualClock())
    eeprom = bus.attach(At24("24c02", address=0x50, write_cycle_ms=5))
    bus.transfer([Write(0x50, b"\0x")])
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x50)])
    bus.clock.advance(milliseconds=5)
    assert bus.transfer([Write(0x50)]) == []
    assert eeprom.data[0] == ord("x")


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf"), 1e12])
def test_impossible_time_is_refused(seconds: float) -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="time"):
        clock.advance(seconds=seconds)
    assert clock.now == 0


# ---- boards


def test_board_file_populates_a_bus() -> None:
    bus = Bus.from_board(BOARD)
    assert [(device.name, int(device.address)) for device in bus.devices] == [
        ("lm75", 0x48),
        ("tmp75", 0x49),
        ("24c32", 0x50),
        ("24c02", 0x57),
    ]
    assert isinstance(bus.devices[0], Lm75)
    assert bus.devices[0].temperature == 23.5


def test_board_chips_join_those_that_are_there(bus: Bus) -> None:
    bus.attach(Device(0x20))
    assert bus.load_board(str(BOARD)) == []
    assert len(bus.devices) == 5


def test_board_that_does_not_fit_leaves_the_bus_as_it_was(bus: Bus) -> None:
    bus.attach(Device(0x50))
    with pytest.raises(BoardError, match=r"demo.dts: .*50"):
        bus.load_board(BOARD)
    assert len(bus.devices) == 1


def test_board_file_that_is_missing_is_named(bus: Bus, tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"missing\.dts"):
        bus.load_board(tmp_path / "missing.dts")
