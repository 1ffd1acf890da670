# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's i2c-tools, and what each of them puts on the wire."""

from __future__ import annotations

import random

import pytest
from i2c_tools import as_grid, detected, dumped
from recording_chip import RecordingChip, transactions

from vhost_device.guest import CommandResult, LinuxGuest
from vhost_device.sim import At24, Bus, Lm75

CHIP = 0x20
ABSENT = 0x21
EEPROM = 0x50
SEED = 20261122

EXIT_READ_FAILED = 2
EXIT_WRITE_FAILED = 1


@pytest.fixture
def chip(i2c_bus: Bus) -> RecordingChip:
    return i2c_bus.attach(RecordingChip(CHIP))


@pytest.fixture
def eeprom(i2c_bus: Bus) -> At24:
    """One with random contents that is never busy: these tools do not wait for a write cycle."""
    eeprom = i2c_bus.attach(At24("24c02", EEPROM, write_cycle_ms=0))
    eeprom.data[:] = random.Random(SEED).randbytes(eeprom.size)
    return eeprom


def run(guest: LinuxGuest, tool: str, rest: str) -> CommandResult:
    name, *options = tool.split()
    return guest.run(" ".join([name, "-y", *options, str(guest.bus()), rest]))


# ---- i2cdetect


@pytest.mark.parametrize("how", ["i2cdetect", "i2cdetect -q", "i2cdetect -r"])
def test_i2cdetect_shows_the_boards_chips_and_no_other(
    i2c_bus: Bus, linux_guest: LinuxGuest, how: str
) -> None:
    for address in (0x08, CHIP, 0x77):
        i2c_bus.attach(RecordingChip(address))
    i2c_bus.attach(Lm75(address=0x48))
    i2c_bus.attach(At24("24c16", EEPROM))
    grid = run(linux_guest, how, "").text
    assert detected(grid) == as_grid(0x08, CHIP, 0x48, *range(0x50, 0x58), 0x77)


def test_i2cdetect_of_all_addresses_finds_none_on_an_empty_bus(linux_guest: LinuxGuest) -> None:
    assert detected(run(linux_guest, "i2cdetect -a", "").text) == {}


def test_i2cdetect_shows_a_chip_that_a_driver_has(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Lm75(address=0x48))
    linux_guest.bind("lm75", 0x48)
    assert detected(run(linux_guest, "i2cdetect", "").text) == {0x48: "UU"}


# ---- what is on the wire (SMBus 3.2, 6.5: "Bus Protocols")


@pytest.mark.parametrize(
    ("tool", "rest", "wire"),
    [
        pytest.param("i2cdetect -q", "0x20 0x20", [[("write", "")]], id="quick write"),
        pytest.param("i2ctransfer", "w0@0x20", [[("write", "")]], id="empty write"),
        pytest.param("i2ctransfer", "r0@0x20", [[("read", "")]], id="quick read"),
        pytest.param("i2cdetect -r", "0x20 0x20", [[("read", "a0")]], id="receive byte by i2cdetect"),
        pytest.param("i2cset", "0x20 0x05", [[("write", "05")]], id="send byte"),
        pytest.param("i2cset", "0x20 0x05 0xab b", [[("write", "05ab")]], id="write byte"),
        pytest.param("i2cset", "0x20 0x05 0x1234 w", [[("write", "053412")]], id="write word"),
        pytest.param("i2cset", "0x20 0x05 1 2 3 s", [[("write", "0503010203")]], id="block write"),
        pytest.param("i2cset", "0x20 0x05 1 2 3 i", [[("write", "05010203")]], id="I2C block write"),
    ],
)
def test_writing_tool_puts_on_the_wire_what_its_protocol_says(
    chip: RecordingChip, linux_guest: LinuxGuest, tool: str, rest: str, wire: list[list[tuple[str, str]]]
) -> None:
    assert run(linux_guest, tool, rest).ok
    assert [[(way, data.hex()) for way, data in each] for each in transactions(chip.events)] == wire


@pytest.mark.parametrize(
    ("rest", "shown", "wire"),
    [
        pytest.param("0x20", "0xa0", [[("read", "a0")]], id="receive byte"),
        pytest.param("0x20 0x05 b", "0xa0", [[("write", "05"), ("read", "a0")]], id="read byte"),
        pytest.param("0x20 0x05 w", "0xa1a0", [[("write", "05"), ("read", "a0a1")]], id="read word"),
        pytest.param(
            "0x20 0x05 c", "0xa0", [[("write", "05")], [("read", "a0")]], id="send and receive byte"
        ),
        pytest.param(
            "0x20 0x05 i 3",
            "0xa0 0xa1 0xa2",
            [[("write", "05"), ("read", "a0a1a2")]],
            id="I2C block read",
        ),
    ],
)
def test_i2cget_shows_what_it_reads_the_way_its_protocol_says(
    chip: RecordingChip, linux_guest: LinuxGuest, rest: str, shown: str, wire: list[list[tuple[str, str]]]
) -> None:
    assert run(linux_guest, "i2cget", rest).text.strip() == shown
    assert [[(way, data.hex()) for way, data in each] for each in transactions(chip.events)] == wire


