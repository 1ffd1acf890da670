# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""One guest's bus of real chips, here i2c-stub's, and simulated ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from host_guest import TRANSFER, HostGuest

STUB_CHIP = 0x1C
STUB = "SMBus stub driver"
BOARD = "/run/board.dtb"
EEPROM = 0x50
LIMIT_S = 20.0


@pytest.fixture
def stub(host: HostGuest) -> Iterator[int]:
    """An adapter of i2c-stub with a chip at STUB_CHIP; its number."""
    host.guest.run(f"modprobe i2c-stub chip_addr={STUB_CHIP:#x}", check=True)
    yield host.find(STUB)
    host.clean()
    host.guest.run("rmmod i2c-stub", check=True)


@pytest.fixture
def board_in_guest(host: HostGuest, eeprom_board: bytes) -> str:
    """A board with an EEPROM at 0x50, as a blob, since the guest has no devicetree compiler."""
    host.guest.write_file(BOARD, eeprom_board)
    return BOARD


def test_real_and_simulated_chips_are_on_one_bus(host: HostGuest, stub: int, board_in_guest: str) -> None:
    host.serve("-l", f"{stub}:{STUB_CHIP}", "-b", board_in_guest)
    host.guest.run(f"i2cset -y {stub} {STUB_CHIP:#x} 0x05 0x5a", check=True)
    assert host.read(f"w1@{STUB_CHIP:#x} 5 r1@{STUB_CHIP:#x}") == b"\x5a"
    assert host.transfer(f"w3@{EEPROM:#x} 0 0x61 0x62").ok
    answering = host.transfer("--detect").text.split()
    assert answering == [hex(STUB_CHIP), hex(EEPROM)]


def test_transaction_over_both_is_refused_and_neither_sees_any_of_it(
    host: HostGuest, stub: int, board_in_guest: str
) -> None:
    host.serve("-l", f"{stub}:{STUB_CHIP}", "-b", board_in_guest)
    # The EEPROM's address counter is at 1 after this.
    assert host.transfer(f"w3@{EEPROM:#x} 0 0x61 0x62").ok
    busy = f"{TRANSFER} /run/vhost-device/vi2c.sock0 w1@{EEPROM:#x} 0 r1@{EEPROM:#x}"
    host.guest.wait_until("the EEPROM's write cycle to end", busy, LIMIT_S)
    assert not host.transfer(f"w2@{STUB_CHIP:#x} 5 0x77 r1@{EEPROM:#x}").ok
    assert not host.transfer(f"w2@{EEPROM:#x} 0 0x77 r1@{STUB_CHIP:#x}").ok
    assert host.read(f"w1@{STUB_CHIP:#x} 5 r1@{STUB_CHIP:#x}") == b"\x00"
    # Neither was its counter moved, nor was anything written.
    assert host.read(f"r1@{EEPROM:#x}") == b"b"
    assert host.read(f"w1@{EEPROM:#x} 0 r2@{EEPROM:#x}") == b"ab"


def test_address_on_the_board_cannot_be_granted_as_well(
    host: HostGuest, stub: int, board_in_guest: str
) -> None:
    result = host.run_daemon("-s", "/run/x.sock", "-l", f"{stub}:{EEPROM}", "-b", board_in_guest)
    assert result.status == 1
    for word in ("0x50", f"'{stub}'", board_in_guest):
        assert word in result.error_text
