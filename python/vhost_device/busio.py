# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus as CircuitPython's busio shows it, for drivers that are written for that."""

from __future__ import annotations

import array
import threading
from types import TracebackType
from typing import Union

from vhost_device._core import Adapter, Read, Write
from vhost_device._linux_errors import as_os_errors
from vhost_device._scan import is_there, scan

__all__ = ["I2C"]

ReadableBuffer = Union[bytes, bytearray, memoryview, "array.array[int]", str]
WriteableBuffer = Union[bytearray, memoryview, "array.array[int]"]


class I2C:
    """Takes the place of busio.I2C. Failures are an OSError.

    The lock is between drivers: as in Blinka, CircuitPython's for Linux, a transfer does not need it.
    """

    def __init__(self, adapter: Adapter) -> None:
        if not isinstance(adapter, Adapter):
            raise TypeError(f"adapter {adapter!r}: expected an adapter, as in I2C(guest)")
        self._adapter: Adapter | None = adapter
        self._lock = threading.Lock()

    def __enter__(self) -> I2C:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.deinit()

    def deinit(self) -> None:
        """Ends the use of the bus, which stays as it is. May be called again."""
        self._adapter = None

    def try_lock(self) -> bool:
        """Locks the bus, if it is not locked."""
        self._used_adapter()
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        """Unlocks it."""
        if self._lock.locked():
            self._lock.release()

    def scan(self) -> list[int]:
        """The addresses that are acknowledged, of 0x08 to 0x77."""
        return scan(self._used_adapter())

    def probe(self, address: int) -> bool:
        """Whether an address is acknowledged."""
        return is_there(self._used_adapter(), address)

    def readfrom_into(
        self, address: int, buffer: WriteableBuffer, *, start: int = 0, end: int | None = None
    ) -> None:
        """Fills buffer[start:end]."""
        target = memoryview(buffer)[start:end]
        _fill(target, self._transfer([Read(address, target.nbytes)])[0])

    def writeto(
        self, address: int, buffer: ReadableBuffer, *, start: int = 0, end: int | None = None
    ) -> None:
        """Writes buffer[start:end]; if that is empty, the address alone."""
        self._transfer([Write(address, _part(buffer, start, end))])

    def writeto_then_readfrom(
        self,
        address: int,
        buffer_out: ReadableBuffer,
        buffer_in: WriteableBuffer,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
        stop: bool = False,
    ) -> None:
        """Writes and reads in one transaction, or with `stop` in two."""
        write = Write(address, _part(buffer_out, out_start, out_end))
        target = memoryview(buffer_in)[in_start:in_end]
        read = Read(address, target.nbytes)
        if stop:
            self._transfer([write])
            _fill(target, self._transfer([read])[0])
        else:
            _fill(target, self._transfer([write, read])[0])

    def _transfer(self, messages: list[Read | Write]) -> list[bytes]:
        with as_os_errors():
            return self._used_adapter().transfer(messages)

    def _used_adapter(self) -> Adapter:
        if self._adapter is None:
            raise ValueError("the I2C bus was deinitialized, and cannot be used any more")
        return self._adapter


def _part(buffer: ReadableBuffer, start: int, end: int | None) -> bytes:
    data = buffer.encode("latin-1") if isinstance(buffer, str) else buffer
    return memoryview(data)[start:end].tobytes()


def _fill(target: memoryview, data: bytes) -> None:
    # A cast needs something to cast.
    if data:
        target.cast("B")[:] = data
