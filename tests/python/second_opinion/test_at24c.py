# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The 24C64 beside QEMU's EEPROM (hw/nvram/eeprom_at24c.c).

QEMU's has no write cycle, is erased to 0, and has no pages, at whose end the address would go back.
"""

from __future__ import annotations

from alike import assert_alike
from hypothesis import given, settings
from hypothesis import strategies as st
from qemu_models import QemuModels

from vhost_device.i2c import Read, Write
from vhost_device.sim import At24, Bus, ManualClock

ADDRESS = 0x50
SIZE, PAGE = 8192, 32
WRITE_CYCLE_MS = 5

# Mostly in few pages, and about the end, so that reads meet what was written.
PLACES = st.one_of(st.integers(0, 3 * PAGE), st.integers(SIZE - PAGE, SIZE - 1))
WRITES = (
    PLACES.filter(lambda at: at % PAGE != PAGE - 1)
    .flatmap(lambda at: st.tuples(st.just(at), st.binary(min_size=1, max_size=PAGE - 1 - at % PAGE)))
    .map(lambda write: [Write(ADDRESS, write[0].to_bytes(2, "big") + write[1])])
)
LENGTHS = st.integers(1, 2 * PAGE)
RANDOM_READS = st.tuples(PLACES, LENGTHS).map(
    lambda read: [Write(ADDRESS, read[0].to_bytes(2, "big")), Read(ADDRESS, read[1])]
)
CURRENT_READS = LENGTHS.map(lambda length: [Read(ADDRESS, length)])
TRANSACTIONS = st.lists(st.one_of(WRITES, RANDOM_READS, CURRENT_READS), min_size=1, max_size=15)


@settings(max_examples=12, deadline=None, database=None)
@given(TRANSACTIONS)
def test_random_writes_and_reads_are_alike(transactions: list[list[Read | Write]]) -> None:
    bus = Bus(ManualClock())
    eeprom = bus.attach(At24("24c64", address=ADDRESS))
    eeprom.data[:] = bytes(SIZE)
    with QemuModels(f"at24c-eeprom,address={ADDRESS:#x},rom-size={SIZE}") as models:
        for messages in transactions:
            assert_alike(bus, models, *messages)
            bus.clock.advance(milliseconds=WRITE_CYCLE_MS)
