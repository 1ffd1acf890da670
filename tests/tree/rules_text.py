# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Rules for every file, whatever its language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tree import File, Finding

SPDX = "SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause"
MAX_LINES = 400
_BUILD_FILES = ("CMakeLists.txt", ".cmake", ".dts", ".clang-tidy")
# Put together here so that this file does not break its own rule.
_UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
_SLEEP = re.compile(r"\b(?:time\.sleep|asyncio\.sleep|sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
_SHELL_SLEEP = re.compile(r"(?:^|[;&|(]|\bdo|\bthen)\s*u?sleep\s+[\d.]+")
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def license_line(files: Iterable[File]) -> Iterator[Finding]:
    for file in files:
        if not (file.is_code or file.path.endswith(_BUILD_FILES)):
            continue
        if not any(SPDX in text for line, text in file.lines() if line <= 2):
            yield Finding(file.path, 1, "has no licence line", f"begin it with '{SPDX}' in a comment")


def one_sitting(files: Iterable[File]) -> Iterator[Finding]:
    for file in files:
        count = len(file.text.splitlines())
        if file.is_code and count > MAX_LINES:
            remedy = f"split it: a file is one idea, in {MAX_LINES} lines at most"
            yield Finding(file.path, MAX_LINES + 1, f"has {count} lines", remedy)


def nothing_unfinished(files: Iterable[File]) -> Iterator[Finding]:
    for file in files:
        for line, text in file.lines():
            if match := _UNFINISHED.search(text):
                remedy = "do it now, or file an issue"
                yield Finding(file.path, line, f"says {match[0]}", remedy)


def tests_never_sleep(files: Iterable[File]) -> Iterator[Finding]:
    for file in files:
        # The tests of these rules have bad samples in them.
        if not file.path.startswith("tests/") or not file.is_code or file.path.startswith("tests/tree/"):
            continue
        # A Python test may run `sleep` in the guest, to have something to interrupt.
        shell = file.suffix not in (".py", ".cpp", ".hpp")
        for line, text in file.lines():
            if (_SHELL_SLEEP if shell else _SLEEP).search(text):
                remedy = "wait for a condition, with a limit"
                yield Finding(file.path, line, f"sleeps: {text.strip()}", remedy)


def links_lead_somewhere(files: Iterable[File]) -> Iterator[Finding]:
    files = tuple(files)
    known = {file.path for file in files}
    known |= {str(parent) for file in files for parent in PurePosixPath(file.path).parents}
    for file in files:
        if file.suffix != ".md":
            continue
        for line, text in file.lines():
            for target in _LINK.findall(text):
                if _resolve(file.folder, target) not in known:
                    yield Finding(file.path, line, f"links to {target}, which is not there", "mend the link")


def _resolve(folder: str, target: str) -> str:
    parts: list[str] = []
    for part in (*PurePosixPath(folder).parts, *PurePosixPath(target).parts):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "."
