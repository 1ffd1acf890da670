# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the rules look at: the files of the tree, and findings in them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".ci", "backends", "cmake", "core", "daemon", "docs", "examples", "python", "scripts", "tests")
CODE = (".cpp", ".hpp", ".py", ".sh")
_IGNORED_FOLDERS = ("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")


@dataclass(frozen=True)
class File:
    """A file by its path from the root of the tree, with its text."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix

    @property
    def folder(self) -> str:
        return str(Path(self.path).parent)

    @property
    def is_code(self) -> bool:
        """Written by hand in a programming language."""
        return self.suffix in CODE or self.text.startswith("#!")

    def lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.text.splitlines(), 1)


@dataclass(frozen=True)
class Finding:
    """A broken rule: where, what is there, and what to do about it."""

    path: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; {self.remedy}"


@functools.cache
def all_files() -> tuple[File, ...]:
    """Every text file of the tree. No git is needed, so that an unpacked archive is tested as well."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += (path for path in (ROOT / folder).rglob("*") if path.is_file())
    found = []
    for path in sorted(paths):
        if any(part in _IGNORED_FOLDERS or part.endswith(".egg-info") for part in path.parts):
            continue
        try:
            found.append(File(str(path.relative_to(ROOT)), path.read_text()))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def report(findings: Iterable[Finding]) -> str:
    """What a failing test says."""
    return "\n".join(["", *map(str, findings)])
