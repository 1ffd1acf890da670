# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A guest that waits for a slow chip on one adapter keeps nobody on another adapter waiting."""

from __future__ import annotations

import threading

import pytest
from guest_programs import in_background
from host_guest import TRANSFER, HostGuest

from vhost_device.sim import At24, Device

SLOW = 0x20
EEPROM = 0x50
HELD_LIMIT_S = 20.0
DONE = "/run/slow.done"


class Stretching(Device):
    """Holds the clock during a write, until it is let go."""

    def __init__(self) -> None:
        super().__init__(SLOW)
        self.is_held = threading.Event()
        self.let_go = threading.Event()

    def write(self, data: bytes) -> None:
        self.is_held.set()
        assert self.let_go.wait(HELD_LIMIT_S)


def test_chip_that_stretches_on_one_adapter_adds_nothing_to_transfers_on_another(
    host: HostGuest, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_bus, bus = host.buses
    monkeypatch.setattr(slow_bus, "script_limit_ms", int(2 * HELD_LIMIT_S * 1000))
    slow = slow_bus.attach(Stretching())
    bus.attach(At24("24c02", EEPROM)).data[0:2] = b"ab"
    host.serve("-c", "2", "-l", f"{host.number(0)}:{SLOW}", "-l", f"{host.number(1)}:{EEPROM}")
    command = f"sh -c '{TRANSFER} /run/vhost-device/vi2c.sock0 w1@{SLOW:#x} 1; echo $?'"
    host.guest.run(in_background(command, DONE), check=True)
    try:
        assert slow.is_held.wait(HELD_LIMIT_S)
        # One after the other, all of them while the slow one is under way.
        for _ in range(3):
            assert host.read(f"w1@{EEPROM:#x} 0 r2@{EEPROM:#x}", socket=1) == b"ab"
        assert host.guest.read_file(DONE) == b""
    finally:
        slow.let_go.set()
    host.guest.wait_until("the slow transfer to end", f'test "$(cat {DONE})" = 0', HELD_LIMIT_S)
