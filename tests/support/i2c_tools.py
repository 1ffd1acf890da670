# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What i2c-tools print."""

from __future__ import annotations

import re


def detected(grid: str) -> dict[int, str]:
    """The addresses that i2cdetect found: to "UU" where a driver has the address, else to the address.

    >>> detected("     0  1\\n00:       \\n10: -- UU")
    {17: 'UU'}
    """
    found = {}
    for line in grid.splitlines()[1:]:
        row, _, cells = line.partition(":")
        for column in range(16):
            cell = cells[1 + 3 * column : 3 + 3 * column].strip()
            if cell not in ("", "--"):
                found[int(row, 16) + column] = cell
    return found


def as_grid(*addresses: int) -> dict[int, str]:
    """What `detected` gives for chips without a driver at these addresses."""
    return {address: f"{address:02x}" for address in addresses}


def dumped(dump: str) -> bytes:
    """The 256 bytes that i2cdump shows."""
    rows = re.findall(r"^[0-9a-f]{2}: ((?:[0-9a-f]{2} ){16})", dump, re.MULTILINE)
    return bytes.fromhex("".join(rows))
