# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A virtual machine whose streams are all watched while anything is waited for.

There is one place that waits, `wait_for`: it has a name and a limit, and it sees a panic on the console
or the end of QEMU at once instead of running into the limit.
"""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import Any, Callable, TypeVar

from vhost_device.guest import qmp
from vhost_device.guest.channel import ChannelReader, Message
from vhost_device.guest.console import Console
from vhost_device.guest.errors import GuestNotUsable, GuestPanic, GuestTimeout, QemuExited
from vhost_device.guest.qemu import QemuOptions, QemuProcess, Stream, describe_exit

T = TypeVar("T")

_QMP_LIMIT_S = 20.0
# A panic is printed in pieces; after this the rest is not waited for any more.
_PANIC_LIMIT_S = 2.0
_TICK_MS = 500


class Machine:
    """QEMU with its console, its monitor and the agent's channel."""

    def __init__(self, options: QemuOptions, console_log: Path | None = None) -> None:
        self.console = Console(console_log)
        self.channel = ChannelReader()
        self.inbox: list[Message] = []
        self._qmp = qmp.QmpReader()
        self._qmp_id = 0
        self._panic_seen_at: float | None = None
        self._shell_sink: Callable[[bytes], None] | None = None
        self._process = QemuProcess(options)

    # ---- what the parts are made of

    @property
    def pid(self) -> int:
        """QEMU's process id."""
        return self._process.pid

    @property
    def agent(self) -> Stream:
        return self._process.streams["agent"]

    @property
    def shell(self) -> Stream:
        return self._process.streams["shell"]

    def send_shell_output_to(self, sink: Callable[[bytes], None] | None) -> None:
        """Where the interactive console's bytes go; nowhere by default."""
        self._shell_sink = sink

    def restart_streams(self) -> None:
        """Forgets what is under way on the channel and the console: the guest starts anew."""
        self.channel = ChannelReader()
        self.inbox.clear()
        self.agent.forget()
        self.console.start_again()
        self._panic_seen_at = None

    # ---- waiting

    def wait_for(self, what: str, limit_s: float, done: Callable[[], T | None]) -> T:
        """Serves all streams until `done` returns something else than None, and returns that.

        Raises GuestTimeout after `limit_s` seconds, GuestPanic and QemuExited when they happen first.
        """
        deadline = time.monotonic() + limit_s
        while True:
            self.pump(0)
            value = done()
            if value is not None:
                return value
            self.check_alive(what)
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise GuestTimeout(what, limit_s, self.console.tail())
            self.pump(min(left_s, self._panic_time_left_s()))

    def wait_for_exit(self, what: str, limit_s: float) -> int:
        """Waits until QEMU has ended by itself; returns its status."""
        return self.wait_for(what, limit_s, lambda: self._process.returncode)

    def pump(self, limit_s: float, extra_descriptor: int | None = None) -> bool:
        """Serves the streams once, waiting up to `limit_s` for something to do.

        Returns whether `extra_descriptor` has something to read.
        """
        process = self._process
        poll = select.poll()
        poll.register(process.exit_descriptor, select.POLLIN)
        for stream in process.streams.values():
            if stream.open:
                poll.register(stream.socket, stream.interest)
        if extra_descriptor is not None:
            poll.register(extra_descriptor, select.POLLIN)
        # Rounded up: a wait of less than a millisecond must not become a busy loop.
        ready = poll.poll(min(limit_s * 1000 + 1, _TICK_MS) if limit_s > 0 else 0)
        self._serve()
        return any(descriptor == extra_descriptor for descriptor, _ in ready)

    def _serve(self) -> None:
        streams = self._process.streams
        for stream in streams.values():
            stream.flush()
        if data := streams["console"].read():
            self.console.feed(data)
            if self._panic_seen_at is None and self.console.panic is not None:
                self._panic_seen_at = time.monotonic()
        if data := streams["qmp"].read():
            self._qmp.feed(data)
        if data := streams["agent"].read():
            self.inbox += self.channel.feed(data)
        if (data := streams["shell"].read()) and self._shell_sink is not None:
            self._shell_sink(data)

    def _panic_time_left_s(self) -> float:
        if self._panic_seen_at is None:
            return _TICK_MS / 1000
        return max(0.0, self._panic_seen_at + _PANIC_LIMIT_S - time.monotonic())

    def check_alive(self, what: str) -> None:
        panic = self.console.panic if self._panic_seen_at is not None else None
        if panic is not None and (self.console.panic_complete or self._panic_time_left_s() == 0):
            raise GuestPanic(
                f"the guest's kernel panicked while waiting for {what}: {panic}", self.console.tail()
            )
        returncode = self._process.returncode
        if returncode is not None:
            self._serve()
            words = self._process.last_words()
            raise QemuExited(
                f"QEMU {describe_exit(returncode)} while waiting for {what}"
                + (f"\nQEMU said: {words}" if words else ""),
                returncode,
                self.console.tail(),
            )

    # ---- QEMU's monitor

    def connect_monitor(self) -> None:
        """Does the monitor's handshake, which QEMU answers once all its devices are there."""
        self.wait_for("QEMU's monitor to greet", _QMP_LIMIT_S, lambda: self._qmp.greeted or None)
        self.qmp("qmp_capabilities")

    def qmp(self, command: str, arguments: dict[str, Any] | None = None) -> Any:
        """Runs a monitor command and returns its answer. Raises QmpError if QEMU refuses it."""
        self._qmp_id += 1
        command_id = self._qmp_id
        self._process.streams["qmp"].queue(qmp.encode_command(command_id, command, arguments))
        self.wait_for(
            f"QEMU's answer to {command!r}",
            _QMP_LIMIT_S,
            lambda: self._qmp.has_answer(command_id) or None,
        )
        return self._qmp.take_answer(command_id, command)

    # ---- the end

    def quit(self, limit_s: float) -> None:
        """Ends QEMU in good order, so that its back-ends see the device stop."""
        self._process.streams["qmp"].queue(qmp.encode_command(0, "quit"))
        self.wait_for_exit("QEMU to quit", limit_s)

    def kill(self) -> None:
        """Ends QEMU at once; may be called again."""
        self._process.kill()
        self.console.close()

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def require_running(self, purpose: str) -> None:
        if not self.running:
            raise GuestNotUsable(f"cannot {purpose}: QEMU has ended", self.console.tail())
