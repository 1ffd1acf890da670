# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus of real and simulated chips as Linux sees it: the guest that plays the host runs User Mode Linux."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from host_guest import HostGuest
from i2c_tools import as_grid, detected
from user_mode_linux_guest import UserModeLinuxGuest

STUB = "SMBus stub driver"
STUB_CHIP = 0x1C
EEPROM = 0x50
BOARD = "/run/board.dtb"


@pytest.fixture
def hybrid(host: HostGuest, eeprom_board: bytes, inner_linux: UserModeLinuxGuest) -> Iterator[HostGuest]:
    """A daemon with a bus of i2c-stub's chip and a simulated EEPROM."""
    host.guest.run(f"modprobe i2c-stub chip_addr={STUB_CHIP:#x}", check=True)
    host.guest.write_file(BOARD, eeprom_board)
    host.serve("-l", f"{STUB}:{STUB_CHIP}", "-b", BOARD)
    yield host
    host.clean()
    host.guest.run("rmmod i2c-stub", check=True)


def test_real_and_simulated_chip_are_detected_read_and_written(
    hybrid: HostGuest, inner_linux: UserModeLinuxGuest
) -> None:
    stub = hybrid.find(STUB)
    hybrid.guest.run(f"i2cset -y {stub} {STUB_CHIP:#x} 0x05 0x5a", check=True)

    grid, _, values = inner_linux.run(
        "i2cdetect -y 0 && echo values:"
        f" && i2cget -y 0 {STUB_CHIP:#x} 0x05"
        f" && i2cset -y 0 {STUB_CHIP:#x} 0x06 0x6b"
        f" && i2ctransfer -y 0 w3@{EEPROM:#x} 0 0x61 0x62"
        f" && until i2ctransfer -y 0 w1@{EEPROM:#x} 0 r2 2>/dev/null; do :; done",
    ).partition("values:")

    assert detected(grid) == as_grid(STUB_CHIP, EEPROM)
    assert values.split() == ["0x5a", "0x61", "0x62"]
    assert hybrid.guest.run(f"i2cget -y {stub} {STUB_CHIP:#x} 0x06", check=True).text == "0x6b\n"
