# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A guest that plays the host: its kernel's adapters are real ones to the daemon that runs inside it."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Sequence
from pathlib import Path

from guest_programs import in_background

from vhost_device.guest import CommandResult, LinuxGuest
from vhost_device.sim import Bus

START_LIMIT_S = 20.0
_FOLDER = "/run/vhost-device"
_SOCKET = f"{_FOLDER}/vi2c.sock"
DAEMON = "vhost-device-i2c"
TRANSFER = "vhost-user-i2ctransfer"


class InnerDaemon:
    """The daemon inside the guest."""

    def __init__(self, guest: LinuxGuest, arguments: Sequence[str], number: int) -> None:
        self._guest = guest
        self._log = f"{_FOLDER}/daemon{number}.log"
        command = shlex.join([DAEMON, f"--socket-path={_SOCKET}", *arguments])
        self._pid = guest.run(in_background(command, self._log), check=True).text.strip()
        ready = f"grep -q 'listening on' {self._log} || ! kill -0 {self._pid} 2>/dev/null"
        guest.wait_until("the inner daemon to listen", ready, START_LIMIT_S)
        assert "listening on" in self.log, self.log

    @property
    def pid(self) -> int:
        """Its process, in the guest."""
        return int(self._pid)

    @property
    def log(self) -> str:
        return self._guest.read_file(self._log).decode()

    def wait_for_log(self, text: str) -> None:
        self._guest.wait_until(
            f"the inner daemon to log {text!r}", f"grep -qF {shlex.quote(text)} {self._log}", START_LIMIT_S
        )

    def end(self) -> None:
        """Ends it and waits until it has gone; may be called again."""
        self._guest.run(f"kill {self._pid} 2>/dev/null")
        self._guest.wait_until("the inner daemon to end", f"! kill -0 {self._pid} 2>/dev/null", START_LIMIT_S)


class HostGuest:
    """The guest, its simulated buses, and the daemons that were started in it."""

    def __init__(self, guest: LinuxGuest, buses: Sequence[Bus]) -> None:
        self.guest = guest
        self.buses = buses
        self._daemons: list[InnerDaemon] = []
        self._numbers = itertools.count()
        guest.run(f"mkdir -p {_FOLDER}", check=True)

    def number(self, bus: int = 0) -> int:
        """The number in the guest of the adapter behind which simulated bus `bus` is."""
        return self.guest.bus(bus)

    def name(self, number: int) -> str:
        """An adapter's name, as sysfs has it."""
        return self.guest.read_file(f"/sys/bus/i2c/devices/i2c-{number}/name").decode().rstrip("\n")

    def find(self, name: str) -> int:
        """The number of the first adapter whose name begins with `name`."""
        found = self.guest.run(f"grep -l '^{name}' /sys/bus/i2c/devices/i2c-*/name", check=True).text
        return int(Path(found.split()[0]).parent.name.removeprefix("i2c-"))

    def serve(self, *arguments: str) -> InnerDaemon:
        """Starts a daemon and waits until it listens."""
        daemon = InnerDaemon(self.guest, arguments, next(self._numbers))
        self._daemons.append(daemon)
        return daemon

    def run_daemon(self, *arguments: str) -> CommandResult:
        """Runs a daemon that is expected to end by itself."""
        return self.guest.run(shlex.join([DAEMON, *arguments]))

    def transfer(self, words: str, *, socket: int = 0) -> CommandResult:
        """One transaction of a front-end of socket `socket`, in the words of i2ctransfer."""
        return self.guest.run(f"{TRANSFER} {_SOCKET}{socket} {words}")

    def read(self, words: str, *, socket: int = 0) -> bytes:
        """What a transaction read."""
        result = self.transfer(words, socket=socket)
        assert result.ok, result.error_text
        return bytes(int(word, 16) for word in result.text.split())

    def clean(self) -> None:
        """After a test: no daemon, no chips, no drivers."""
        for daemon in self._daemons:
            daemon.end()
        self._daemons.clear()
        self.guest.unbind_all()
        for bus in self.buses:
            bus.clear()
