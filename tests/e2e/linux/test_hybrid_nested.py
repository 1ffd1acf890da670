# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus of real and simulated chips as Linux sees it, in a machine inside the guest that plays the host.

It needs a guest of its own, with memory for both, and runs only with pytest --nested.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from guest_programs import put_programs
from host_guest import HostGuest
from i2c_tools import as_grid, detected
from nested_guest import run_nested

from vhost_device.guest import LinuxGuest, build_image

STUB_CHIP = 0x1C
EEPROM = 0x50
BOARD = "/run/board.dtb"
# The innermost guest has one adapter only.
DETECT = "i2cdetect -y 0"


@pytest.fixture
def large_host(daemon_program: Path) -> Iterator[HostGuest]:
    with LinuxGuest(image=build_image(), memory_mib=768, extra_args=["-smp", "2"]) as guest:
        put_programs(guest, [daemon_program])
        host = HostGuest(guest, [])
        yield host
        host.clean()


def test_i2cdetect_in_a_guest_shows_a_real_and_a_simulated_chip(
    large_host: HostGuest, eeprom_board: bytes
) -> None:
    guest = large_host.guest
    guest.run(f"modprobe i2c-stub chip_addr={STUB_CHIP:#x}", check=True)
    guest.write_file(BOARD, eeprom_board)
    large_host.serve("-l", f"SMBus stub driver:{STUB_CHIP}", "-b", BOARD)
    console = run_nested(guest, build_image(), "/run/vhost-device/vi2c.sock", DETECT)
    grid = console[console.index("     0  1  2  3") :].replace("\r", "")
    assert detected(grid) == as_grid(STUB_CHIP, EEPROM)
