# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Takes the host's programs into a guest, with the libraries that they need."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vhost_device.guest import LinuxGuest

FOLDER = "/opt/programs"
_LOADER = "ld-linux-x86-64.so.2"


def put_programs(guest: LinuxGuest, programs: Sequence[Path], plugins: Sequence[Path] = ()) -> None:
    """Makes the programs known in the guest by their names, as if they were installed.

    They bring the host's C library along, since it may be newer than the guest's. `plugins` are what they
    load at run time: these come by themselves, and only their libraries here.
    """
    with tempfile.TemporaryDirectory() as folder:
        guest.write_file("/programs.tar.gz", _archive(programs, plugins, Path(folder)))
    guest.run(
        f"mkdir -p {FOLDER} && tar -xzf /programs.tar.gz -C {FOLDER} && rm /programs.tar.gz", check=True
    )
    for program in programs:
        loader = f"{FOLDER}/{_LOADER} --library-path {FOLDER}"
        script = f'#!/bin/sh\nexec {loader} {FOLDER}/{program.name} "$@"\n'
        guest.write_file(f"/bin/{program.name}", script.encode())
        guest.run(f"chmod 755 /bin/{program.name}", check=True)


def _archive(programs: Sequence[Path], plugins: Sequence[Path], folder: Path) -> bytes:
    """A tar archive of the programs, without their symbols, and of all libraries."""
    archived = io.BytesIO()
    with tarfile.open(fileobj=archived, mode="w:gz", compresslevel=1) as archive:
        for program in programs:
            stripped = folder / program.name
            subprocess.run(["strip", "-o", stripped, program], check=True)
            archive.add(stripped, program.name)
        for library in _libraries([*programs, *plugins]):
            archive.add(library.resolve(), library.name)
    return archived.getvalue()


def _libraries(programs: Sequence[Path]) -> set[Path]:
    """What the dynamic loader would load, itself included."""
    listing = subprocess.run(["ldd", *map(str, programs)], check=True, capture_output=True, text=True).stdout
    return {Path(path) for path in re.findall(r"(/\S+) \(0x", listing)}


def in_background(command: str, log: str) -> str:
    """A shell command that starts another, whose output goes to a file, and prints its process id."""
    return f"setsid {command} >{shlex.quote(log)} 2>&1 </dev/null & echo $!"
