# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs tests/bench/paths under callgrind, and reads what it counted."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from callgrind.baseline import Counts

# Whatever happens once, such as the first use of a function in a library, is in both and cancels out.
FEW, MANY = 2048, 4096
# tests/bench/paths/counted_service.hpp
COUNTED_FUNCTION = "counted_service"

# "12,345 ( 6.78%)  file.cpp:name(arguments) [/path/of/the/program]"
_ANNOTATED = re.compile(r"^\s*([\d,]+) \([\s\d.]+%\)\s+(\S.*)$")
_OBJECT = re.compile(r" \[[^\]]*\]$")
_RECURSION = re.compile(r"'\d+$")
_TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class CannotCount(Exception):
    """A program fails, or says something else than is expected; the text says which and what."""


@dataclass(frozen=True)
class Program:
    """vhost-device-paths, as it describes itself."""

    executable: Path
    compiler: str = ""
    architecture: str = ""
    paths: Sequence[str] = field(default_factory=list)


def describe(executable: Path) -> Program:
    lines = [line.split(": ", 1) for line in _output([str(executable), "--describe"]).splitlines()]
    single = dict(lines)
    paths = [value for name, value in lines if name == "path"]
    return Program(executable, single["compiler"], single["architecture"], paths)


def count(program: Program, folder: Path) -> Counts:
    """Instructions per transaction of every path. What callgrind writes goes to `folder`."""
    runs = [(path, number) for path in program.paths for number in (FEW, MANY)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        totals = dict(
            zip(runs, pool.map(lambda run: _totals(_record(program, run[0], run[1], folder)), runs))
        )
    return Counts(
        program.compiler,
        program.architecture,
        {path: (totals[path, MANY] - totals[path, FEW]) / (MANY - FEW) for path in program.paths},
    )


def costliest(program: Program, path: str, folder: Path, limit: int) -> list[tuple[str, float]]:
    """The functions of a path that take most instructions by themselves, and how many for a transaction."""
    profile = _record(program, path, MANY, folder)
    text = _output(["callgrind_annotate", "--auto=no", "--threshold=100", str(profile)])
    totals: defaultdict[str, int] = defaultdict(int)
    for line in text.splitlines():
        match = _ANNOTATED.match(line)
        if match and match[2] != "PROGRAM TOTALS":
            totals[_function(match[2])] += int(match[1].replace(",", ""))
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    return [(function, total / MANY) for function, total in ranked[:limit]]


def _function(text: str) -> str:
    """What is inlined is counted for the function that it is in, and told apart by its file only. A level of
    recursion is no function of its own."""
    return _RECURSION.sub("", _OBJECT.sub("", text).split(":", 1)[-1])


def _record(program: Program, path: str, number: int, folder: Path) -> Path:
    profile = folder / f"{path}-{number}.out"
    profile.unlink(missing_ok=True)
    options = [
        "--collect-atstart=no",
        f"--toggle-collect={COUNTED_FUNCTION}",
        f"--callgrind-out-file={profile}",
    ]
    _output(["valgrind", "-q", "--tool=callgrind", *options, str(program.executable), path, str(number)])
    return profile


def _totals(profile: Path) -> int:
    match = _TOTALS.search(profile.read_text())
    if not match or match[1] == "0":
        raise CannotCount(f"{profile}: callgrind counted nothing in {COUNTED_FUNCTION}")
    return int(match[1])


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotCount(f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise CannotCount(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
