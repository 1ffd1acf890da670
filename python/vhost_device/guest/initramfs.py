# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Puts the guest's root file system together."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

from vhost_device.guest.cpio import CpioWriter

_DIRECTORIES = ("dev", "mnt", "proc", "root", "run", "sys", "tmp", "usr/bin", "usr/sbin")
_SCRIPTS = Path(__file__).parent / "scripts"
# The guest's programs that are written here: where they are, and where they go.
OWN_FILES = {
    "init": _SCRIPTS / "init.sh",
    "usr/lib/guest/agent": _SCRIPTS / "agent.sh",
    "usr/lib/guest/common": _SCRIPTS / "common.sh",
    "usr/lib/guest/runner": _SCRIPTS / "runner.sh",
    "etc/profile": _SCRIPTS / "profile.sh",
}


def build_initramfs(root: Path, applets: Iterable[str]) -> bytes:
    """A compressed archive of everything below `root`, busybox's applets and the scripts of OWN_FILES."""
    writer = CpioWriter()
    for name in _DIRECTORIES:
        writer.add_directory(name)
    # The kernel opens this before /init mounts anything.
    writer.add_character_device("dev/console", 5, 1)
    writer.add_file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    writer.add_file("etc/group", b"root:x:0:\n")
    for name, path in OWN_FILES.items():
        writer.add_file(name, path.read_bytes(), 0o755)
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            writer.add_file(name, path.read_bytes(), 0o755 if path.stat().st_mode & 0o100 else 0o644)
    for applet in sorted(set(applets) - {"busybox"}):
        writer.add_symlink(f"bin/{applet}", "busybox")
    # Level 6 unpacks as fast as 9 and is written much faster; no date, so the bytes are repeatable.
    return gzip.compress(writer.finish(), compresslevel=6, mtime=0)
