# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Muxes, and chips on their channels."""

from __future__ import annotations

import gc
from typing import NoReturn

import pytest

from vhost_device.errors import AddressNack
from vhost_device.sim import At24, Bus, Device, Ee1004, Level, Lm75, ManualClock, Pca954x, Read, Write

MUX = 0x70
SENSOR = 0x48


class Broken(Device):
    """Raises whenever it is read."""

    def read(self, length: int) -> NoReturn:
        raise RuntimeError("broken on purpose")


def read_byte(bus: Bus, address: int) -> int:
    return bus.transfer([Read(address, 1)])[0][0]


def select(bus: Bus, control: int) -> None:
    bus.transfer([Write(MUX, bytes([control]))])


def test_chip_on_a_channel_answers_while_that_is_selected() -> None:
    bus = Bus()
    mux = bus.attach(Pca954x("pca9548", address=MUX))
    sensor = mux.channel(3).attach(Lm75(address=SENSOR, temperature=42))
    with pytest.raises(AddressNack):
        read_byte(bus, SENSOR)
    select(bus, 1 << 3)
    assert read_byte(bus, SENSOR) == 42
    sensor.temperature = 43
    assert read_byte(bus, SENSOR) == 43
    assert (mux.selected, mux.control, mux.channel(3).connected) == ([3], 8, True)


def test_reset_deselects() -> None:
    bus = Bus()
    mux = bus.attach(Pca954x(address=MUX))
    select(bus, 0xFF)
    assert mux.selected == list(range(8))
    mux.reset()
    assert mux.selected == []


def test_channel_tells_of_itself() -> None:
    mux = Pca954x("pca9546", address=MUX)
    sensor = mux.channel(1).attach(Lm75(address=SENSOR))
    channel = mux.channel(1)
    assert repr(channel) == "<channel 1 of pca9546 at 0x70>"
    assert (channel.mux, channel.index, channel.devices, mux.channel_count) == (mux, 1, [sensor], 4)


def test_all_devices_are_told_by_their_paths() -> None:
    bus = Bus()
    outer = bus.attach(Pca954x("pca9548", address=MUX))
    inner = outer.channel(1).attach(Pca954x("pca9546", address=0x71))
    sensor = inner.channel(0).attach(Lm75(address=SENSOR))
    eeprom = bus.attach(At24("24c02", 0x50))
    assert bus.all_devices == {
        "24c02@50": eeprom,
        "pca9548@70": outer,
        "pca9548@70/1/pca9546@71": inner,
        "pca9548@70/1/pca9546@71/0/lm75@48": sensor,
    }
    assert bus.devices == [eeprom, outer]


def test_detach_and_clear_take_chips_off_a_channel() -> None:
    mux = Pca954x(address=MUX)
    first = mux.channel(0).attach(Lm75(address=0x48))
    mux.channel(0).attach(Lm75(address=0x49))
    with pytest.raises(ValueError, match="not on this channel"):
        mux.channel(1).detach(first)
    mux.channel(0).detach(first)
    assert len(mux.channel(0).devices) == 1
    mux.channel(0).clear()
    assert mux.channel(0).devices == []


def test_address_on_the_way_to_the_bus_is_taken() -> None:
    bus = Bus()
    bus.attach(Lm75(address=SENSOR))
    mux = bus.attach(Pca954x(address=MUX))
    with pytest.raises(ValueError, match="0x48"):
        mux.channel(0).attach(Lm75("tmp75", address=SENSOR))
    with pytest.raises(ValueError, match="0x70"):
        mux.channel(0).attach(Device(MUX))


def test_what_is_no_chip_or_channel_is_refused() -> None:
    mux = Pca954x(address=MUX)
    with pytest.raises(TypeError, match="expected a Device"):
        mux.channel(0).attach(None)  # type: ignore[type-var]
    with pytest.raises(IndexError, match="0 to 7"):
        mux.channel(8)
    with pytest.raises(ValueError, match="pca9540"):
        Pca954x("pca9999", address=MUX)


def test_scripted_chip_put_on_a_channel_of_the_bus_has_its_supervisor() -> None:
    bus = Bus()
    mux = bus.attach(Pca954x(address=MUX))
    mux.channel(0).attach(Broken(0x30))
    select(bus, 1)
    with pytest.raises(AddressNack):
        read_byte(bus, 0x30)
    (error,) = bus.take_script_errors()
    assert (error.chip, error.hook) == ("Broken", "read")


def test_scripted_chip_that_comes_with_its_mux_has_the_supervisor_of_the_bus() -> None:
    bus = Bus()
    outer = Pca954x(address=MUX)
    inner = outer.channel(0).attach(Pca954x(address=0x71))
    inner.channel(0).attach(Broken(0x30))
    bus.attach(outer)
    select(bus, 1)
    bus.transfer([Write(0x71, b"\1")])
    with pytest.raises(AddressNack):
        read_byte(bus, 0x30)
    assert [error.chip for error in bus.take_script_errors()] == ["Broken"]


def test_mux_lives_as_long_as_a_channel_of_it() -> None:
    channel = Pca954x(address=MUX).channel(2)
    gc.collect()
    sensor = channel.attach(Lm75(address=SENSOR))
    assert channel.devices == [sensor]
    assert isinstance(channel.mux, Pca954x)


def test_chips_behind_a_mux_have_the_clock_of_its_bus() -> None:
    clock = ManualClock()
    bus = Bus(clock)
    mux = Pca954x(address=MUX)
    eeprom = mux.channel(0).attach(At24("24c02", 0x50))
    bus.attach(mux)
    select(bus, 1)
    bus.transfer([Write(0x50, b"\0\1")])
    assert eeprom.busy
    clock.advance(milliseconds=5)
    assert not eeprom.busy


def test_interrupt_inputs_drive_the_output() -> None:
    mux = Pca954x("pca9545", address=MUX)
    mux.set_interrupt_input(2, Level.low)
    assert (mux.interrupt_output, mux.interrupt_input(2), mux.control) == (Level.low, Level.low, 0x40)
    with pytest.raises(ValueError, match="no interrupt"):
        Pca954x("pca9548", address=MUX).interrupt_input(0)


def test_spd_eeproms_share_their_page_commands() -> None:
    bus = Bus()
    chips = [bus.attach(Ee1004(0x50 + n)) for n in range(2)]
    bus.transfer([Write(0x37, b"\0")])
    assert [chip.spd_page for chip in chips] == [1, 1]
    chips[1].data[256:259] = b"abc"
    assert bus.transfer([Write(0x51, b"\0"), Read(0x51, 3)]) == [b"abc"]
    chips[0].set_block_protected(3, True)
    assert chips[0].block_protected(3)
