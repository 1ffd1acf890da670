# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""docs/TUTORIAL.md as a script: its files are written and its commands run, in the order of the page."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "TUTORIAL.md"
PROJECT = "driver-test"

_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_PIP_INSTALL = re.compile(r"^venv/bin/python -m pip install .*$", re.MULTILINE)
_LINK = 'import site; site.addsitedir("{folder}")'
# Of the environment in which these tests run, which is not a user's.
_OURS = ("PYTHONPATH", "PYTEST_", "VIRTUAL_ENV")
_STEP = "=== step"


@dataclass(frozen=True)
class Block:
    """A fenced block: `name` is a file's, or empty."""

    kind: str
    name: str
    text: str


def blocks(page: Path = PAGE) -> list[Block]:
    return [
        Block(match["kind"], match["name"] or "", match["text"])
        for match in _BLOCK.finditer(page.read_text())
    ]


def files() -> dict[str, str]:
    """The files of the project, by name."""
    return {block.name: block.text for block in blocks() if block.name}


def runnable(commands: str) -> str:
    """The commands as they are, but for what takes a network.

    With VHOST_DEVICE in the environment, as scripts/test-wheel has it, pip installs that, and what it
    needs. Without, the new environment is lent the packages of the one that these tests run in.
    """
    if "VHOST_DEVICE" in os.environ:
        return commands
    link = _LINK.format(folder=sysconfig.get_path("purelib"))
    lend = (
        f"echo '{link}' >"
        ' "$(venv/bin/python -c \'import sysconfig; print(sysconfig.get_path("purelib"))\')/lent.pth"'
    )
    return _PIP_INSTALL.sub(lambda _: lend, commands)


def run(shell: str, script: str, folder: Path, limit_s: float, **variables: str) -> str:
    """What a user's shell prints. AssertionError, with that, if it fails."""
    command = [*shell.split(), "-c", script]
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=limit_s,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def script() -> str:
    """The page as one script, so that `cd` is for what follows; each block of commands is announced."""
    lines = []
    for number, block in enumerate(blocks()):
        if block.name:
            lines += [f"mkdir -p $(dirname {block.name})", f"cat >{block.name} <<'END OF FILE'"]
            lines += [f"{block.text}END OF FILE"]
        elif block.kind == "sh":
            lines += [f"echo '{_STEP} {number}'", runnable(block.text)]
    return "\n".join(lines)


def outputs(printed: str) -> dict[int, str]:
    """What each block of commands printed, by the block's number."""
    parts = re.split(rf"^{_STEP} (\d+)\n", printed, flags=re.MULTILINE)
    return {int(number): text for number, text in zip(parts[1::2], parts[2::2])}


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """A user's, in which python3 is the interpreter that these tests run with."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    mine["PATH"] = f"{sysconfig.get_config_var('BINDIR')}:{mine['PATH']}"
    return {**mine, **variables}
