# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Starts the daemon's executable and waits for what it logs and how it ends, each wait with a limit."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

LOG_LIMIT_S = 10.0
END_LIMIT_S = 10.0
RUN_LIMIT_S = 10.0

# "2026-11-22 10:00:00.000 info text", see the daemon's pattern.
_LOG_LINE = re.compile(r"^\S+ \S+ (?P<level>\w+) (?P<text>.*)$")


class DaemonProcess:
    """A running daemon. What it logs is collected by a thread, so that it never waits for us."""

    def __init__(self, program: Path, arguments: Sequence[str], pass_fds: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(
            # The kernel ends it with us, however we end.
            ["setpriv", "--pdeathsig", "KILL", str(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=pass_fds,
            text=True,
        )
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="daemon-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def lines(self) -> list[str]:
        """What it has logged so far; all of it once it has ended."""
        with self._changed:
            return list(self._lines)

    def messages(self, *levels: str) -> list[str]:
        """The texts that it logged at these levels."""
        found = (_LOG_LINE.match(line) for line in self.lines)
        return [match["text"] for match in found if match is not None and match["level"] in levels]

    def wait_for_log(self, text: str, count: int = 1) -> None:
        """Waits until `count` lines with `text` in them were logged; AssertionError if they are not."""
        deadline = time.monotonic() + LOG_LIMIT_S
        with self._changed:
            while sum(text in line for line in self._lines) < count:
                left_s = deadline - time.monotonic()
                if left_s <= 0 or not self._reader.is_alive():
                    raise AssertionError(f"the daemon did not log {text!r}; it logged:\n{self._log_text()}")
                self._changed.wait(left_s)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; the exit status, negative for a signal's number."""
        self._process.send_signal(with_signal)
        return self.wait()

    def wait(self) -> int:
        """Waits until it has ended by itself; its exit status."""
        try:
            status = self._process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"the daemon did not end within {END_LIMIT_S:g} s; it logged:\n{self._log_text()}"
            ) from None
        self._reader.join(LOG_LIMIT_S)
        return status

    def kill(self) -> None:
        """Ends it at once; may be called again."""
        self._process.kill()
        self._process.wait()
        self._reader.join(LOG_LIMIT_S)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _log_text(self) -> str:
        return "\n".join(self._lines) or "(nothing)"


class Daemons:
    """Starts daemons of one program, and kills those that are left at the end."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self._started: list[DaemonProcess] = []

    def start(self, *arguments: object, pass_fds: Sequence[int] = ()) -> DaemonProcess:
        """Starts one and does not wait for anything."""
        daemon = DaemonProcess(self.program, [str(argument) for argument in arguments], pass_fds)
        self._started.append(daemon)
        return daemon

    def serve(self, socket_path: Path, board: Path, *more: object, sockets: int = 1) -> DaemonProcess:
        """Starts one on sockets in the file system and waits until it listens on all of them."""
        daemon = self.start(f"--socket-path={socket_path}", f"--board={board}", *more)
        daemon.wait_for_log("listening on ", count=sockets)
        return daemon

    def run(self, *arguments: object, pass_fds: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        """Runs one that is expected to end by itself."""
        return subprocess.run(
            [str(self.program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            pass_fds=pass_fds,
            text=True,
            timeout=RUN_LIMIT_S,
        )

    def __enter__(self) -> Daemons:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for daemon in self._started:
            daemon.kill()
