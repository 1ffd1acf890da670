# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The blocks of a Renode Sensor Data file (RESD, version 1), and the samples in them.

All numbers are little-endian; times are in nanoseconds. The file is not trusted: what it says is checked
against its size when it is opened, and samples are read when they are asked for, some kilobytes at once.
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Union

from vhost_device.errors import StimulusError

MAX_BLOCKS = 100_000
MAX_BINARY = 1 << 20  # bytes of one binary sample
MAX_BINARY_SAMPLES = 10_000_000

_FILE_HEADER = struct.Struct("<4sB3s")  # magic, version, reserved
_BLOCK_HEADER = struct.Struct("<BHHQ")  # block type, sample type, channel, bytes of data that follow
_U64 = struct.Struct("<Q")
_U32 = struct.Struct("<I")
_ARBITRARY = 1  # start; each sample has its distance from that before it
_CONSTANT = 2  # start, period
_CHUNK = 1 << 16

Raw = Union[bytes, tuple[int, ...]]


@dataclass(frozen=True)
class SampleType:
    """What a block may have samples of. A number in the file divided by `divisor` is in `unit`."""

    name: str
    code: int
    format: str  # empty: a length of 4 bytes, and as many bytes
    divisor: int = 1
    unit: str = ""

    @property
    def width(self) -> int:
        return struct.calcsize(self.format)


SAMPLE_TYPES = {
    each.code: each
    for each in (
        SampleType("temperature", 1, "<i", 10**3, "degC"),
        SampleType("acceleration", 2, "<iii", 10**6, "g"),
        SampleType("angular_rate", 3, "<iii", 10**5, "rad/s"),
        SampleType("voltage", 4, "<I", 10**6, "V"),
        SampleType("ecg", 5, "<i", 10**9, "V"),
        SampleType("humidity", 6, "<I", 10**3, "%RH"),
        SampleType("pressure", 7, "<Q", 10**3, "Pa"),
        SampleType("magnetic_flux_density", 8, "<iii", 10**9, "T"),
        SampleType("binary", 9, ""),
        SampleType("illuminance", 10, "<I", 10**3, "lx"),
    )
}


def sample_type_name(code: int) -> str:
    known = SAMPLE_TYPES.get(code)
    return known.name if known else f"sample type {code:#06x}"


class Block:
    """Samples of one type on one channel."""

    def __init__(self, sample_type: int, channel: int, start: int, period: int | None) -> None:
        self.sample_type = sample_type
        self.channel = channel
        self.start = start
        self.period = period  # None: each sample has its own time
        self.offset = 0  # of the first sample in the file
        self.count = 0
        self.places: array[int] | None = None  # of binary samples in the file

    def place(self, index: int, width: int) -> int:
        return self.places[index] if self.places is not None else self.offset + index * width


