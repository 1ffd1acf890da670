# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Error texts: what was waited for, the limit, the console's end."""

from __future__ import annotations

import errno

from vhost_device.guest.errors import (
    CommandFailed,
    CommandTimeout,
    GuestError,
    GuestOSError,
    GuestTimeout,
    QemuExited,
)
from vhost_device.guest.result import CommandResult


def test_timeout_names_wait_limit_and_console() -> None:
    text = str(GuestTimeout("the guest to boot", 60, "one\ntwo"))
    assert text.startswith("waited 60 s for the guest to boot")
    assert "the end of the guest's console:\n  | one\n  | two" in text


def test_command_timeout_is_a_timeout_of_all_kinds() -> None:
    error = CommandTimeout("x", 1.5, detail="it printed: y")
    assert isinstance(error, (GuestTimeout, TimeoutError, GuestError))
    assert str(error) == "waited 1.5 s for x\nit printed: y"


def test_command_failed_shows_status_and_outputs() -> None:
    text = str(CommandFailed("ls /x", CommandResult(2, b"out\n", b"no such\n")))
    assert text == "guest command 'ls /x' ended with status 2\nstdout: out\nstderr: no such"


def test_os_error_keeps_errno_filename_and_words() -> None:
    error = GuestOSError(errno.ENXIO, "/sys/y", "cat: read error")
    assert (error.errno, error.filename) == (errno.ENXIO, "/sys/y")
    assert str(error) == "No such device or address in the guest: /sys/y (cat: read error)"


def test_qemu_exit_keeps_its_status() -> None:
    assert QemuExited("QEMU ended", 1).returncode == 1
