# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Serves a bus to guests on vhost-user sockets."""

from __future__ import annotations

import atexit
import logging
import os
import time
import warnings
import weakref
from pathlib import Path
from types import TracebackType
from typing import Protocol, Union

from vhost_device import _core
from vhost_device.errors import DaemonError

PathLike = Union[str, "os.PathLike[str]"]

# Ctrl-C is noticed after this time at the latest.
_SLICE_S = 0.05
_POLL_S = 0.005
_STOP_LIMIT_S = 2.0


class HasFileno(Protocol):
    """A socket, for example."""

    def fileno(self) -> int: ...


class Daemon:
    """Serves an adapter to guests, each on a socket and a thread of its own, while Python goes on.

    The sockets are socket_path with 0, 1, 2 ... appended; a single one is there without the 0, too. A
    stale socket is replaced; a live one, or any other kind of file, is not. With `fd` it serves an
    inherited socket instead, listening or connected; that one stays the caller's to close.

    Use it as a context manager, or call start() and stop(). Guests come and go without a restart.
    """

    def __init__(
        self,
        adapter: _core.Adapter,
        socket_path: PathLike | None = None,
        socket_count: int = 1,
        fd: int | HasFileno | None = None,
        socket_mode: int = 0o600,
    ) -> None:
        if not isinstance(adapter, _core.Adapter):
            raise TypeError(f"adapter {adapter!r}: expected a bus, as in Daemon(bus, socket_path)")
        _check_int("socket_count", socket_count)
        _check_int("socket_mode", socket_mode)
        if isinstance(fd, bool) or not (fd is None or isinstance(fd, int) or hasattr(fd, "fileno")):
            raise TypeError(f"fd {fd!r}: expected a descriptor, or a socket with fileno()")
        if (socket_path is None) == (fd is None):
            raise ValueError("a Daemon needs either a socket_path or an fd")
        if not 1 <= socket_count <= _core.MAX_SOCKETS:
            raise ValueError(f"socket_count {socket_count}: expected 1 to {_core.MAX_SOCKETS}")
        if fd is not None and socket_count != 1:
            raise ValueError(f"socket_count {socket_count}: with an fd there is one socket")
        if not 0 <= socket_mode <= 0o777:
            raise ValueError(f"socket_mode {socket_mode:#o}: expected 0 to 0o777")
        self.adapter = adapter
        self._path = None if socket_path is None else os.fspath(socket_path)
        self._count = socket_count
        self._mode = socket_mode
        self._fd = fd
        self._server: _core.Server | None = None

    def __repr__(self) -> str:
        where = self._path if self._path is not None else f"descriptor {self._fd}"
        return f"<Daemon on {where}, {'running' if self.running else 'not running'}>"

    # ---- life

    def start(self) -> Daemon:
        """Listens and serves from now on. DaemonError, with no socket left behind, if that fails."""
        if self._server is not None:
            raise RuntimeError("the daemon is running already")
        try:
            self._server = self._make_server()
        except (DaemonError, OSError) as error:
            raise DaemonError(str(error), self._path) from None
        _running.add(self)
        return self

    def stop(self, timeout: float = _STOP_LIMIT_S) -> None:
        """Ends every connection and removes the sockets; may be called again.

        A transfer that is under way has up to `timeout` seconds to end. One that does not, since a
        scripted chip waits for something, is left to itself with a warning in the log.
        """
        server, self._server = self._server, None
        if server is None:
            return
        try:
            stopped = server.stop(timeout)
        except BaseException:
            self._server = server
            raise
        _running.discard(self)
        if not stopped:
            _core.log(logging.WARNING, f"{self}: a transfer is still under way after {timeout:g} s")

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the daemon is stopped, or until an inherited connection has ended.

        False if neither happened within `timeout` seconds. Ctrl-C raises KeyboardInterrupt as anywhere.
        """
        server = self._running_server("wait")
        end = None if timeout is None else time.monotonic() + timeout
        while not server.wait(_SLICE_S if end is None else max(0.0, min(_SLICE_S, end - time.monotonic()))):
            if end is not None and time.monotonic() >= end:
                return False
        return True

    def __enter__(self) -> Daemon:
        return self if self.running else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __del__(self) -> None:
        if getattr(self, "_server", None) is not None:
            warnings.warn(f"{self!r} was not stopped", ResourceWarning, source=self, stacklevel=2)

    # ---- state

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._server is not None

    @property
    def socket_paths(self) -> list[Path]:
        """One for each guest; none for an inherited socket."""
        return self._running_server("tell its sockets").socket_paths

    @property
    def connected(self) -> int:
        """How many guests are connected now."""
        server = self._server
        return 0 if server is None else server.connected

    def wait_connected(self, count: int = 1, timeout: float = 10.0) -> None:
        """Waits until at least `count` guests are connected. TimeoutError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while (connected := self._running_server("wait for guests").connected) < count:
            if time.monotonic() >= end:
                raise TimeoutError(f"{connected} of {count} guests connected within {timeout:g} s")
            time.sleep(_POLL_S)

    # ---- inside

    def _make_server(self) -> _core.Server:
        if self._path is not None:
            return _core.Server(self.adapter, self._path, self._count, self._mode)
        assert self._fd is not None
        return _core.Server(self.adapter, fd=self._fd if isinstance(self._fd, int) else self._fd.fileno())

    def _running_server(self, purpose: str) -> _core.Server:
        if self._server is None:
            raise RuntimeError(f"the daemon cannot {purpose}: it is not running")
        return self._server


def _check_int(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} {value!r}: expected an int")


_running: weakref.WeakSet[Daemon] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    # Before the interpreter ends, after which no guest's thread may need it.
    _core.end_scripts()
    for daemon in list(_running):
        daemon.stop()
