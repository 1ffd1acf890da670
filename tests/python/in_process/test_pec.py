# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""SMBus's packet error code: its values, where it is on the wire, and what becomes of a wrong one."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest
from answering_chip import AnsweringChip
from recording_chip import Messages, transactions

from vhost_device import Guest
from vhost_device._pec import packet_error_code
from vhost_device.sim import Bus
from vhost_device.smbus import SMBus

# The thermometer of the examples that have a known code.
ADDRESS = 0x5A
Call = Callable[[SMBus], object]


@pytest.fixture
def chip(bus: Bus) -> AnsweringChip:
    return bus.attach(AnsweringChip(ADDRESS))


@pytest.fixture
def smbus(guest: Guest) -> SMBus:
    smbus = guest.smbus()
    smbus.pec = 1
    return smbus


@pytest.mark.parametrize(
    ("on_the_wire", "code"),
    [
        (b"123456789", 0xF4),  # the check value of CRC-8 with polynomial 07, no reflection, no final XOR
        (bytes.fromhex("002e0000"), 0x6F),  # Melexis 390119061402, page 19
        (bytes.fromhex("002e5a00"), 0xE1),  # the same
        (bytes.fromhex("b407b5d23a"), 0x30),  # Melexis MLX90614 datasheet, 8.4.3.1, read word
        (bytes.fromhex("b42207c8"), 0x48),  # the same, write word
        (b"", 0x00),
    ],
)
def test_code_is_the_published_one(on_the_wire: bytes, code: int) -> None:
    assert packet_error_code(on_the_wire) == code


def test_code_can_be_continued() -> None:
    assert packet_error_code(b"6789", packet_error_code(b"12345")) == packet_error_code(b"123456789")


# Codes by the CRC catalogue's algorithm, over address bytes (b4 to write, b5 to read) and data.
SENT: tuple[tuple[str, Call, Messages], ...] = (
    ("write word", lambda b: b.write_word_data(ADDRESS, 0x22, 0xC807), [("write", b"\x22\x07\xc8\x48")]),
    ("send byte", lambda b: b.write_byte(ADDRESS, 0xFF), [("write", b"\xff\xe8")]),
    ("quick has none", lambda b: b.write_quick(ADDRESS), [("write", b"")]),
    (
        "i2c block has none",
        lambda b: b.write_i2c_block_data(ADDRESS, 0x22, [7, 0xC8]),
        [("write", b"\x22\x07\xc8")],
    ),
    ("block write", lambda b: b.write_block_data(ADDRESS, 7, [1]), [("write", b"\x07\x01\x01\xc4")]),
)


@pytest.mark.parametrize(("call", "wire"), [row[1:] for row in SENT], ids=[row[0] for row in SENT])
def test_code_is_sent_last(smbus: SMBus, chip: AnsweringChip, call: Call, wire: Messages) -> None:
    call(smbus)
    assert transactions(chip.events) == [wire]


def test_code_of_a_read_covers_both_messages(smbus: SMBus, chip: AnsweringChip) -> None:
    chip.answer = b"\xd2\x3a\x30"
    assert smbus.read_word_data(ADDRESS, 7) == 0x3AD2
    assert transactions(chip.events) == [[("write", b"\x07"), ("read", b"\xd2\x3a\x30")]]


def answer_of(on_the_wire: str, answer: str) -> bytes:
    """An answer with its code, for what is on the wire before it."""
    data = bytes.fromhex(answer)
    return data + bytes([packet_error_code(bytes.fromhex(on_the_wire) + data)])


@pytest.mark.parametrize(
    ("call", "answer", "result"),
    [
        (lambda b: b.read_byte(ADDRESS), answer_of("b5", "11"), 0x11),
        (lambda b: b.read_byte_data(ADDRESS, 7), answer_of("b4 07 b5", "11"), 0x11),
        (lambda b: b.process_call(ADDRESS, 7, 0x0201), answer_of("b4 07 01 02 b5", "03 04"), 0x0403),
        (lambda b: b.read_block_data(ADDRESS, 7), answer_of("b4 07 b5", "02 0a 0b"), [10, 11]),
        (
            lambda b: b.block_process_call(ADDRESS, 7, [5]),
            answer_of("b4 07 01 05 b5", "01 06"),
            [6],
        ),
    ],
    ids=["receive byte", "read byte", "process call", "block read", "block process call"],
)
def test_code_of_an_answer_is_checked(
    smbus: SMBus, chip: AnsweringChip, call: Call, answer: bytes, result: object
) -> None:
    chip.answer = answer
    assert call(smbus) == result
    chip.answer = answer[:-1] + bytes([answer[-1] ^ 1])
    with pytest.raises(OSError, match=r"0x5a: PEC 0x.. where 0x.. was expected") as failure:
        call(smbus)
    assert failure.value.errno == errno.EBADMSG


def test_i2c_block_is_read_without_a_code(smbus: SMBus, chip: AnsweringChip) -> None:
    chip.answer = b"\x01\x02"
    assert smbus.read_i2c_block_data(ADDRESS, 7, 2) == [1, 2]
    assert transactions(chip.events) == [[("write", b"\x07"), ("read", b"\x01\x02")]]


def test_pec_is_off_at_first_and_after_close(guest: Guest) -> None:
    smbus = guest.smbus()
    assert smbus.pec == 0
    smbus.enable_pec()
    assert smbus.pec == 1
    smbus.close()
    assert smbus.pec == 0


def test_pec_cannot_be_had_without_an_adapter() -> None:
    with pytest.raises(OSError, match="SMBUS_PEC is not a feature"):
        SMBus().enable_pec()
