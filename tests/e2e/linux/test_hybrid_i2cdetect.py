# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus of real and simulated chips as Linux sees it: the guest that plays the host runs User Mode Linux."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from host_guest import HostGuest
from i2c_tools import as_grid, detected
from user_mode_linux import command, init_script, output, shell_command
from user_mode_linux_build import build_user_mode_linux

STUB = "SMBus stub driver"
STUB_CHIP = 0x1C
EEPROM = 0x50
BOARD = "/run/board.dtb"
PROGRAM = "/run/user-mode-linux"
ROOT = "/mnt"
INIT = "/user-mode-linux.init"
SOCKET = "/run/vhost-device/vi2c.sock0"
RANDOM = "/proc/sys/kernel/randomize_va_space"
LIMIT_S = 120.0


@pytest.fixture(scope="module")
def user_mode_linux() -> Path:
    return build_user_mode_linux()


@pytest.fixture
def hybrid(host: HostGuest, eeprom_board: bytes, user_mode_linux: Path) -> Iterator[HostGuest]:
    """A daemon with a bus of i2c-stub's chip and a simulated EEPROM, and User Mode Linux beside it."""
    guest = host.guest
    guest.run(f"modprobe i2c-stub chip_addr={STUB_CHIP:#x}", check=True)
    guest.write_file(BOARD, eeprom_board)
    guest.write_file(PROGRAM, user_mode_linux.read_bytes())
    guest.run(f"chmod 755 {PROGRAM} && mount --bind / {ROOT}", check=True)
    # A random gap behind the program is added to the memory that the kernel has to set up.
    random = guest.read_file(RANDOM)
    guest.write_file(RANDOM, b"0")
    host.serve("-l", f"{STUB}:{STUB_CHIP}", "-b", BOARD)
    yield host
    host.clean()
    guest.write_file(RANDOM, random)
    guest.run(f"umount {ROOT} && rm {PROGRAM} {INIT} && rmmod i2c-stub", check=True)


def run_inside(host: HostGuest, commands: str) -> str:
    """What shell commands print in a guest of the guest, which has the bus as its adapter 0."""
    host.guest.write_file(INIT, init_script(commands).encode())
    host.guest.run(f"chmod 755 {INIT}", check=True)
    words = command(PROGRAM, SOCKET, root=ROOT, init=INIT)
    return output(host.guest.run(shell_command(words), timeout=LIMIT_S).text)


def test_real_and_simulated_chip_are_detected_read_and_written(hybrid: HostGuest) -> None:
    stub = hybrid.find(STUB)
    hybrid.guest.run(f"i2cset -y {stub} {STUB_CHIP:#x} 0x05 0x5a", check=True)

    grid, _, values = run_inside(
        hybrid,
        "i2cdetect -y 0 && echo values:"
        f" && i2cget -y 0 {STUB_CHIP:#x} 0x05"
        f" && i2cset -y 0 {STUB_CHIP:#x} 0x06 0x6b"
        f" && i2ctransfer -y 0 w3@{EEPROM:#x} 0 0x61 0x62"
        f" && until i2ctransfer -y 0 w1@{EEPROM:#x} 0 r2 2>/dev/null; do :; done",
    ).partition("values:")

    assert detected(grid) == as_grid(STUB_CHIP, EEPROM)
    assert values.split() == ["0x5a", "0x61", "0x62"]
    assert hybrid.guest.run(f"i2cget -y {stub} {STUB_CHIP:#x} 0x06", check=True).text == "0x6b\n"