def test_four_messages_of_i2ctransfer_are_one_transaction_joined_by_repeated_starts(
    chip: RecordingChip, linux_guest: LinuxGuest
) -> None:
    shown = run(linux_guest, "i2ctransfer", "w1@0x20 0x01 r2 w2 0x02 0x03 r3").text
    assert shown == "0xa0 0xa1\n0xa2 0xa3 0xa4\n"
    assert chip.events == [
        *("20 start write", "20 write 01"),
        *("20 start read", "20 read a0", "20 read a1"),
        *("20 start write", "20 write 02", "20 write 03"),
        *("20 start read", "20 read a2", "20 read a3", "20 read a4"),
        "20 stop",
    ]


def test_four_messages_to_two_chips_are_one_transaction_with_the_stop_at_the_end(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    events: list[str] = []
    for address in (0x20, 0x30):
        i2c_bus.attach(RecordingChip(address, events))
    assert run(linux_guest, "i2ctransfer", "w1@0x20 0x01 r1 w1@0x30 0x02 r1").ok
    *joined, one, other = events
    assert joined == [
        *("20 start write", "20 write 01", "20 start read", "20 read a0"),
        *("30 start write", "30 write 02", "30 start read", "30 read a0"),
    ]
    assert {one, other} == {"20 stop", "30 stop"}


# QEMU 7.2's ring has room for four messages; Linux's driver then sends those and gives up on the rest.
def test_more_messages_than_the_ring_may_take_leave_the_next_transfer_right(
    chip: RecordingChip, linux_guest: LinuxGuest
) -> None:
    asked = [("write", b"\x01"), ("read", b"\xa0")] + [("write", b"\x02"), ("write", b"\x03")] * 2
    run(linux_guest, "i2ctransfer", "w1@0x20 1 r1 w1 2 w1 3 w1 2 w1 3")
    [done] = transactions(chip.events)
    assert len(done) >= 4
    assert done == asked[: len(done)]
    assert run(linux_guest, "i2cget", "0x20 0x05 b").text == "0xa1\n"


# ---- memory


@pytest.mark.parametrize("mode", ["b", "c", "i"])
def test_i2cdump_shows_the_eeproms_contents(eeprom: At24, linux_guest: LinuxGuest, mode: str) -> None:
    assert dumped(run(linux_guest, "i2cdump", f"{EEPROM:#x} {mode}").text) == bytes(eeprom.data)


def test_i2cset_byte_and_word_are_in_the_eeprom_and_read_back(eeprom: At24, linux_guest: LinuxGuest) -> None:
    assert run(linux_guest, "i2cset", f"{EEPROM:#x} 0x10 0xab b").ok
    assert run(linux_guest, "i2cset", f"{EEPROM:#x} 0x20 0x1234 w").ok
    assert (eeprom.data[0x10], eeprom.data[0x20:0x22]) == (0xAB, b"\x34\x12")
    assert run(linux_guest, "i2cget", f"{EEPROM:#x} 0x10 b").text == "0xab\n"
    assert run(linux_guest, "i2cget", f"{EEPROM:#x} 0x20 w").text == "0x1234\n"


def test_i2cset_with_a_mask_leaves_the_other_bits(eeprom: At24, linux_guest: LinuxGuest) -> None:
    eeprom.data[0x10] = 0x5A
    assert run(linux_guest, "i2cset -m 0x0f -r", f"{EEPROM:#x} 0x10 0xff b").ok
    assert eeprom.data[0x10] == 0x5F


# ---- nobody there


@pytest.mark.parametrize("rest", [f"{ABSENT:#x}", f"{ABSENT:#x} 0x00 b", f"{ABSENT:#x} 0x00 w"])
@pytest.mark.usefixtures("chip")
def test_i2cget_of_an_absent_address_fails(linux_guest: LinuxGuest, rest: str) -> None:
    done = run(linux_guest, "i2cget", rest)
    assert (done.status, done.text, done.error_text) == (EXIT_READ_FAILED, "", "Error: Read failed\n")


@pytest.mark.usefixtures("chip")
def test_i2cset_of_an_absent_address_fails(linux_guest: LinuxGuest) -> None:
    done = run(linux_guest, "i2cset", f"{ABSENT:#x} 0x00 0x01 b")
    assert (done.status, done.text, done.error_text) == (EXIT_WRITE_FAILED, "", "Error: Write failed\n")


# i2ctransfer says so, and exits with 0 all the same.
def test_i2ctransfer_stops_at_the_message_to_an_absent_address(
    chip: RecordingChip, linux_guest: LinuxGuest
) -> None:
    done = run(linux_guest, "i2ctransfer", f"w1@{CHIP:#x} 0x01 r1@{ABSENT:#x} w1@{CHIP:#x} 0x02")
    assert "only 1/3 messages were sent" in done.error_text
    assert transactions(chip.events) == [[("write", b"\x01")]]
    assert run(linux_guest, "i2cget", f"{CHIP:#x}").text == "0xa0\n"
