# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Trace files hold what was sent, as tshark and sigrok's decoders read them.

What is expected comes from the traffic itself, and never from the trace.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trace_decoders import Packet, decoded, packets

from vhost_device.i2c import AddressNack, DataNack, Read, Write
from vhost_device.sim import At24, Bus, Device, Lm75, ManualClock, Nack

# Each example starts a program, and so has many transactions.
BATCHED = settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
CHIP, ABSENT = 0x20, 0x21
READ_FLAG = 0x0001


class Moody(Device):
    """Takes as many bytes as `taken` says, and answers with 0x80, 0x81, ..."""

    def __init__(self) -> None:
        super().__init__(CHIP)
        self.taken = 0
        self._next = 0x80

    def start(self, direction: object) -> None:
        self._next = 0x80
        self._left = self.taken

    def write_byte(self, value: int) -> None:
        if self._left == 0:
            raise Nack
        self._left -= 1

    def read_byte(self) -> int:
        self._next += 1
        return self._next - 1


@dataclass(frozen=True)
class Sent:
    """A message that a test sends, how many bytes of it the chip takes, and when."""

    address: int
    read: bool
    data: bytes  # or what comes back

    def message(self) -> Read | Write:
        return Read(self.address, len(self.data)) if self.read else Write(self.address, self.data)


@dataclass(frozen=True)
class Traffic:
    """A transaction."""

    messages: list[Sent]
    taken: int
    pause_ns: int = field(default=0)


def reads(address: int) -> st.SearchStrategy[Sent]:
    lengths = st.integers(0, 12)
    return lengths.map(lambda length: Sent(address, True, bytes(range(0x80, 0x80 + length))))


def writes(address: int) -> st.SearchStrategy[Sent]:
    return st.binary(max_size=12).map(lambda data: Sent(address, False, data))


MESSAGES = st.one_of(reads(CHIP), writes(CHIP), reads(ABSENT), writes(ABSENT))
TRAFFIC = st.lists(
    st.builds(
        Traffic,
        st.lists(MESSAGES, min_size=1, max_size=4),
        st.integers(0, 16),
        st.integers(0, 2_000_000),
    ),
    min_size=1,
    max_size=30,
)


