# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""smbus2's protocol: what each call puts on the wire, what it returns, and how it fails."""

from __future__ import annotations

import errno
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import smbus2
from answering_chip import AnsweringChip
from recording_chip import Messages, RecordingChip, transactions

from vhost_device import Guest
from vhost_device.i2c import Address, NotSupported, Read, Router, Write
from vhost_device.sim import Bus, Device, Nack
from vhost_device.smbus import I2cFunc, SMBus

ADDRESS = 0x20
Call = Callable[[SMBus], object]


@pytest.fixture
def smbus(guest: Guest) -> Iterator[SMBus]:
    with guest.smbus() as smbus:
        yield smbus


@pytest.fixture
def chip(bus: Bus) -> AnsweringChip:
    return bus.attach(AnsweringChip(ADDRESS))


# ---- the wire (SMBus 3.2, 6.5.1 to 6.5.8), with what the call returns

WIRE: tuple[tuple[str, Call, bytes, Messages, object], ...] = (
    ("quick", lambda b: b.write_quick(ADDRESS), b"", [("write", b"")], None),
    ("send byte", lambda b: b.write_byte(ADDRESS, 0x7E), b"", [("write", b"\x7e")], None),
    ("receive byte", lambda b: b.read_byte(ADDRESS), b"\x5a", [("read", b"\x5a")], 0x5A),
    (
        "write byte",
        lambda b: b.write_byte_data(ADDRESS, 0x10, 0xAB),
        b"",
        [("write", b"\x10\xab")],
        None,
    ),
    (
        "write word, low byte first",
        lambda b: b.write_word_data(ADDRESS, 0x10, 0x1234),
        b"",
        [("write", b"\x10\x34\x12")],
        None,
    ),
    (
        "read byte",
        lambda b: b.read_byte_data(ADDRESS, 0x10),
        b"\xab",
        [("write", b"\x10"), ("read", b"\xab")],
        0xAB,
    ),
    (
        "read word, low byte first",
        lambda b: b.read_word_data(ADDRESS, 0x10),
        b"\x34\x12",
        [("write", b"\x10"), ("read", b"\x34\x12")],
        0x1234,
    ),
    (
        "process call",
        lambda b: b.process_call(ADDRESS, 0x10, 0x1234),
        b"\x78\x56",
        [("write", b"\x10\x34\x12"), ("read", b"\x78\x56")],
        0x5678,
    ),
    (
        "block write",
        lambda b: b.write_block_data(ADDRESS, 0x10, [1, 2, 3]),
        b"",
        [("write", b"\x10\x03\x01\x02\x03")],
        None,
    ),
    (
        "block write of nothing",
        lambda b: b.write_block_data(ADDRESS, 0x10, []),
        b"",
        [("write", b"\x10\x00")],
        None,
    ),
    (
        "block read, as long as any",
        lambda b: b.read_block_data(ADDRESS, 0x10),
        b"\x02\x0a\x0b",
        [("write", b"\x10"), ("read", b"\x02\x0a\x0b" + b"\xff" * 30)],
        [0x0A, 0x0B],
    ),
    (
        "block process call",
        lambda b: b.block_process_call(ADDRESS, 0x10, [7, 8]),
        b"\x03\x01\x02\x03",
        [("write", b"\x10\x02\x07\x08"), ("read", b"\x03\x01\x02\x03" + b"\xff" * 29)],
        [1, 2, 3],
    ),
    (
        "i2c block write, without a length",
        lambda b: b.write_i2c_block_data(ADDRESS, 0x10, [1, 2, 3]),
        b"",
        [("write", b"\x10\x01\x02\x03")],
        None,
    ),
    (
        "i2c block read, of a given length",
        lambda b: b.read_i2c_block_data(ADDRESS, 0x10, 4),
        b"\x01\x02\x03\x04",
        [("write", b"\x10"), ("read", b"\x01\x02\x03\x04")],
        [1, 2, 3, 4],
    ),
)


@pytest.mark.parametrize(
    ("call", "answer", "wire", "result"), [row[1:] for row in WIRE], ids=[row[0] for row in WIRE]
)
def test_call_is_one_transaction_on_the_wire(
    smbus: SMBus, chip: AnsweringChip, call: Call, answer: bytes, wire: Messages, result: object
) -> None:
    chip.answer = answer
    assert call(smbus) == result
    assert transactions(chip.events) == [wire]


def test_longest_blocks_have_32_bytes(smbus: SMBus, chip: AnsweringChip) -> None:
    data = list(range(32))
    chip.answer = bytes([32, *data])
    assert smbus.read_block_data(ADDRESS, 0) == data
    assert smbus.block_process_call(ADDRESS, 0, data) == data
    chip.answer = bytes(data)
    assert smbus.read_i2c_block_data(ADDRESS, 0, 32) == data
    smbus.write_block_data(ADDRESS, 0, data)
    smbus.write_i2c_block_data(ADDRESS, 0, data)
    assert transactions(chip.events)[-2:] == [
        [("write", bytes([0, 32, *data]))],
        [("write", bytes([0, *data]))],
    ]


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.write_block_data(ADDRESS, 0, [0] * 33),
        lambda b: b.block_process_call(ADDRESS, 0, [0] * 33),
        lambda b: b.write_i2c_block_data(ADDRESS, 0, [0] * 33),
        lambda b: b.read_i2c_block_data(ADDRESS, 0, 33),
    ],
)
def test_longer_blocks_are_refused_before_anything_moves(
    smbus: SMBus, chip: AnsweringChip, call: Call
) -> None:
    with pytest.raises(ValueError, match="33 bytes: expected at most 32"):
        call(smbus)
    assert chip.events == []


