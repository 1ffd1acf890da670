# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""SMBus's checksum, the packet error code (SMBus 3.2, 6.4.1)."""

from __future__ import annotations

# x^8 + x^2 + x + 1
_POLYNOMIAL = 0x107


def _divided(value: int) -> int:
    for bit in range(15, 7, -1):
        if value >> bit & 1:
            value ^= _POLYNOMIAL << (bit - 8)
    return value


_TABLE = tuple(_divided(byte << 8) for byte in range(256))


def packet_error_code(data: bytes, crc: int = 0) -> int:
    """The CRC-8 of what was on the wire, address bytes included; `crc` is that of what was before."""
    for byte in data:
        crc = _TABLE[crc ^ byte]
    return crc
