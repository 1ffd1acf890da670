# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip on a simulated bus whose wire is elsewhere."""

from __future__ import annotations

from typing import Callable, Union

from vhost_device.i2c import Read, TransferError, Write
from vhost_device.sim import Device, Nack

Transfer = Callable[[list[Union[Read, Write]]], list[bytes]]


class FarChip(Device):
    """Carries out each transaction by `transfer`: a read together with the pointer written before it.

    `pointer_size` is that of the chip's pointer, in bytes; a longer write is carried out by itself.
    """

    def __init__(self, address: int, pointer_size: int, transfer: Transfer) -> None:
        super().__init__(address)
        self._at = address
        self._pointer_size = pointer_size
        self._transfer = transfer
        self._pointer: list[Read | Write] = []

    def write(self, data: bytes) -> None:
        message = Write(self._at, data)
        if len(data) == self._pointer_size:
            self._pointer = [message]
        else:
            self._far([message])

    def read(self, length: int) -> bytes:
        pointer, self._pointer = self._pointer, []
        return self._far([*pointer, Read(self._at, length)])[0]

    def _far(self, messages: list[Read | Write]) -> list[bytes]:
        try:
            return self._transfer(messages)
        except TransferError:
            raise Nack from None
