# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a guest's programs say of files, as errors with a number."""

from __future__ import annotations

import errno

import pytest

from vhost_device.guest import files
from vhost_device.guest.errors import CommandFailed, GuestError, GuestOSError
from vhost_device.guest.result import CommandResult


class FakeGuest:
    """Answers every command alike, and remembers them."""

    def __init__(self, status: int = 0, stdout: bytes = b"", stderr: bytes = b"") -> None:
        self.answer = CommandResult(status, stdout, stderr)
        self.commands: list[tuple[str, bytes]] = []

    def run(
        self, command: str, *, timeout: float | None = None, check: bool = False, stdin: bytes = b""
    ) -> CommandResult:
        self.commands.append((command, stdin))
        return self.answer


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("cat: read error: No such device or address\n", errno.ENXIO),
        ("cat: can't open '/x': No such file or directory", errno.ENOENT),
        ("sh: line 1: can't create /x/y: nonexistent directory", errno.ENOENT),
        ("sh: write error: Invalid argument", errno.EINVAL),
        ("dd: error writing '/x': Input/output error\n0+1 records in\n0+0 records out\n", errno.EIO),
        ("sh: foo: not found", None),
        ("", None),
    ],
)
def test_errno_of_message_is_the_kernels(message: str, number: int | None) -> None:
    assert files.errno_of(message) == number


def test_failed_read_raises_os_error_with_number_and_path() -> None:
    guest = FakeGuest(1, stderr=b"cat: read error: Input/output error")
    with pytest.raises(GuestOSError, match="Input/output error in the guest: /sys/x") as caught:
        files.read_file(guest, "/sys/x")
    assert isinstance(caught.value, (OSError, GuestError))
    assert (caught.value.errno, caught.value.filename) == (errno.EIO, "/sys/x")


def test_failure_without_a_known_reason_shows_the_command() -> None:
    with pytest.raises(CommandFailed, match=r"cat /x.*status 127"):
        files.read_file(FakeGuest(127, stderr=b"sh: cat: not found"), "/x")


def test_large_file_is_written_in_pieces_that_append() -> None:
    guest = FakeGuest()
    data = bytes(range(256)) * 8192
    files.write_file(guest, "/tmp/a b", data + b"end")
    assert [command for command, _ in guest.commands] == [
        "cat >'/tmp/a b'",
        "cat >>'/tmp/a b'",
        "cat >>'/tmp/a b'",
    ]
    assert b"".join(stdin for _, stdin in guest.commands) == data + b"end"


def test_empty_file_is_still_made() -> None:
    guest = FakeGuest()
    files.write_file(guest, "/x", b"")
    assert guest.commands == [("cat >/x", b"")]


def test_attribute_is_written_as_it_stands() -> None:
    guest = FakeGuest()
    files.write_attribute(guest, "/sys/x", "-12500")
    assert guest.commands == [("echo -n -12500 >/sys/x", b"")]


def test_attribute_that_looks_like_an_option_of_echo_is_not_taken_for_one() -> None:
    guest = FakeGuest()
    files.write_attribute(guest, "/sys/x", "-n")
    assert guest.commands[0][1] == b"-n"


def test_lines_of_several_files_come_from_one_command() -> None:
    guest = FakeGuest(stdout=b"12\n\n-3 \n")
    assert files.read_lines(guest, ["/sys/a b", "/sys/c", "/sys/d"]) == ["12", "", "-3"]
    assert len(guest.commands) == 1


def test_failure_among_several_files_is_raised() -> None:
    with pytest.raises(GuestOSError) as caught:
        files.read_lines(FakeGuest(1, stderr=b"cat: read error: Input/output error"), ["/a", "/b"])
    assert caught.value.errno == errno.EIO
