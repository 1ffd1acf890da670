# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The protocol of scripts/agent.sh, host side, without I/O: bytes in, messages out.

A message is a line of words; `done` is followed by as many raw bytes as it announces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from vhost_device.guest.errors import GuestFailure
from vhost_device.guest.result import CommandResult

# Far above what a command of a test prints; a guest that announces more is out of step.
MAX_OUTPUT = 64 << 20
_MAX_LINE = 4096
# The kernel's boot_id is a UUID.
_HELLO = re.compile(rb"hello (?P<boot>[0-9a-f-]{36})\n")
_PLAIN = re.compile(rb"[A-Za-z0-9 _@%+=:,./<>|&;()\[\]{}*?!~^\"$#`-]")


@dataclass(frozen=True)
class Hello:
    """The agent has started; `boot` is different after every boot."""

    boot: str


@dataclass(frozen=True)
class Done:
    command_id: int
    result: CommandResult


@dataclass(frozen=True)
class Dropped:
    command_id: int


Message = Union[Hello, Done, Dropped]


class ChannelError(GuestFailure):
    """The guest's agent sent something that is not of the protocol."""


class ChannelReader:
    """Turns the byte stream from the agent into messages, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._pending: tuple[int, int, int, int] | None = None
        self._skipping = False
        self._skipped_boot: str | None = None

    def skip_to_hello(self, previous: str | None) -> None:
        """Ignores all bytes before the hello of a boot other than `previous`.

        A guest that was reset leaves parts of messages behind.
        """
        self._skipping = True
        self._skipped_boot = previous
        self._pending = None

    def feed(self, data: bytes) -> list[Message]:
        """Every message that `data` completes. Raises ChannelError on what no agent sends."""
        self._buffer += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        if self._skipping:
            return self._find_hello()
        if self._pending is not None:
            return self._finish_done(*self._pending)
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MAX_LINE:
                raise ChannelError(f"the agent sent {len(self._buffer)} bytes without an end of line")
            return None
        line = self._buffer[:end].decode(errors="replace")
        del self._buffer[: end + 1]
        return self._parse(line)

    def _find_hello(self) -> Hello | None:
        for match in _HELLO.finditer(bytes(self._buffer)):
            boot = match["boot"].decode()
            if boot != self._skipped_boot:
                del self._buffer[: match.end()]
                self._skipping = False
                return Hello(boot)
        # Part of a hello may still be in the end.
        del self._buffer[:-_MAX_LINE]
        return None

    def _parse(self, line: str) -> Message | None:
        words = line.split(" ")
        if words[0] == "hello" and len(words) == 2:
            return Hello(words[1])
        numbers = [int(word) for word in words[1:] if word.isascii() and word.isdigit()]
        if words[0] == "dropped" and len(words) == 2 and len(numbers) == 1:
            return Dropped(numbers[0])
        if words[0] == "done" and len(words) == 5 and len(numbers) == 4:
            command_id, status, out, err = numbers
            if out + err <= MAX_OUTPUT:
                self._pending = (command_id, status, out, err)
                return self._finish_done(command_id, status, out, err)
            raise ChannelError(f"command {command_id} printed {out + err} bytes; the limit is {MAX_OUTPUT}")
        raise ChannelError(f"the agent sent {line!r}; expected hello, done or dropped")

    def _finish_done(self, command_id: int, status: int, out: int, err: int) -> Done | None:
        if len(self._buffer) < out + err:
            return None
        stdout, stderr = bytes(self._buffer[:out]), bytes(self._buffer[out : out + err])
        del self._buffer[: out + err]
        self._pending = None
        return Done(command_id, CommandResult(status, stdout, stderr))


def encode_sync(boot: str) -> bytes:
    # The end of line first: the port may still hold half a line for the agent of an earlier boot.
    return f"\nsync {boot}\n".encode()


def encode_run(command_id: int, command: str, stdin: bytes) -> bytes:
    return b"run %d %d %s\n" % (command_id, len(stdin), shell_word(command)) + stdin


def encode_kill(command_id: int) -> bytes:
    return b"kill %d\n" % command_id


def encode_drop(command_id: int) -> bytes:
    return b"drop %d\n" % command_id


def shell_word(text: str) -> bytes:
    """`text` as one word on one line that the guest's shell turns back into `text`."""
    encoded = text.encode()
    if 0 in encoded:
        raise ValueError(f"a command cannot hold a NUL character: {text!r}")
    body = b"".join(bytes((byte,)) if _PLAIN.match(bytes((byte,))) else b"\\%03o" % byte for byte in encoded)
    return b"$'" + body + b"'"
