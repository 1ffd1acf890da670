# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips that are written in Python, by the message and by the byte."""

from __future__ import annotations

from typing import Any

import pytest

from vhost_device.i2c import Address, AddressNack, ArbitrationLost, DataNack, Read, Write
from vhost_device.sim import Bus, Device, Direction, Lm75, Nack


class ByMessage(Device):
    """Writes down what the bus calls."""

    def __init__(self, address: Any = 0x20) -> None:
        super().__init__(address)
        self.calls: list[object] = []

    def start(self, direction: Direction) -> None:
        self.calls.append(direction)

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def read(self, length: int) -> bytes:
        self.calls.append(length)
        return b"x" * length

    def stop(self) -> None:
        self.calls.append("stop")


class ByByte(Device):
    """Writes down what the bus calls."""

    def __init__(self, address: int = 0x20) -> None:
        super().__init__(address)
        self.calls: list[object] = []

    def start(self, direction: Direction) -> None:
        self.calls.append(direction)

    def write_byte(self, value: int) -> None:
        self.calls.append(value)

    def read_byte(self) -> int:
        self.calls.append("read")
        return len(self.calls)

    def stop(self) -> None:
        self.calls.append("stop")


# ---- what is called when


def test_chip_by_message_gets_whole_messages(bus: Bus) -> None:
    chip = bus.attach(ByMessage())
    assert bus.transfer([Write(0x20, b"ab"), Read(0x20, 3)]) == [b"xxx"]
    assert chip.calls == [Direction.write, b"ab", Direction.read, 3, "stop"]


def test_chip_by_byte_gets_each_byte(bus: Bus) -> None:
    chip = bus.attach(ByByte())
    assert bus.transfer([Write(0x20, b"\1\2"), Read(0x20, 2)]) == [b"\5\6"]
    assert chip.calls == [Direction.write, 1, 2, Direction.read, "read", "read", "stop"]


def test_chip_by_message_gets_the_address_alone_as_no_data(bus: Bus) -> None:
    chip = bus.attach(ByMessage())
    bus.transfer([Write(0x20), Read(0x20, 0)])
    assert chip.calls == [Direction.write, b"", Direction.read, 0, "stop"]


def test_chip_by_byte_gets_the_address_alone_as_a_start(bus: Bus) -> None:
    chip = bus.attach(ByByte())
    bus.transfer([Write(0x20)])
    assert chip.calls == [Direction.write, "stop"]


def test_chip_that_overrides_nothing_acknowledges_its_address(bus: Bus) -> None:
    bus.attach(Device(0x20))
    assert bus.transfer([Write(0x20), Read(0x20, 2)]) == [b"\xff\xff"]
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])


def test_chip_that_only_reads_refuses_data(bus: Bus) -> None:
    class Reads(Device):
        def read(self, length: int) -> bytes:
            return bytes(length)

    bus.attach(Reads(0x20))
    assert bus.transfer([Write(0x20), Read(0x20, 1)]) == [b"\0"]
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])


def test_chip_by_byte_that_only_writes_leaves_the_line_high(bus: Bus) -> None:
    class Writes(Device):
        def write_byte(self, value: int) -> None:
            pass

    bus.attach(Writes(0x20))
    assert bus.transfer([Write(0x20, b"a"), Read(0x20, 1)]) == [b"\xff"]


def test_base_methods_can_be_called_from_a_subclass(bus: Bus) -> None:
    class Polite(Device):
        def start(self, direction: Direction) -> None:
            super().start(direction)

        def read(self, length: int) -> bytes:
            return super().read(length)

        def write(self, data: bytes) -> None:
            super().write(data)

        def stop(self) -> None:
            super().stop()

    bus.attach(Polite(0x20))
    assert bus.transfer([Read(0x20, 1)]) == [b"\xff"]
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])
    assert bus.script_errors == []


def test_chip_by_message_and_by_byte_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Both is written by the message .* and by the byte"):

        class Both(Device):
            def read(self, length: int) -> bytes:
                return bytes(length)

            def write_byte(self, value: int) -> None:
                pass


def test_subclass_of_a_chip_overrides_it(bus: Bus) -> None:
    class Louder(ByMessage):
        def read(self, length: int) -> bytes:
            return super().read(length).upper()

    bus.attach(Louder())
    assert bus.transfer([Read(0x20, 2)]) == [b"XX"]


def test_method_replaced_on_the_object_is_used(bus: Bus) -> None:
    chip = bus.attach(ByMessage())
    chip.read = lambda length: bytes(length)  # type: ignore[method-assign]
    assert bus.transfer([Read(0x20, 1)]) == [b"\0"]


