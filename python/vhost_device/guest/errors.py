# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Everything that can go wrong with a guest, each kind its own type.

An error about a running guest carries what was being waited for, the limit, and the end of the guest's
console, because a test's log is often all that is left of it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vhost_device.guest.result import CommandResult


class GuestError(Exception):
    """Any failure of this package."""


class GuestBuildError(GuestError):
    """The guest image could not be built, or is not there."""


class GuestFailure(GuestError):
    """A running guest failed. `console` is the end of its console."""

    def __init__(self, message: str, console: str = "") -> None:
        super().__init__(message + console_section(console))
        self.console = console


class GuestTimeout(GuestFailure, TimeoutError):
    """Something did not happen within its limit. `what` names it, `limit_s` is the limit in seconds."""

    def __init__(self, what: str, limit_s: float, console: str = "", detail: str = "") -> None:
        extra = f"\n{detail}" if detail else ""
        super().__init__(f"waited {limit_s:g} s for {what}{extra}", console)
        self.what = what
        self.limit_s = limit_s


class CommandTimeout(GuestTimeout):
    """A guest command ran over its limit and was killed; the guest can go on being used."""


class GuestPanic(GuestFailure):
    """The guest's kernel panicked (an oops is made a panic by the kernel's command line)."""


class GuestRebooted(GuestFailure):
    """The guest started anew without having been told to; it can go on being used."""


class QemuExited(GuestFailure):
    """QEMU ended while the guest was needed. `returncode` is its own; its last words are in the text."""

    def __init__(self, message: str, returncode: int, console: str = "") -> None:
        super().__init__(message, console)
        self.returncode = returncode


class GuestNotUsable(GuestFailure):
    """The guest is not running, is paused, or was given up after an earlier failure."""


class QmpError(GuestError):
    """QEMU refused a monitor command."""


class CommandFailed(GuestError):
    """A guest command run with check=True ended with a status other than 0. `result` has all of it."""

    def __init__(self, command: str, result: CommandResult) -> None:
        super().__init__(
            f"guest command {command!r} ended with status {result.status}"
            f"\nstdout: {result.text.strip() or '(empty)'}"
            f"\nstderr: {result.error_text.strip() or '(empty)'}"
        )
        self.command = command
        self.result = result


class DriverNotBound(GuestError):
    """A driver did not take a device. The text has the end of the guest's kernel log."""


class GuestOSError(GuestError, OSError):
    """A file operation failed in the guest with `errno`; `filename` is the guest's path."""

    def __init__(self, number: int, filename: str, context: str = "") -> None:
        OSError.__init__(self, number, os.strerror(number), filename)
        self.context = context

    def __str__(self) -> str:
        told = f" ({self.context})" if self.context else ""
        return f"{os.strerror(self.errno or 0)} in the guest: {self.filename}{told}"


def console_section(console: str) -> str:
    """The console's end as it is appended to an error's text."""
    if not console:
        return ""
    return "\nthe end of the guest's console:\n" + "\n".join(f"  | {line}" for line in console.splitlines())
