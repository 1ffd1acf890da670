# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""One script of faults for any bus, and what a guest's driver then makes of the bus.

Each fault is at an address of its own: a 24c16 has eight of them, for 256 bytes each (DS20005858, 5.0).
"""

from __future__ import annotations

from vhost_device.faults import Fault, bad_pec, flip, lose_arbitration, nack, short_read, stretch, stuck
from vhost_device.sim import At24

FIRST = 0x50
LAST = 0x57


def faults() -> tuple[Fault, ...]:
    """A new set, none of which has happened."""
    return (
        nack(address=0x50, times=1),
        nack(byte=1, address=0x51, times=1),
        flip(0x0F, address=0x52, read=True),
        short_read(1, address=0x53),
        bad_pec(address=0x54),
        lose_arbitration(address=0x55, read=True, times=1),
        stretch(0.02, address=0x56),
        stuck("sda", when=lambda message: int(message.address) == 0x57, times=1),
    )


def make_chip() -> At24:
    """A 24c16 with the numbers from 0 to 255 in each of its blocks."""
    chip = At24("24c16", address=FIRST, write_cycle_ms=0)
    chip.data[:] = bytes(range(256)) * 8
    return chip


# Linux's i2c-virtio tells how many messages went through.
_NONE_OF_2 = "Warning: only 0/2 messages were sent"
_NONE_OF_1 = "Warning: only 0/1 messages were sent"
_ONE_OF_2 = "Warning: only 1/2 messages were sent"

# What i2ctransfer is given, and what it answers.
_TRANSFERS = (
    ("w1@0x50 0x10 r2", _NONE_OF_2),  # address NACK
    ("w1@0x50 0x10 r2", "0x10 0x11"),
    ("w3@0x51 0x20 0xaa 0xbb", _NONE_OF_1),  # a byte was refused, and so nothing was written
    ("w1@0x51 0x20 r2", "0x20 0x21"),
    ("w1@0x52 0x30 r4", "0x3f 0x3e 0x3d 0x3c"),  # lower bits inverted
    ("w1@0x53 0x40 r3", "0x40 0xff 0xff"),  # the chip went after a byte
    ("w1@0x54 0x50 r3", "0x50 0x51 0xad"),  # a spoilt last byte
    ("w1@0x55 0x60 r1", _ONE_OF_2),  # arbitration lost at the repeated START
    ("w1@0x55 0x60 r1", "0x60"),
    ("w1@0x56 0x70 r1", "0x70"),  # late, but right
    ("w1@0x57 0x01 r1", _NONE_OF_2),  # SDA stuck
    ("w1@0x57 0x01 r1", "0x01"),
)

ANSWERS = [answer for _, answer in _TRANSFERS]


def commands(bus: int) -> str:
    """A shell's commands for the adapter `bus`, each of which prints one line."""
    return "; ".join(f"i2ctransfer -y {bus} {words} 2>&1" for words, _ in _TRANSFERS)
