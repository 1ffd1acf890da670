# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Failures of a bus as Linux tells them to programs."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from vhost_device.errors import (
    AddressNack,
    ArbitrationLost,
    BusError,
    DataNack,
    NotPermitted,
    NotSupported,
    TooLong,
    TransferError,
    TransferTimeout,
)

# Linux, Documentation/i2c/fault-codes.rst.
_NUMBERS = {
    AddressNack: errno.ENXIO,
    DataNack: errno.EIO,
    ArbitrationLost: errno.EAGAIN,
    TransferTimeout: errno.ETIMEDOUT,
    NotSupported: errno.EOPNOTSUPP,
    TooLong: errno.EOPNOTSUPP,
    NotPermitted: errno.EPERM,
    BusError: errno.EIO,
}


@contextlib.contextmanager
def as_os_errors() -> Iterator[None]:
    """Makes an OSError of a TransferError, whose cause that is."""
    try:
        yield
    except TransferError as failure:
        raise OSError(_NUMBERS.get(type(failure), errno.EIO), str(failure)) from failure