@contextmanager
def saved(bus: Bus, ending: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vhd-") as folder:
        path = Path(folder) / f"trace{ending}"
        bus.trace.save(path)
        yield path


def bus_after(traffic: list[Traffic]) -> Bus:
    """A bus on which that was transferred."""
    clock = ManualClock()
    bus = Bus(clock)
    chip = bus.attach(Moody())
    for transaction in traffic:
        clock.advance(seconds=transaction.pause_ns / 1e9)
        chip.taken = transaction.taken
        with suppress(AddressNack, DataNack):
            bus.transfer([sent.message() for sent in transaction.messages])
    return bus


def on_the_wire(transaction: Traffic) -> Iterator[tuple[Sent, bytes, str]]:
    """Its messages up to the one that fails, the bytes of each, and the error, by the chip's rules."""
    for sent in transaction.messages:
        if sent.address == ABSENT:
            yield sent, b"", "address NACK"
            return
        if not sent.read and len(sent.data) > transaction.taken:
            yield sent, sent.data[: transaction.taken + 1], f"data NACK at byte {transaction.taken}"
            return
        yield sent, sent.data, ""


def expected_packets(traffic: list[Traffic]) -> Iterator[Packet]:
    now = 0
    for transaction in traffic:
        now += round(transaction.pause_ns)
        for sent, data, error in on_the_wire(transaction):
            left = "" if len(data) == len(sent.data) else f"; {len(sent.data)} bytes were asked for"
            flags = READ_FLAG if sent.read else 0
            yield Packet("i2c", now, sent.address, flags, data, f"{error}{left}" if error else "")


def expected_annotations(traffic: list[Traffic]) -> Iterator[str]:
    for transaction in traffic:
        start = "Start"
        for sent, data, error in on_the_wire(transaction):
            word = "read" if sent.read else "write"
            yield from (start, word.capitalize(), f"Address {word}: {sent.address:02X}")
            start = "Start repeat"
            answers = ["ACK"] * (1 + len(data))
            if error or (sent.read and data):
                answers[-1] = "NACK"
            yield answers[0]
            for byte, answer in zip(data, answers[1:]):
                yield from (f"Data {word}: {byte:02X}", answer)
        yield "Stop"


@BATCHED
@given(TRAFFIC)
def test_tshark_reads_in_pcapng_what_was_sent(traffic: list[Traffic]) -> None:
    with saved(bus_after(traffic), ".pcapng") as path:
        assert packets(path) == list(expected_packets(traffic))


@BATCHED
@given(TRAFFIC)
def test_sigrok_reads_in_vcd_what_was_sent(traffic: list[Traffic]) -> None:
    with saved(bus_after(traffic), ".vcd") as path:
        assert decoded(path, "", "i2c=addr-data") == list(expected_annotations(traffic))


# ---- decoders of chips

EEPROM = 0x50
Operation = tuple[str, int, bytes]  # what it is, the first address, the bytes


def operations() -> st.SearchStrategy[Operation]:
    within = st.integers(0, 7)  # of a page of 8 bytes, which a write does not leave
    return st.one_of(
        st.builds(
            lambda page, offset, data: ("write", 8 * page + offset, data[: 8 - offset]),
            st.integers(0, 31),
            within,
            st.binary(min_size=1, max_size=8),
        ),
        st.builds(lambda at, length: ("read", at, bytes(length)), st.integers(0, 255), st.integers(1, 20)),
    )


def carry_out(bus: Bus, contents: bytearray, operation: Operation) -> str:
    """Does it, and returns what sigrok's eeprom24xx should call it."""
    kind, at, data = operation
    if kind == "write":
        bus.transfer([Write(EEPROM, bytes([at]) + data)])
        contents[at : at + len(data)] = data
        called = "Byte write" if len(data) == 1 else "Page write"
    else:
        [read] = bus.transfer([Write(EEPROM, bytes([at])), Read(EEPROM, len(data))])
        data = bytes(contents[(at + i) % len(contents)] for i in range(len(data)))
        assert read == data
        called = "Random access read" if len(data) == 1 else "Sequential random read"
    plural = "" if len(data) == 1 else "s"
    return f"{called} (addr={at:02X}, {len(data)} byte{plural}): {data.hex(' ').upper()}"


@BATCHED
@given(st.lists(operations(), min_size=1, max_size=30))
def test_sigrok_reads_in_vcd_what_an_eeprom_was_used_for(wanted: list[Operation]) -> None:
    clock = ManualClock()
    bus = Bus(clock)
    bus.attach(At24("24c02", EEPROM))
    contents = bytearray(b"\xff" * 256)

    expected = []
    for operation in wanted:
        clock.advance(milliseconds=10)  # the write cycle
        expected.append(carry_out(bus, contents, operation))

    with saved(bus, ".vcd") as path:
        assert decoded(path, ",eeprom24xx:chip=st_m24c02", "eeprom24xx=ops") == expected


@BATCHED
@given(st.lists(st.integers(0, 250), min_size=1, max_size=50))
def test_sigrok_reads_in_vcd_the_temperatures_of_an_lm75(halves: list[int]) -> None:
    bus = Bus(ManualClock())
    sensor = bus.attach(Lm75(address=0x48))
    for half in halves:
        sensor.temperature = half / 2
        bus.transfer([Read(0x48, 2)])  # its pointer is at the temperature from the start

    with saved(bus, ".vcd") as path:
        shown = decoded(path, ",lm75", "lm75=celsius")
    assert shown == [f"Temperature: {half / 2:.1f} °C" for half in halves]
