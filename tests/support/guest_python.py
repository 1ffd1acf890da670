# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Takes this Python, with what a script imports, into a guest."""

from __future__ import annotations

import json
import py_compile
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

from guest_programs import put_programs

from vhost_device.guest import LinuxGuest

_HOME = "/opt/python"
_MODULES = PurePosixPath("lib", "python{}.{}".format(*sys.version_info))

# Prints each module that is loaded: its name, its file, and whether it is a package.
_LIST_MODULES = """
import json, sys
print(json.dumps([
    (name, module.__file__, hasattr(module, "__path__"))
    for name, module in sorted(sys.modules.items())
    if name != "__main__" and getattr(module, "__file__", None)
]))
"""


def put_python(guest: LinuxGuest, imports: Sequence[str]) -> str:
    """Brings the interpreter, these modules and all that they import; the command that runs a script.

    What a function imports later on has to be named, too.
    """
    interpreter = Path(sys.executable).resolve()
    modules = _modules(imports)
    with tempfile.TemporaryDirectory() as folder:
        extensions = [file for file in modules.values() if ".so" in file.suffixes]
        put_programs(guest, [interpreter], extensions)
        guest.write_file("/python.tar.gz", _archive(modules, Path(folder)))
    guest.run(f"mkdir -p {_HOME} && tar -xzf /python.tar.gz -C {_HOME} && rm /python.tar.gz", check=True)
    return f"env PYTHONHOME={_HOME} {interpreter.name} -sSB"


def _modules(imports: Sequence[str]) -> dict[PurePosixPath, Path]:
    """The files of modules, by where they belong below the interpreter's home."""
    program = f"import {', '.join(imports)}\n{_LIST_MODULES}"
    listing = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
    found = {}
    for name, file, is_package in json.loads(listing):
        path = PurePosixPath(name.replace(".", "/"))
        target = path / "__init__.py" if is_package else path.with_name(Path(file).name)
        found[_MODULES / target] = Path(file)
    return found


def _archive(modules: dict[PurePosixPath, Path], folder: Path) -> bytes:
    """A tar archive of the modules: compiled, extensions without their symbols."""
    archived = BytesIO()
    with tarfile.open(fileobj=archived, mode="w:gz", compresslevel=1) as archive:
        for target, file in modules.items():
            made = folder / target
            made.parent.mkdir(parents=True, exist_ok=True)
            if ".so" in file.suffixes:
                subprocess.run(["strip", "-o", made, file], check=True)
            else:
                made = made.with_suffix(".pyc")
                py_compile.compile(str(file), str(made), doraise=True)
            archive.add(made, str(target.with_name(made.name)))
    return archived.getvalue()
