# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Stands between a front-end and a back-end, passes everything on, and records it."""

from __future__ import annotations

import os
import select
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import vhost_user_wire as wire
from vhost_user_wire import Message

# For the rest of a message whose start is there, and for whoever is slow in taking one.
_MESSAGE_LIMIT_S = 10.0
# For the front-end to connect, to leave, and for the proxy's thread to notice what it is told.
_LIMIT_S = 20.0


@dataclass(frozen=True)
class Exchange:
    """A request and what the back-end sent before the next request."""

    request: Message
    replies: tuple[Message, ...]


class RecordingProxy:
    """One front-end's connection to a back-end's socket. A thread passes messages on, one at a time."""

    def __init__(self, path: Path, back_end: Path) -> None:
        self._back_end = back_end
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(os.fspath(path))
        self._listener.listen()
        self._told, self._tell = os.pipe()
        self._recorded: list[tuple[Message, bool]] = []
        self._drained = threading.Event()
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="recording-proxy", daemon=True)
        self._thread.start()

    def take(self) -> list[Exchange]:
        """Everything since the last call, up to and with what the front-end has sent by now."""
        if not self._ended.is_set():
            self._drained.clear()
            os.write(self._tell, b"d")
            self._wait(self._drained, "pass on what is under way")
        recorded, self._recorded = self._recorded, []
        return _pair(recorded)

    def wait_until_left(self) -> None:
        """Waits until the front-end has closed its connection."""
        self._wait(self._ended, "see the front-end leave")

    def __enter__(self) -> RecordingProxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.write(self._tell, b"e")
        self._thread.join(_LIMIT_S)
        self._listener.close()
        os.close(self._tell)
        os.close(self._told)

    def _wait(self, event: threading.Event, what: str) -> None:
        if not event.wait(_LIMIT_S):
            raise AssertionError(f"the proxy did not {what} within {_LIMIT_S:g} s")
        if self._error is not None:
            raise AssertionError("the proxy gave up") from self._error

    def _run(self) -> None:
        try:
            self._pass_on()
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()
            self._drained.set()

    def _pass_on(self) -> None:
        start: list[socket.socket | int] = [self._listener, self._told]
        select.select(start, [], [])
        if _has_data(self._told):
            return
        front, _ = self._listener.accept()
        with front, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as back:
            back.connect(os.fspath(self._back_end))
            for side in (front, back):
                side.settimeout(_MESSAGE_LIMIT_S)
            sides: list[socket.socket | int] = [front, back, self._told]
            while True:
                ready = select.select(sides, [], [])[0]
                # An answer goes first: it belongs to the request before the one that waits.
                source = back if back in ready else front if front in ready else None
                if source is None:
                    # What we are told counts only when neither side has anything more for us.
                    if os.read(self._told, 1) == b"e":
                        return
                    self._drained.set()
                    continue
                try:
                    message, fds = wire.receive(source)
                except wire.Closed as closed:
                    if closed.midway or source is back:
                        raise
                    return
                self._recorded.append((message, source is front))
                try:
                    wire.send(front if source is back else back, message, fds)
                finally:
                    wire.close_all(fds)


def _has_data(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def _pair(recorded: list[tuple[Message, bool]]) -> list[Exchange]:
    exchanges: list[Exchange] = []
    for message, is_request in recorded:
        if is_request:
            exchanges.append(Exchange(message, ()))
        else:
            last = exchanges[-1]
            exchanges[-1] = Exchange(last.request, (*last.replies, message))
    return exchanges
