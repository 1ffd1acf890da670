# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A guest without a virtual machine: drivers in Python on a bus that a daemon serves."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vhost_device import _core
from vhost_device._scan import scan
from vhost_device.daemon import Daemon, PathLike

if TYPE_CHECKING:
    from vhost_device.busio import I2C
    from vhost_device.smbus import SMBus

__all__ = ["Guest"]


class Guest(_core.InProcessGuest):
    """A guest's side of virtio-i2c in this process: no QEMU, no kernel, about a millisecond to start.

    `bus_or_socket` is a bus, or any adapter, for which the guest has a daemon of its own; or the path of a
    socket that a vhost-user-i2c daemon listens on. All that is transferred goes through a virtqueue to the
    daemon, so that what a driver meets here is what it meets in a virtual machine. For one thing the reason
    of a failure does not come back: it is a BusError, or an OSError with EIO from smbus() and busio().

    `timeout`, in seconds, is for each answer of the daemon; a guest that got none in time is beyond use.
    FrontEndError if the daemon cannot be reached or refuses something.

    Use it as a context manager, or call close(). It is an adapter, too, and may be used by several threads.
    Chips on its bus should use that bus and not the guest, which would wait for them.
    """

    def __init__(self, bus_or_socket: _core.Adapter | PathLike, timeout: float = 5.0) -> None:
        self._daemon: Daemon | None = None
        self._closed = True
        self._of = bus_or_socket
        if isinstance(bus_or_socket, _core.Adapter):
            self._serve(bus_or_socket, timeout)
        elif isinstance(bus_or_socket, (str, os.PathLike)):
            super().__init__(bus_or_socket, timeout)
        else:
            raise TypeError(f"{bus_or_socket!r}: expected a bus, or the path of a daemon's socket")
        self._closed = False

    def __repr__(self) -> str:
        return f"<Guest of {self._of!r}, {'closed' if self._closed else 'open'}>"

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Leaves, and ends the daemon that it had of its own. May be called again."""
        self._closed = True
        super().close()
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.stop()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closed

    def transfer(self, messages: Sequence[_core.Read | _core.Write]) -> list[bytes]:
        """Puts one transaction on the bus: START, the messages joined by repeated STARTs, STOP.

        Returns what each Read brought. Raises a TransferError: TooLong for more than fits the virtqueue,
        TransferTimeout when the daemon did not answer, BusError for all that the daemon reports.
        RuntimeError when the guest is closed, and in a process that was forked off: it is the parent's.
        """
        if self._closed:
            raise RuntimeError("the guest is closed")
        return super().transfer(messages)

    def scan(self) -> list[int]:
        """The addresses that are acknowledged, of 0x08 to 0x77. Each is written without data."""
        return scan(self)

    def smbus(self, bus: int | str | None = None, force: bool = False) -> SMBus:
        """The bus for drivers that use smbus2 or smbus: what smbus2.SMBus(1) is on a Raspberry Pi.

        The arguments are smbus2's and have no effect, so that this can be put in the place of its class.
        """
        from vhost_device.smbus import SMBus

        return SMBus(self, force)

    def busio(self, scl: object = None, sda: object = None, frequency: int = 100_000) -> I2C:
        """The bus for drivers that use CircuitPython's busio: what busio.I2C(SCL, SDA) is on a board.

        The arguments are busio's and have no effect, so that this can be put in the place of its class.
        """
        from vhost_device.busio import I2C

        return I2C(self)

    def _serve(self, adapter: _core.Adapter, timeout: float) -> None:
        """Connects to a daemon on a socket that is gone from the file system when this returns."""
        with _private_socket() as (listening, path):
            daemon = _OwnDaemon(adapter, fd=listening).start()
            try:
                super().__init__(path, timeout)
            except BaseException:
                daemon.stop()
                raise
        self._daemon = daemon


@contextlib.contextmanager
def _private_socket() -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens in a folder of its own, and its path."""
    with (
        tempfile.TemporaryDirectory(prefix="vhost-device-") as folder,
        socket.socket(socket.AF_UNIX) as listening,
    ):
        opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # By its descriptor, since an address has 107 bytes and the folder's name may have more.
            path = f"/proc/self/fd/{opened}/i2c"
            listening.bind(path)
            listening.listen()
            yield listening, path
        finally:
            os.close(opened)


class _OwnDaemon(Daemon):
    def __repr__(self) -> str:
        return f"<Daemon of a Guest of {self.adapter!r}, {'running' if self.running else 'not running'}>"
