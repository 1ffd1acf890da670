# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Writes Renode Sensor Data files, by the format's description in Renode's documentation."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

HEADER = b"RESD\x01\0\0\0"
TEMPERATURE, ACCELERATION, ANGULAR_RATE, VOLTAGE, PRESSURE, BINARY = 1, 2, 3, 4, 7, 9
FORMATS = {TEMPERATURE: "i", ACCELERATION: "iii", ANGULAR_RATE: "iii", VOLTAGE: "I", PRESSURE: "Q"}

Raw = Sequence[int]


def constant(
    sample_type: int,
    samples: Sequence[Raw],
    *,
    period_ns: int,
    start_ns: int = 0,
    channel: int = 0,
    metadata: bytes = b"",
) -> bytes:
    """A block of samples at a constant frequency."""
    data = struct.pack("<QQQ", start_ns, period_ns, len(metadata)) + metadata
    for sample in samples:
        data += struct.pack("<" + FORMATS[sample_type], *sample)
    return block(2, sample_type, channel, data)


def arbitrary(
    sample_type: int, samples: Sequence[tuple[int, Raw]], *, start_ns: int = 0, channel: int = 0
) -> bytes:
    """A block of samples with a time each."""
    data = struct.pack("<QQ", start_ns, 0)
    for stamp, sample in samples:
        data += struct.pack("<Q" + FORMATS[sample_type], stamp, *sample)
    return block(1, sample_type, channel, data)


def binary(samples: Sequence[bytes], *, period_ns: int, channel: int = 0) -> bytes:
    """A block of bytes at a constant frequency."""
    data = struct.pack("<QQQ", 0, period_ns, 0)
    for sample in samples:
        data += struct.pack("<I", len(sample)) + sample
    return block(2, BINARY, channel, data)


def block(block_type: int, sample_type: int, channel: int, data: bytes) -> bytes:
    return struct.pack("<BHHQ", block_type, sample_type, channel, len(data)) + data


def write(path: Path, *blocks: bytes) -> Path:
    path.write_bytes(HEADER + b"".join(blocks))
    return path
