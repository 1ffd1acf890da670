# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Real chips: the adapters of this host, through Linux's /dev/i2c-N."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vhost_device import _core
from vhost_device._core import Address
from vhost_device.errors import AdapterError

__all__ = ["AdapterError", "HostAdapter", "I2cDev", "adapters"]


class HostAdapter(NamedTuple):
    """An adapter of the host. Its number may be another after a boot; a name may belong to several."""

    number: int
    name: str

    def __str__(self) -> str:
        return f"i2c-{self.number} ({self.name})"


def adapters() -> list[HostAdapter]:
    """Those that there are, by number; none where the kernel has no I2C."""
    return [HostAdapter(number, name) for number, name in _core.list_adapters()]


class I2cDev(_core.I2cDev):
    """Chips behind an adapter of the host, which is chosen by its name or its number.

    Nothing is ever put on its wire for other addresses than those given: such a transfer raises
    NotPermitted. So does one to a chip that a driver of the host has taken since.

    `timeout` is how long a transfer may take, in seconds, rounded up to 10 ms; `retries` how often one
    that lost the arbitration is begun again. Both are the adapter's, and so for all its users; without
    them it keeps what it has. `force` also takes addresses that a driver of the host uses.

    AdapterError when it cannot be used: the text says why, and what to do. The adapter may go and come
    back later on: transfers raise BusError in between, and the log has a warning for each. What the
    kernel says of transfers that fail is in the log at the level DEBUG, up to 60 of them in a minute.
    """

    def __init__(
        self,
        adapter: str | int,
        addresses: Sequence[int | Address],
        *,
        timeout: float | None = None,
        retries: int | None = None,
        force: bool = False,
    ) -> None:
        granted = _to_addresses(addresses)
        if retries is not None and retries < 0:
            raise ValueError(f"retries {retries}: expected 0 or more")
        if timeout is not None and timeout <= 0:
            raise ValueError(f"timeout {timeout}: expected more than 0 seconds")
        super().__init__(_to_name(adapter), granted, timeout, retries, force)
        self._addresses = granted

    def __repr__(self) -> str:
        adapter = HostAdapter(self.number, self.name)
        return f"<I2cDev {adapter}: {', '.join(map(str, self._addresses))}>"

    @property
    def number(self) -> int:
        """The adapter's number at the start. One that was chosen by name may be back under another."""
        return super().number

    @property
    def name(self) -> str:
        """The adapter's name, as sysfs has it."""
        return super().name

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Those that are granted, as they were given."""
        return self._addresses


def _to_name(adapter: object) -> bytes:
    if isinstance(adapter, int) and not isinstance(adapter, bool):
        if adapter < 0:
            raise ValueError(f"adapter {adapter}: expected a name, or a number from 0")
        return str(adapter).encode()
    if isinstance(adapter, str):
        return adapter.encode("utf-8", "surrogateescape")
    raise TypeError(f"adapter {adapter!r}: expected its name or its number")


def _to_addresses(addresses: Sequence[int | Address]) -> tuple[Address, ...]:
    if isinstance(addresses, (str, bytes)) or not isinstance(addresses, Sequence):
        raise TypeError(f"addresses {addresses!r}: expected a list of addresses, as in [0x50]")
    granted = tuple(item if isinstance(item, Address) else Address(item) for item in addresses)
    if not granted:
        raise ValueError("addresses: expected at least one")
    for i, address in enumerate(granted):
        if address in granted[:i]:
            raise ValueError(f"address {address} is given twice")
    return granted
