# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Files in the guest, and what a program there says when one cannot be read or written."""

from __future__ import annotations

import errno
import os
import re
import shlex
from collections.abc import Sequence
from typing import Protocol

from vhost_device.guest.errors import CommandFailed, GuestOSError
from vhost_device.guest.result import CommandResult

# A piece is held in the guest's memory once more while it is written.
_PIECE = 1 << 20
_BLOCK = 4096


class Runner(Protocol):
    """What runs a command in the guest."""

    def run(
        self, command: str, *, timeout: float | None = None, check: bool = False, stdin: bytes = b""
    ) -> CommandResult: ...


def read_file(
    guest: Runner, path: str, offset: int = 0, length: int | None = None, timeout: float | None = None
) -> bytes:
    """The content of a file in the guest, or `length` bytes of it from `offset`."""
    name = shlex.quote(path)
    if offset == 0 and length is None:
        command = f"cat {name}"
    else:
        count = "" if length is None else f" count={length}"
        command = f"dd if={name} bs={_BLOCK} skip={offset}{count} iflag=skip_bytes,count_bytes,fullblock"
    return _checked(guest, command, path, timeout=timeout).stdout


def read_lines(guest: Runner, paths: Sequence[str]) -> list[str]:
    """What is in several files of a line each, without the white space around it."""
    command = " && ".join(f'line=$(cat {shlex.quote(path)}) && echo "$line"' for path in paths)
    text = _checked(guest, command, ", ".join(paths)).stdout.decode(errors="replace")
    return [line.strip() for line in text.splitlines()]


def write_file(guest: Runner, path: str, data: bytes) -> None:
    """Makes a file in the guest that holds `data`, in place of what was there."""
    name = shlex.quote(path)
    for start in range(0, max(1, len(data)), _PIECE):
        redirect = ">" if start == 0 else ">>"
        _checked(guest, f"cat {redirect}{name}", path, data[start : start + _PIECE])


def write_at(guest: Runner, path: str, data: bytes, offset: int, timeout: float | None = None) -> None:
    """Writes into a file that exists, such as a sysfs attribute, from `offset` on."""
    name = shlex.quote(path)
    _checked(
        guest,
        f"dd of={name} bs={_BLOCK} seek={offset} oflag=seek_bytes iflag=fullblock conv=notrunc",
        path,
        data,
        timeout,
    )


def write_attribute(guest: Runner, path: str, text: str) -> None:
    """Writes `text` to an attribute in a single call, as the kernel wants it."""
    if _ECHO_OPTION.fullmatch(text):
        write_at(guest, path, text.encode(), 0)
    else:
        # The shell's printf says nothing when a write fails; its echo does, and leaves text as it is.
        _checked(guest, f"echo -n {shlex.quote(text)} >{shlex.quote(path)}", path)


def errno_of(message: str) -> int | None:
    """The error that a message of busybox or a libc ends with, or None.

    >>> errno_of("cat: read error: No such device or address") == errno.ENXIO
    True
    """
    for line in reversed(message.strip().splitlines()):
        reason = line.rpartition(": ")[2].strip()
        number = _NUMBERS.get(reason)
        if number is not None:
            return number
    return None


def _checked(
    guest: Runner, command: str, path: str, stdin: bytes = b"", timeout: float | None = None
) -> CommandResult:
    result = guest.run(command, stdin=stdin, timeout=timeout)
    if result.status == 0:
        return result
    number = errno_of(result.error_text)
    if number is None:
        raise CommandFailed(command, result)
    raise GuestOSError(number, path, _DD_SUMMARY.sub("", result.error_text).strip())


_NUMBERS = {os.strerror(number): number for number in sorted(errno.errorcode, reverse=True)}
# What busybox's shell says of a redirection, in words of its own.
_NUMBERS["nonexistent directory"] = errno.ENOENT
_NUMBERS["no such file"] = errno.ENOENT
_ECHO_OPTION = re.compile("-[neE]+")
_DD_SUMMARY = re.compile(r"^\d+\+\d+ records (in|out)$\n?|^.* bytes .* copied, .*$\n?", re.MULTILINE)
