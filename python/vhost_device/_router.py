# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Several adapters as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Union

from vhost_device import _core
from vhost_device._core import Adapter, Address

Addresses = Sequence[Union[int, Address]]
Route = Union[Adapter, "tuple[Adapter, Addresses]"]


class Router(_core.Router):
    """Joins adapters into one: a guest's bus that is made of several, real and simulated.

    A route is an adapter, or a pair of an adapter and the addresses that are granted on it. An adapter
    that has `addresses` grants those. At most one has no addresses at all, such as a whole simulated
    bus: it has every address that no other route has.

    A message to an address that is not granted raises NotPermitted, and a transaction with chips behind
    two adapters NotSupported; nothing is put on any wire then. ValueError when an address is granted
    twice, or when two routes want the rest.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        pairs = [_to_pair(route) for route in routes]
        if not pairs:
            raise ValueError("routes: expected at least one adapter")
        rest = [adapter for adapter, addresses in pairs if addresses is None]
        if len(rest) > 1:
            raise ValueError(
                f"routes: {len(rest)} adapters want every address; give all but one their addresses,"
                " as in Router([(first, [0x50]), second])"
            )
        super().__init__(pairs)
        self._adapters = tuple(adapter for adapter, _ in pairs)

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        """Those that it joins, in the order of the routes."""
        return self._adapters


def _to_pair(route: Any) -> tuple[Adapter, Addresses | None]:
    if isinstance(route, Adapter):
        return route, getattr(route, "addresses", None)
    if isinstance(route, tuple) and len(route) == 2 and isinstance(route[0], Adapter):
        return route
    raise TypeError(f"route {route!r}: expected an adapter, or an adapter and a list of its addresses")
