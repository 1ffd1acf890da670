# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Python with this package, inside a guest that plays the host."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from guest_programs import in_background
from guest_python import put_python
from host_guest import HostGuest

from vhost_device.guest import CommandResult

LIMIT_S = 20.0
LOG = "/run/script.log"

_IMPORTS = ["logging", "signal", "threading", "traceback"]
_PACKAGE = [f"vhost_device.{name}" for name in ("_log", "daemon", "faults", "i2c", "linux", "sim")]


def put_package(host: HostGuest, imports: Sequence[str] = ()) -> str:
    """Takes the interpreter and the package there; the command that runs a script."""
    return put_python(host.guest, [*_IMPORTS, *_PACKAGE, *imports])


class HostPython:
    """The Python in the guest."""

    def __init__(self, host: HostGuest, command: str) -> None:
        self._host = host
        self._command = command
        self._pids: list[str] = []

    def run(self, script: str, *arguments: object) -> CommandResult:
        """Runs a script that ends by itself."""
        return self._host.guest.run(self._line(script, arguments))

    def start(self, script: str, *arguments: object, until: str) -> None:
        """Starts a script and waits until its log, LOG, has the words `until`."""
        line = in_background(self._line(script, arguments), LOG)
        self._pids.append(self._host.guest.run(line, check=True).text.strip())
        self.wait_for_log(until)

    def wait_for_log(self, text: str) -> None:
        alive = f"kill -0 {self._pids[-1]} 2>/dev/null"
        found = f"grep -qF {shlex.quote(text)} {LOG}"
        self._host.guest.wait_until(f"the script to log {text!r}", f"{found} || ! {alive}", LIMIT_S)
        assert text in self.log

    @property
    def log(self) -> str:
        return self._host.guest.read_file(LOG).decode()

    def end(self) -> None:
        """Ends what was started, and waits until it has gone; may be called again."""
        while self._pids:
            pid = self._pids.pop()
            self._host.guest.run(f"kill {pid} 2>/dev/null")
            self._host.guest.wait_until("the script to end", f"! kill -0 {pid} 2>/dev/null", LIMIT_S)

    def _line(self, script: str, arguments: tuple[object, ...]) -> str:
        return f"{self._command} -c {shlex.quote(script)} {shlex.join(map(str, arguments))}"
