# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The archive of the guest's root file system."""

from __future__ import annotations

import stat

import pytest

from vhost_device.guest.cpio import CpioWriter

HEADER = 110


def entries(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Name to mode and content, read by the format's description."""
    found: dict[str, tuple[int, bytes]] = {}
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = archive[at + HEADER : at + HEADER + name_size - 1].decode()
        start = (at + HEADER + name_size + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found[name] = (mode, archive[start : start + size])
        at = (start + size + 3) & ~3


def test_archive_holds_files_links_and_devices() -> None:
    writer = CpioWriter()
    writer.add_file("/bin/tool", b"12345", 0o755)
    writer.add_symlink("bin/other", "tool")
    writer.add_character_device("dev/console", 5, 1)
    found = entries(writer.finish())
    assert found["bin/tool"] == (stat.S_IFREG | 0o755, b"12345")
    assert found["bin/other"] == (stat.S_IFLNK | 0o777, b"tool")
    assert found["dev/console"] == (stat.S_IFCHR | 0o600, b"")


def test_archive_makes_parents_once_and_before_their_children() -> None:
    writer = CpioWriter()
    writer.add_file("a/b/one", b"")
    writer.add_file("a/b/two", b"")
    assert list(entries(writer.finish())) == ["a", "a/b", "a/b/one", "a/b/two"]


def test_archive_of_same_content_is_the_same() -> None:
    first, second = CpioWriter(), CpioWriter()
    for writer in (first, second):
        writer.add_file("x", b"1")
    assert first.finish() == second.finish()


def test_archive_length_is_whole_blocks() -> None:
    writer = CpioWriter()
    writer.add_file("x", b"1" * 777)
    assert len(writer.finish()) % 512 == 0


@pytest.mark.parametrize("name", ["", "/", "../x", "a/../../x"])
def test_archive_given_name_outside_refuses_it(name: str) -> None:
    with pytest.raises(ValueError, match="below the root"):
        CpioWriter().add_file(name, b"")


def test_archive_given_name_twice_refuses_it() -> None:
    writer = CpioWriter()
    writer.add_file("x", b"")
    with pytest.raises(ValueError, match="added before"):
        writer.add_file("/x", b"")