def test_low_bits_of_values_are_taken_as_by_ctypes(smbus: SMBus, chip: AnsweringChip) -> None:
    smbus.write_byte_data(ADDRESS, 0x110, -1)
    smbus.write_word_data(ADDRESS, 0x10, -2)
    smbus.write_i2c_block_data(ADDRESS, 0x10, b"\x01\x02")  # type: ignore[arg-type,unused-ignore]
    assert transactions(chip.events) == [
        [("write", b"\x10\xff")],
        [("write", b"\x10\xfe\xff")],
        [("write", b"\x10\x01\x02")],
    ]


# ---- i2c_rdwr, with smbus2's own messages


def test_rdwr_is_one_transaction_and_fills_the_messages(smbus: SMBus, chip: AnsweringChip) -> None:
    chip.answer = b"\x01\x02\x03"
    write = smbus2.i2c_msg.write(ADDRESS, [0x10, 0x00, 0x11])
    first, second = smbus2.i2c_msg.read(ADDRESS, 3), smbus2.i2c_msg.read(ADDRESS, 2)
    smbus.i2c_rdwr(write, first, second)
    assert bytes(first) == b"\x01\x02\x03"
    assert bytes(second) == b"\xff\xff"
    assert transactions(chip.events) == [
        [("write", b"\x10\x00\x11"), ("read", b"\x01\x02\x03"), ("read", b"\xff\xff")]
    ]


def test_rdwr_takes_ten_bit_addresses(smbus: SMBus, bus: Bus) -> None:
    class Chip(Device):
        def read(self, length: int) -> bytes:
            return b"\x5a" * length

    bus.attach(Chip(Address.ten_bit(0x148)))
    message = smbus2.i2c_msg.read(0x148, 2)
    message.flags |= 0x0010  # I2C_M_TEN
    smbus.i2c_rdwr(message)
    assert bytes(message) == b"\x5a\x5a"


@pytest.mark.parametrize(
    ("messages", "number"),
    [
        ([], errno.EINVAL),
        ([smbus2.i2c_msg.read(ADDRESS, 1)] * 43, errno.EINVAL),
        ([smbus2.i2c_msg.read(ADDRESS, 8193)], errno.EINVAL),
        ([smbus2.i2c_msg.read(0x80, 1)], errno.EINVAL),
        ([smbus2.i2c_msg(addr=ADDRESS, flags=0x4000, len=0)], errno.EOPNOTSUPP),  # I2C_M_NOSTART
    ],
)
def test_rdwr_that_linux_does_not_take_is_refused(
    smbus: SMBus, chip: AnsweringChip, messages: list[Any], number: int
) -> None:
    with pytest.raises(OSError, match=r"expected|flags|address") as failure:
        smbus.i2c_rdwr(*messages)
    assert failure.value.errno == number
    assert chip.events == []


# ---- failures


@pytest.mark.parametrize("call", [row[1] for row in WIRE], ids=[row[0] for row in WIRE])
def test_absent_chip_is_eio_as_in_a_guest(smbus: SMBus, call: Call) -> None:
    with pytest.raises(OSError, match="0x20: I/O error") as failure:
        call(smbus)
    assert failure.value.errno == errno.EIO


def test_absent_chip_is_eio_in_rdwr_too(smbus: SMBus) -> None:
    with pytest.raises(OSError, match="0x20: I/O error") as failure:
        smbus.i2c_rdwr(smbus2.i2c_msg.read(ADDRESS, 1))
    assert failure.value.errno == errno.EIO


def test_absent_chip_is_enxio_where_there_is_no_guest_between(bus: Bus) -> None:
    with pytest.raises(OSError, match="0x20: address NACK") as failure:
        SMBus(bus).read_byte(ADDRESS)
    assert failure.value.errno == errno.ENXIO


def test_refused_byte_is_eio_everywhere(bus: Bus, smbus: SMBus) -> None:
    class Stubborn(Device):
        def write_byte(self, value: int) -> None:
            raise Nack

    bus.attach(Stubborn(ADDRESS))
    for each in (smbus, SMBus(bus)):
        with pytest.raises(OSError, match="0x20: ") as failure:
            each.write_byte(ADDRESS, 1)
        assert failure.value.errno == errno.EIO


