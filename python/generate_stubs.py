# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Writes python/vhost_device/_core.pyi, or a file given, from the extension module that is installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

STUB = Path(__file__).parent / "vhost_device" / "_core.pyi"
MODULE = "vhost_device._core"
_LICENSE = "# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause\n"

# pybind11 says what it converts from; what a caller should pass is plainer. The rest is what the
# generator leaves without types.
_REPLACEMENTS = (
    (r"typing\.SupportsInt \| typing\.SupportsIndex", "int"),
    (r"typing\.SupportsFloat \| typing\.SupportsIndex", "float"),
    (r"os\.PathLike \|", "os.PathLike[str] |"),
    (r"\*args\) -> None", "*args: object) -> None"),
    (r"    @classmethod\n    def __new__\(cls, value\):\n        \.\.\.\n", ""),
    (r"    @staticmethod\n    def __init_subclass__\(.*\n        \.\.\.\n", ""),
    (r"(def __(?:eq|contains)__\(self, \w+): typing\.Any", r"\1: object"),
    (r"(\w+): typing\.ClassVar\[(?:AfterRegister|Direction|Endian|FaultKind|Level)\]", r"\1 = ..."),
    (r"(__hash__: typing\.ClassVar\[None\]) = None", r"\1  # type: ignore[assignment]"),
    # A channel gives back what it is given.
    (r"def attach\(self, device: typing\.Any\) -> typing\.Any:", "def attach(self, device: _D) -> _D:"),
    (r"(\nclass Channel:)", r'\n_D = typing.TypeVar("_D", bound=Device)\n\1'),
    (r"[ \t]+\n", "\n"),
)


def generate() -> str:
    """The stub of the installed module."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pybind11_stubgen", MODULE, "--exit-code", "-o", folder]
        subprocess.run(command, check=True, cwd=folder)
        text = (Path(folder) / "vhost_device" / "_core.pyi").read_text()
    for pattern, replacement in _REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    return _LICENSE + text


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else STUB
    target.write_text(generate())
