# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What all buses have in common: addresses, messages, transactions and how they fail."""

from vhost_device._core import Adapter, Address, Read, Write
from vhost_device._router import Router
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

__all__ = [
    "Adapter",
    "Address",
    "AddressNack",
    "ArbitrationLost",
    "BusError",
    "DataNack",
    "NotPermitted",
    "NotSupported",
    "Read",
    "Router",
    "TooLong",
    "TransferError",
    "TransferTimeout",
    "Write",
]
