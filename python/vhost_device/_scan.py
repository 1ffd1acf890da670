# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Who is on a bus."""

from __future__ import annotations

from vhost_device._core import Adapter, Write
from vhost_device.errors import AddressNack, BusError

# The others are reserved (I2C specification, 3.1.12).
_FIRST = 0x08
_LAST = 0x77


def scan(adapter: Adapter) -> list[int]:
    """The 7-bit addresses that are acknowledged."""
    return [address for address in range(_FIRST, _LAST + 1) if is_there(adapter, address)]


def is_there(adapter: Adapter, address: int) -> bool:
    """Whether an address is acknowledged. It is written without data, which changes nothing in most chips."""
    try:
        adapter.transfer([Write(address)])
    except (AddressNack, BusError):  # a guest is not told which
        return False
    return True