class ResdFile:
    """The blocks of a file, and its samples one by one. StimulusError says which byte is wrong."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(path)
        self._chunk = (0, b"")
        try:
            with open(self.path, "rb") as file:
                self._size = os.fstat(file.fileno()).st_size
                self._check_header(file)
                self.blocks = list(self._read_blocks(file))
        except OSError as error:
            raise self._error(str(error.strerror)) from error

    def sample(self, block: Block, index: int) -> tuple[int, Raw]:
        """The time and the numbers of a sample."""
        kind = SAMPLE_TYPES[block.sample_type]
        stamp = 0 if block.period is not None else _U64.size
        place = block.place(index, stamp + kind.width)
        if kind.format:
            raw: Raw = struct.unpack(kind.format, self._bytes(place + stamp, kind.width))
        else:
            (length,) = _U32.unpack(self._bytes(place + stamp, _U32.size))
            raw = self._bytes(place + stamp + _U32.size, min(length, MAX_BINARY))
        return self.time(block, index), raw

    def time(self, block: Block, index: int) -> int:
        """The time of a sample."""
        if block.period is not None:
            return block.start + index * block.period
        width = _U64.size + SAMPLE_TYPES[block.sample_type].width
        (stamp,) = _U64.unpack(self._bytes(block.place(index, width), _U64.size))
        return block.start + int(stamp)

    def end(self, block: Block) -> int:
        """When the block ends: one period after its last sample, where it has a period."""
        if block.period is not None:
            return block.start + block.count * block.period
        return self.time(block, block.count - 1)

    def _error(self, text: str) -> StimulusError:
        return StimulusError(f"{self.path}: {text}")

    def _bytes(self, place: int, length: int) -> bytes:
        start, chunk = self._chunk
        if not start <= place <= place + length <= start + len(chunk):
            start = place
            try:
                with open(self.path, "rb") as file:
                    file.seek(place)
                    chunk = file.read(max(length, _CHUNK))
            except OSError as error:
                raise self._error(str(error.strerror)) from error
            if len(chunk) < length:
                raise self._error("is shorter than when it was opened")
            self._chunk = (start, chunk)
        return chunk[place - start : place - start + length]

    # ---- when it is opened

    def _check_header(self, file: BinaryIO) -> None:
        header = file.read(_FILE_HEADER.size)
        if len(header) < _FILE_HEADER.size or header[:4] != b"RESD":
            raise self._error(f"expected a RESD file, which begins with b'RESD', not {header[:4]!r}")
        _, version, reserved = _FILE_HEADER.unpack(header)
        if version != 1:
            raise self._error(f"byte 4: version {version} (expected 1)")
        if any(reserved):
            raise self._error(f"bytes 5 to 7: {reserved.hex(' ')} (expected zeros)")

    def _read_blocks(self, file: BinaryIO) -> Iterator[Block]:
        place = _FILE_HEADER.size
        for _ in range(MAX_BLOCKS):
            if place == self._size:
                return
            what = f"byte {place}"
            header = self._take(file, place, _BLOCK_HEADER.size, self._size, f"{what}: a block's header")
            block_type, sample_type, channel, size = _BLOCK_HEADER.unpack(header)
            begin = place + _BLOCK_HEADER.size
            place = begin + size
            if place > self._size:
                raise self._error(
                    f"{what}: a block with {size} bytes of data, where {self._size - begin} follow"
                )
            if block_type == 0:
                raise self._error(f"{what}: block type 0, which is reserved")
            if block_type in (_ARBITRARY, _CONSTANT):
                yield self._read_block(file, begin, place, block_type == _CONSTANT, (sample_type, channel))
        if place != self._size:
            raise self._error(f"more than {MAX_BLOCKS} blocks")

    def _read_block(
        self, file: BinaryIO, begin: int, end: int, is_constant: bool, subject: tuple[int, int]
    ) -> Block:
        what = f"the block at byte {begin - _BLOCK_HEADER.size}"
        head = self._take(file, begin, (3 if is_constant else 2) * _U64.size, end, f"{what}: its times")
        start, *period, metadata = (each for (each,) in _U64.iter_unpack(head))
        block = Block(*subject, start, period[0] if is_constant else None)
        block.offset = begin + len(head) + metadata
        if block.offset > end:
            raise self._error(f"{what}: {metadata} bytes of metadata, where {end - begin - len(head)} follow")
        kind = SAMPLE_TYPES.get(block.sample_type)
        if kind is None:
            return block
        stamp = 0 if is_constant else _U64.size
        if kind.format:
            block.count, rest = divmod(end - block.offset, stamp + kind.width)
            if rest:
                raise self._error(f"{what}: {rest} bytes are left after {block.count} samples of {kind.name}")
        else:
            block.places = self._binary_places(file, block.offset, end, stamp, what)
            block.count = len(block.places)
        if block.period == 0 and block.count > 1:
            raise self._error(f"{what}: a period of 0, with {block.count} samples")
        return block

    def _binary_places(self, file: BinaryIO, place: int, end: int, stamp: int, what: str) -> array[int]:
        places = array("Q")
        while place < end:
            if len(places) == MAX_BINARY_SAMPLES:
                raise self._error(f"{what}: more than {MAX_BINARY_SAMPLES} samples")
            places.append(place)
            head = self._take(file, place + stamp, _U32.size, end, f"{what}: the length of a sample")
            (length,) = _U32.unpack(head)
            if length > MAX_BINARY:
                raise self._error(f"{what}: a sample of {length} bytes (expected at most {MAX_BINARY})")
            place += stamp + _U32.size + length
        if place != end:
            raise self._error(f"{what}: it ends within a sample")
        return places

    def _take(self, file: BinaryIO, place: int, length: int, end: int, what: str) -> bytes:
        if end - place < length:
            raise self._error(f"{what}: {length} bytes expected, {max(end - place, 0)} follow")
        file.seek(place)
        data = file.read(length)
        if len(data) < length:
            raise self._error(f"{what}: the file ends")
        return data
