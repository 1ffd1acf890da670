# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's kernel keeps a record of its transfers: it and the chip's own have to agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from recording_chip import RecordingChip, traced_transactions, transactions

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus

CHIP = 0x20
TRACING = "/sys/kernel/tracing"
# The kernel prints 64 bytes of a message at most.
COMMANDS = (
    "i2cdetect -y {bus}",
    "i2cset -y {bus} 0x20 0x05 0xab b",
    "i2cset -y {bus} 0x20 0x05 0x1234 w",
    "i2cget -y {bus} 0x20 0x05 w",
    "i2cget -y {bus} 0x20 0x05 i 32",
    "i2ctransfer -y {bus} w1@0x20 0x01 r2 w2 0x02 0x03 r3",
    "i2ctransfer -y {bus} r0@0x20",
    "i2ctransfer -y {bus} w64@0x20 0x11+",
    "i2ctransfer -y {bus} r64@0x20",
)
# What the chip sees of them: one transaction each.
TRANSACTIONS = len(COMMANDS)


@pytest.fixture
def traced(linux_guest: LinuxGuest) -> Iterator[LinuxGuest]:
    """The guest with its i2c events traced."""
    linux_guest.run(f"echo >{TRACING}/trace; echo 1 >{TRACING}/events/i2c/enable", check=True)
    yield linux_guest
    linux_guest.run(f"echo 0 >{TRACING}/events/i2c/enable", check=True)


def test_trace_of_the_guest_shows_the_transfers_that_the_chip_saw(i2c_bus: Bus, traced: LinuxGuest) -> None:
    chip = i2c_bus.attach(RecordingChip(CHIP))
    for command in COMMANDS:
        traced.run(command.format(bus=traced.bus()), check=True)
    trace = traced.run(f"cat {TRACING}/trace", check=True).text
    seen = transactions(chip.events)
    assert len(seen) == TRANSACTIONS
    assert traced_transactions(trace, traced.bus(), CHIP) == seen
