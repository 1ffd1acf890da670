# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Two buses that have to give the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vhost_device.errors import TransferError
from vhost_device.i2c import Read, Write


class Transfers(Protocol):
    """A bus."""

    def transfer(self, messages: Sequence[Read | Write]) -> list[bytes]: ...


def outcome(bus: Transfers, messages: Sequence[Read | Write]) -> list[bytes] | str:
    """What the transaction brought, or why it failed."""
    try:
        return bus.transfer(messages)
    except TransferError as error:
        return str(error)


def assert_alike(ours: Transfers, theirs: Transfers, *messages: Read | Write) -> None:
    """One transaction on both."""
    our_outcome, their_outcome = outcome(ours, messages), outcome(theirs, messages)
    if our_outcome != their_outcome:
        raise AssertionError(f"{list(messages)}: ours {our_outcome}, theirs {their_outcome}")
