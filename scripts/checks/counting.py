# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Counts the tests, and keeps the numbers in the README right."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from checks.workspace import ROOT

README = ROOT / "README.md"
BEGIN = "<!-- test counts: `scripts/count-tests --write` keeps them right -->"
END = "<!-- end of test counts -->"

# Kind, where it is, what it shows.
KINDS = (
    ("unit", "tests/unit", "each layer by itself, against the specifications and datasheets"),
    ("contract", "tests/contract", "what every adapter promises, one suite for all of them"),
    ("python", "tests/python", "the package, without a virtual machine"),
    ("daemon", "tests/daemon", "the executable: command line, boards, sockets"),
    ("e2e", "tests/e2e", "a real Linux guest under QEMU and its own drivers"),
)


class CannotCount(Exception):
    """The tests cannot be listed; the text says why."""


def count(root: Path = ROOT) -> dict[str, int]:
    """The number of tests of each kind, in the dev build and the Python package of `root`."""
    return {**_count_ctest(root), **{kind: _count_pytest(root, kind) for kind in ("python", "daemon", "e2e")}}


def table(counts: Mapping[str, int]) -> str:
    """The README's table."""
    lines = ["| tests | number | where | what they show |", "|---|---|---|---|"]
    lines += [f"| {kind} | {counts[kind]} | `{where}` | {what} |" for kind, where, what in KINDS]
    return "\n".join(lines)


def in_readme(text: str) -> dict[str, int]:
    """The numbers that a README gives."""
    block = _block(text)
    return {kind: int(number) for kind, number in re.findall(r"^\| (\w+) \| (\d+) \|", block, re.MULTILINE)}


def put_in_readme(text: str, counts: Mapping[str, int]) -> str:
    """A README's text with the numbers replaced."""
    _block(text)  # or there is no place for them
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{table(counts)}\n{END}{rest.split(END, 1)[1]}"


def _block(text: str) -> str:
    if BEGIN not in text or END not in text:
        raise CannotCount(f"README.md has no place for the counts: expected '{BEGIN}' and '{END}'")
    return text.split(BEGIN, 1)[1].split(END, 1)[0]


def _count_ctest(root: Path) -> dict[str, int]:
    listed = json.loads(
        _output(["ctest", "--test-dir", str(root / "build/dev"), "--show-only=json-v1"], root)
    )
    counts = {"unit": 0, "contract": 0}
    for test in listed["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        for kind in counts:
            counts[kind] += kind in properties.get("LABELS", [])
    return counts


def _count_pytest(root: Path, kind: str) -> int:
    python = str(root / "build/venv/bin/python")
    command = [python, "-m", "pytest", f"tests/{kind}", "--collect-only", "-qq", "--no-header"]
    # With -qq there is one line a file: "tests/python/test_bus.py: 12".
    return sum(map(int, re.findall(r"^tests/.*\.py: (\d+)$", _output(command, root), re.MULTILINE)))


def _output(command: list[str], root: Path) -> str:
    done = subprocess.run(
        command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CannotCount(
            f"{' '.join(command)} ended with status {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done.stdout
