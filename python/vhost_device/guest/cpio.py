# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Writes the archive that a Linux kernel unpacks as its first root file system.

The format is "newc" of Documentation/driver-api/early-userspace/buffer-format.rst: a 110-byte header
of hexadecimal fields, the name, the content, each padded to four bytes. Entries are owned by root and
dated 0, so that the same content always gives the same bytes.
"""

from __future__ import annotations

import stat
from pathlib import PurePosixPath

_MAGIC = b"070701"
_TRAILER = "TRAILER!!!"


class CpioWriter:
    """Collects entries and returns the finished archive. Parents of an entry are made as needed."""

    def __init__(self) -> None:
        self._archive = bytearray()
        self._names: set[str] = set()

    def add_directory(self, name: str, permissions: int = 0o755) -> None:
        """Adds a directory; adding one that is there already does nothing."""
        clean = self._clean(name)
        if clean not in self._names:
            self._append(clean, stat.S_IFDIR | permissions, b"", links=2)

    def add_file(self, name: str, content: bytes, permissions: int = 0o644) -> None:
        self._append_new(name, stat.S_IFREG | permissions, content)

    def add_symlink(self, name: str, target: str) -> None:
        self._append_new(name, stat.S_IFLNK | 0o777, target.encode())

    def add_character_device(self, name: str, major: int, minor: int, permissions: int = 0o600) -> None:
        self._append_new(name, stat.S_IFCHR | permissions, b"", device=(major, minor))

    def finish(self) -> bytes:
        """The whole archive, trailer included. The writer can be added to afterwards and finished again."""
        complete = bytearray(self._archive)
        complete += _entry(0, _TRAILER, 0, b"", 1, (0, 0))
        complete += b"\0" * (-len(complete) % 512)
        return bytes(complete)

    @staticmethod
    def _clean(name: str) -> str:
        parts = PurePosixPath(name).parts
        clean = "/".join(part for part in parts if part != "/")
        if not clean or ".." in parts:
            raise ValueError(f"archive entry {name!r}: expected a path below the root, without '..'")
        return clean

    def _append_new(self, name: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> None:
        clean = self._clean(name)
        if clean in self._names:
            raise ValueError(f"archive entry {name!r} was added before")
        self._append(clean, mode, content, device=device)

    def _append(
        self, name: str, mode: int, content: bytes, links: int = 1, device: tuple[int, int] = (0, 0)
    ) -> None:
        parent = name.rpartition("/")[0]
        if parent:
            self.add_directory(parent)
        self._names.add(name)
        self._archive += _entry(len(self._names), name, mode, content, links, device)


def _entry(inode: int, name: str, mode: int, content: bytes, links: int, device: tuple[int, int]) -> bytes:
    encoded = name.encode() + b"\0"
    fields = (
        inode, mode, 0, 0, links, 0, len(content), 0, 0, device[0], device[1], len(encoded), 0,
    )  # fmt: skip
    head = _MAGIC + b"".join(b"%08X" % field for field in fields) + encoded
    return head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)