def test_chip_without_the_base_constructor_is_refused() -> None:
    class Forgets(Device):
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match=r"__init__\(\) must be called"):
        Forgets()


# ---- addresses and names


def test_chip_is_named_for_its_class() -> None:
    assert repr(ByMessage()) == "<ByMessage at 0x20>"
    assert Device(0x20, name="mine").name == "mine"


def test_chip_at_several_addresses_knows_which_is_meant(bus: Bus) -> None:
    class Several(Device):
        def read(self, length: int) -> bytes:
            return bytes([int(self.selected_address)] * length)

    bus.attach(Several([0x20, 0x22]))
    assert bus.transfer([Read(0x22, 1), Read(0x20, 1)]) == [b"\x22", b"\x20"]


def test_chip_at_a_ten_bit_address_is_selected_by_it(bus: Bus) -> None:
    address = Address.ten_bit(0x20)
    chip = bus.attach(ByMessage(address))
    bus.transfer([Read(address, 1)])
    assert chip.selected_address == address


@pytest.mark.parametrize("addresses", [[], ()])
def test_chip_without_an_address_is_refused(addresses: Any) -> None:
    with pytest.raises(ValueError, match="no address"):
        Device(addresses)


# ---- refusing


def test_nack_in_start_refuses_the_address(bus: Bus) -> None:
    class Busy(Device):
        def start(self, direction: Direction) -> None:
            raise Nack

    bus.attach(Busy(0x20))
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x20)])


def test_nack_in_write_refuses_the_data(bus: Bus) -> None:
    class Refuses(Device):
        def write(self, data: bytes) -> None:
            raise Nack("not now")

    bus.attach(Refuses(0x20))
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x20)])


def test_nack_in_read_refuses_the_address(bus: Bus) -> None:
    class Refuses(Device):
        def read(self, length: int) -> bytes:
            raise Nack

    bus.attach(Refuses(0x20))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])


def test_nack_in_write_byte_refuses_that_byte(bus: Bus) -> None:
    class Full(Device):
        def __init__(self) -> None:
            super().__init__(0x20)
            self.kept: list[int] = []

        def write_byte(self, value: int) -> None:
            if len(self.kept) == 2:
                raise Nack
            self.kept.append(value)

    chip = bus.attach(Full())
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\1\2\3\4")])
    assert chip.kept == [1, 2]


def test_nack_in_read_byte_ends_the_transaction(bus: Bus) -> None:
    class Dry(Device):
        def __init__(self, left: int) -> None:
            super().__init__(0x20)
            self.left = left

        def read_byte(self) -> int:
            if self.left == 0:
                raise Nack
            self.left -= 1
            return 0

    chip = bus.attach(Dry(left=1))
    with pytest.raises(DataNack):
        bus.transfer([Read(0x20, 2)])
    assert chip.left == 0
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])


def test_nack_is_no_script_error(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    class Refuses(Device):
        def write(self, data: bytes) -> None:
            raise Nack

    bus.attach(Refuses(0x20))
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])
    assert bus.script_errors == []
    assert caplog.records == []


# ---- other chips from inside a chip


def test_chip_sets_a_property_of_another_chip(bus: Bus) -> None:
    class Heater(Device):
        def __init__(self, sensor: Lm75) -> None:
            super().__init__(0x20)
            self.sensor = sensor

        def write(self, data: bytes) -> None:
            self.sensor.temperature += data[0]

    sensor = bus.attach(Lm75(address=0x48, temperature=20))
    bus.attach(Heater(sensor))
    assert bus.transfer([Write(0x20, b"\5"), Read(0x48, 2)]) == [b"\x19\0"]


def test_chip_attaches_and_detaches_chips(bus: Bus) -> None:
    class Switch(Device):
        def write(self, data: bytes) -> None:
            bus.detach(self)
            bus.attach(Device(0x21))

    bus.attach(Switch(0x20))
    assert bus.transfer([Write(0x20, b"\1"), Write(0x21)]) == []
    assert [int(device.address) for device in bus.devices] == [0x21]


def test_transfer_from_inside_a_chip_finds_the_bus_taken(bus: Bus) -> None:
    class Nested(Device):
        def read(self, length: int) -> bytes:
            return bus.transfer([Read(0x48, length)])[0]

    bus.attach(Nested(0x20))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    [error] = bus.take_script_errors()
    assert isinstance(error.exception, ArbitrationLost)