def test_other_failures_have_linux_numbers(bus: Bus) -> None:
    two = Router([(Bus(), [0x20]), (Bus(), [0x21])])
    with pytest.raises(OSError, match="not permitted") as failure:
        SMBus(two).read_byte(0x22)
    assert failure.value.errno == errno.EPERM
    with pytest.raises(OSError, match="not supported") as failure:
        SMBus(two).i2c_rdwr(smbus2.i2c_msg.read(0x20, 1), smbus2.i2c_msg.read(0x21, 1))
    assert failure.value.errno == errno.EOPNOTSUPP
    assert isinstance(failure.value.__cause__, NotSupported)


def test_block_that_announces_too_much_is_eproto(smbus: SMBus, chip: AnsweringChip) -> None:
    chip.answer = b"\x21"
    with pytest.raises(OSError, match="announces a block of 33 bytes") as failure:
        smbus.read_block_data(ADDRESS, 0)
    assert failure.value.errno == errno.EPROTO


@pytest.mark.parametrize("address", [-1, 0x80])
def test_impossible_address_is_einval(smbus: SMBus, address: int) -> None:
    with pytest.raises(OSError, match="address") as failure:
        smbus.read_byte(address)
    assert failure.value.errno == errno.EINVAL


# ---- the object


def public(thing: type) -> dict[str, Any]:
    return {name: each for name, each in vars(thing).items() if not name.startswith("_")}


def test_everything_of_smbus2_is_there() -> None:
    assert public(smbus2.SMBus).keys() <= public(SMBus).keys()


@pytest.mark.parametrize(
    "name", [name for name, each in public(smbus2.SMBus).items() if callable(each)] + ["__init__"]
)
def test_arguments_are_those_of_smbus2(name: str) -> None:
    def arguments(owner: type) -> list[tuple[str, object, object]]:
        parameters = inspect.signature(getattr(owner, name)).parameters.values()
        return [(each.name, each.kind, each.default) for each in parameters]

    assert arguments(SMBus) == arguments(smbus2.SMBus)


def test_attributes_are_those_of_smbus2(smbus: SMBus) -> None:
    theirs = {name for name in vars(smbus2.SMBus()) if not name.startswith("_")}
    assert theirs <= set(vars(smbus))


def test_functions_have_the_names_and_numbers_of_smbus2() -> None:
    theirs = {name: int(each) for name, each in smbus2.I2cFunc.__members__.items()}
    assert {name: int(each) for name, each in I2cFunc.__members__.items()} == theirs


def test_functions_are_those_of_plain_i2c(smbus: SMBus) -> None:
    wanted = smbus2.I2cFunc.I2C | smbus2.I2cFunc.SMBUS_EMUL | smbus2.I2cFunc.SMBUS_BLOCK_DATA
    assert int(smbus.funcs & wanted) == int(wanted)
    assert not smbus.funcs & smbus2.I2cFunc.NOSTART


def test_force_and_bus_numbers_are_taken(guest: Guest, chip: AnsweringChip) -> None:
    smbus = guest.smbus(1, force=True)
    smbus.write_byte(ADDRESS, 1, force=False)
    smbus.open("/dev/i2c-1")
    smbus.write_byte(ADDRESS, 1, True)
    assert smbus.force is True
    assert smbus.address == ADDRESS
    assert len(transactions(chip.events)) == 2


def test_guest_takes_the_place_of_the_class(
    guest: Guest, chip: AnsweringChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smbus2, "SMBus", guest.smbus)
    with smbus2.SMBus(1) as smbus:
        smbus.write_byte(ADDRESS, 1)
    assert transactions(chip.events) == [[("write", b"\x01")]]


def test_closed_one_says_so_and_can_be_opened_again(guest: Guest, chip: AnsweringChip) -> None:
    with guest.smbus() as smbus:
        opened = smbus.fd
    assert (opened, smbus.fd) == (-1, None)
    with pytest.raises(OSError, match="not open") as failure:
        smbus.read_byte(ADDRESS)
    assert failure.value.errno == errno.EBADF
    smbus.open(1)
    assert smbus.read_byte(ADDRESS) == 0xFF
    assert not guest.closed


@pytest.mark.parametrize("bus", [1, "/dev/i2c-1"])
def test_number_without_an_adapter_is_refused(bus: Any) -> None:
    with pytest.raises(TypeError, match="expected an adapter"):
        SMBus(bus)


def test_transfers_of_the_guest_and_of_its_smbus_mix(bus: Bus, guest: Guest, smbus: SMBus) -> None:
    chip = bus.attach(RecordingChip(ADDRESS))
    smbus.write_byte(ADDRESS, 1)
    guest.transfer([Write(ADDRESS, b"\x02"), Read(ADDRESS, 1)])
    assert transactions(chip.events) == [[("write", b"\x01")], [("write", b"\x02"), ("read", b"\xa0")]]


@pytest.mark.parametrize("flags", [0, 1])
def test_message_without_a_buffer_is_a_bad_address(smbus: SMBus, flags: int) -> None:
    message = smbus2.i2c_msg(ADDRESS, flags, 4, None)
    with pytest.raises(OSError, match="4 bytes: the message has no buffer for them") as raised:
        smbus.i2c_rdwr(message)
    assert raised.value.errno == errno.EFAULT
