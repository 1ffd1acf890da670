# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What can go wrong, each kind its own type. The guest package has errors of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from vhost_device._core import Address

__all__ = [
    "AdapterError",
    "AddressNack",
    "ArbitrationLost",
    "BoardError",
    "BusError",
    "DaemonError",
    "DataNack",
    "Error",
    "FrontEndError",
    "ImageError",
    "Nack",
    "NotPermitted",
    "NotSupported",
    "RecordingError",
    "ScriptTimeout",
    "SnapshotError",
    "StimulusError",
    "TooLong",
    "TransferError",
    "TransferTimeout",
]


class Error(Exception):
    """Any failure of this package, except ScriptTimeout and Nack, which are no failures of it."""


class DaemonError(Error):
    """A socket that cannot be served. `path` is what was asked for, `reason` says what is wrong."""

    def __init__(self, reason: str, path: str | os.PathLike[str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


class FrontEndError(Error):
    """A daemon that an InProcessGuest cannot use. The text has the socket, the request and the reason."""


class AdapterError(Error):
    """An adapter of the host that cannot be used. The text says which, why, and what to do about it."""


class BoardError(Error):
    """A board file that cannot be used. The text has the file, the node, and what was expected."""


class RecordingError(Error):
    """A recording that cannot be replayed, or is not whole. The text has the file and why."""


class ImageError(Error):
    """An image file that cannot be read or written."""


class SnapshotError(Error):
    """A snapshot that a bus cannot be brought to. The text has the chip, the value, and what was expected."""


class StimulusError(Error):
    """A property that cannot follow its source, or a file that cannot be followed. The text says why."""


class TransferError(Error):
    """A transaction that did not go through.

    `address` is that of the first message that did not, `index` its position, `reason` says why; `detail`
    is what else is known.
    """

    reason: ClassVar[str] = "transfer error"

    def __init__(self, address: Address, index: int = 0, count: int = 1, detail: str = "") -> None:
        which = f" (message {index + 1} of {count})" if count > 1 else ""
        super().__init__(f"{address}: {self.reason}{which}{': ' if detail else ''}{detail}")
        self.address = address
        self.index = index
        self.count = count
        self.detail = detail

    def __reduce__(self) -> tuple[type[TransferError], tuple[Address, int, int, str]]:
        return type(self), (self.address, self.index, self.count, self.detail)


class AddressNack(TransferError):
    """Nobody answered at the address, or the chip is busy."""

    reason = "address NACK"


class DataNack(TransferError):
    """The chip refused a byte."""

    reason = "data NACK"


class ArbitrationLost(TransferError):
    """Another controller took the bus; also for a chip that starts a transfer on its own bus."""

    reason = "arbitration lost"


class TransferTimeout(TransferError):
    """The bus or a chip held on for longer than is allowed."""

    reason = "timeout"


class NotSupported(TransferError):
    """The adapter cannot put this on its wire."""

    reason = "not supported"


class TooLong(TransferError):
    """A message, or their number, is over the adapter's limit."""

    reason = "too long"


class NotPermitted(TransferError):
    """The address is not granted; nothing was put on the wire."""

    reason = "not permitted"


class BusError(TransferError):
    """Anything else, for example that the adapter is gone; every failure that a guest sees."""

    reason = "I/O error"


class Nack(Exception):
    """Raised by a scripted chip: it refuses its address, or the byte or message that it was written."""


class ScriptTimeout(BaseException):
    """Raised in a scripted chip that takes too long. No Exception, so that it is not caught by mistake."""
