# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs commands through the guest's agent, one at a time."""

from __future__ import annotations

import itertools

from vhost_device.guest import channel
from vhost_device.guest.channel import Done, Dropped, Hello
from vhost_device.guest.errors import (
    CommandTimeout,
    GuestFailure,
    GuestNotUsable,
    GuestRebooted,
    GuestTimeout,
)
from vhost_device.guest.machine import Machine
from vhost_device.guest.result import CommandResult

# How long a killed command may take to be gone; one that waits in the kernel never is.
_KILL_LIMIT_S = 5.0
_DROP_LIMIT_S = 10.0
_SHOWN_OUTPUT = 2000


class Agent:
    """The host's end of scripts/agent.sh."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._ids = itertools.count(1)
        self._boot: str | None = None
        self._unsettled: int | None = None
        self._given_up: str | None = None

    @property
    def boot(self) -> str | None:
        """The boot that answered last; None before the first."""
        return self._boot

    def wait_for_boot(self, limit_s: float) -> None:
        """Waits until the agent of a boot other than the present one is ready."""
        previous = self._boot
        self._unsettled = None
        self._given_up = None
        self._machine.channel.skip_to_hello(previous)
        try:
            hello = self._machine.wait_for("the guest to boot", limit_s, self._take_hello)
        except GuestFailure as failure:
            self._given_up = str(failure).splitlines()[0]
            raise
        self._boot = hello.boot
        self._machine.agent.queue(channel.encode_sync(hello.boot))

    def run(self, command: str, limit_s: float, stdin: bytes = b"") -> CommandResult:
        """Runs a shell command; CommandTimeout if it runs over `limit_s`, and then it is killed."""
        if self._given_up is not None:
            raise GuestNotUsable(f"cannot run {command!r}: the guest was given up because {self._given_up}")
        if self._unsettled is not None:
            self._settle(self._unsettled)
        command_id = self.start(command, stdin)
        what = f"guest command {command!r} to end"
        try:
            return self._machine.wait_for(what, limit_s, lambda: self.take_result(command_id))
        except GuestTimeout as timeout:
            partial = self._settle(command_id)
            raise CommandTimeout(what, limit_s, timeout.console, _describe(partial)) from None
        except GuestRebooted:
            raise
        except GuestFailure as failure:
            self._given_up = str(failure).splitlines()[0]
            raise

    def start(self, command: str, stdin: bytes = b"") -> int:
        """Starts a command without waiting for it; returns its id for take_result()."""
        command_id = next(self._ids)
        self._unsettled = command_id
        self._machine.agent.queue(channel.encode_run(command_id, command, stdin))
        return command_id

    def take_result(self, command_id: int) -> CommandResult | None:
        """The result of a command if it has come, else None."""
        for message in self._take_messages():
            if isinstance(message, Done) and message.command_id == command_id:
                self._unsettled = None
                return message.result
        return None

    def stop(self, command_id: int) -> None:
        """Ends a command that was started with start()."""
        if self._unsettled == command_id:
            self._settle(command_id)

    def _settle(self, command_id: int) -> CommandResult | None:
        """Kills a command, so that nothing of it can come between later ones.

        Returns what it had printed, or None if it had to be abandoned in the guest's kernel.
        """
        self._machine.agent.queue(channel.encode_kill(command_id))
        try:
            try:
                return self._machine.wait_for(
                    "the guest to kill a command",
                    _KILL_LIMIT_S,
                    lambda: self.take_result(command_id),
                )
            except GuestTimeout:
                self._machine.agent.queue(channel.encode_drop(command_id))
                return self._machine.wait_for(
                    "the guest's agent to answer at all",
                    _DROP_LIMIT_S,
                    lambda: self._take_end(command_id),
                )[0]
        except GuestFailure as failure:
            self._given_up = str(failure).splitlines()[0]
            raise

    def _take_end(self, command_id: int) -> tuple[CommandResult | None] | None:
        for message in self._take_messages():
            if isinstance(message, Done) and message.command_id == command_id:
                self._unsettled = None
                return (message.result,)
            if isinstance(message, Dropped) and message.command_id == command_id:
                self._unsettled = None
                return (None,)
        return None

    def _take_messages(self) -> list[channel.Message]:
        messages = list(self._machine.inbox)
        self._machine.inbox.clear()
        for message in messages:
            if isinstance(message, Hello):
                self._boot = message.boot
                self._unsettled = None
                self._machine.agent.queue(channel.encode_sync(message.boot))
                raise GuestRebooted("the guest rebooted by itself", self._machine.console.tail())
        return messages

    def _take_hello(self) -> Hello | None:
        messages = list(self._machine.inbox)
        self._machine.inbox.clear()
        return next((message for message in messages if isinstance(message, Hello)), None)


def _describe(partial: CommandResult | None) -> str:
    if partial is None:
        return "the command waits in the guest's kernel and cannot be killed; it was abandoned there"
    shown = (partial.text + partial.error_text)[-_SHOWN_OUTPUT:].strip()
    return f"until it was killed it printed: {shown or '(nothing)'}"
