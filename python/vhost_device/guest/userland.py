# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's programs: busybox, the I2C tools, and the libraries that those need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.progress import run_tool

_READELF_LIMIT_S = 30.0
_NEEDED = re.compile(r"\(NEEDED\).*\[(?P<name>[^\]]+)\]")
_INTERPRETER = re.compile(r"Requesting program interpreter: (?P<path>[^\]]+)\]")


def required_files(tree: Path, programs: Iterable[str]) -> dict[str, bytes]:
    """The programs and every library they need, as guest path to content; all come out of `tree`."""
    files: dict[str, bytes] = {}
    waiting = [(program, tree / program) for program in programs]
    while waiting:
        guest_path, path = waiting.pop()
        if guest_path in files:
            continue
        if not path.is_file():
            raise GuestBuildError(f"{guest_path} is in none of the unpacked packages")
        files[guest_path] = path.read_bytes()
        for name in _libraries(path):
            waiting.append(_locate(tree, name, guest_path))
    return files


def without_applets(busybox: bytes, names: Sequence[str]) -> bytes:
    """A busybox that does not know the applets `names`, which must follow each other in its table.

    Debian's busybox prefers its own applets to programs of the same name, wherever PATH leads, and its
    I2C tools are not the real ones (they read "10" as sixteen). The names are changed to ones that
    nobody types and that keep the table sorted, because it is searched by halves.
    """
    known = _applet_table(names)
    unknown = _applet_table(name[:2] + "-" + name[3:] for name in names)
    if busybox.count(known) != 1:
        raise GuestBuildError(f"busybox's table of applets does not have {', '.join(names)} in a row")
    return busybox.replace(known, unknown)


def _applet_table(names: Iterable[str]) -> bytes:
    return b"\0" + b"".join(name.encode() + b"\0" for name in names)


def busybox_applets(busybox: Path) -> list[str]:
    """The names that busybox answers to."""
    return run_tool(
        [str(busybox), "--list"], purpose="listing busybox's applets", limit_s=_READELF_LIMIT_S
    ).split()


def _libraries(path: Path) -> list[str]:
    text = run_tool(
        ["readelf", "--wide", "--dynamic", "--program-headers", str(path)],
        purpose=f"reading what {path.name} needs",
        limit_s=_READELF_LIMIT_S,
    )
    interpreter = _INTERPRETER.search(text)
    names = [match["name"] for match in _NEEDED.finditer(text)]
    return names + ([interpreter["path"]] if interpreter else [])


def _locate(tree: Path, name: str, wanted_by: str) -> tuple[str, Path]:
    """Where a library is in the tree. One named by a full path must also be there in the guest."""
    found = next(
        (p for p in sorted(tree.glob(f"**/{Path(name).name}")) if p.is_file() and _inside(tree, p)), None
    )
    if found is None:
        raise GuestBuildError(f"{wanted_by} needs {name}, which is in none of the unpacked packages")
    guest_path = name if name.startswith("/") else str(found.relative_to(tree))
    return guest_path.lstrip("/"), found


def _inside(tree: Path, path: Path) -> bool:
    """False for a link that leads out of the tree, to the host's own file."""
    return path.resolve().is_relative_to(tree.resolve())
