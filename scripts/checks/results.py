# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Reads the JUnit files that ctest and pytest write."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from checks.outcome import Row


@dataclass(frozen=True)
class Failure:
    """A test that failed, and what it printed."""

    name: str
    output: str


def read_junit(path: Path, name: str) -> Row:
    """The counts in a JUnit file, as a row of the summary."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        # ctest says "notrun" both for a test that skipped itself and for one that could not be started.
        if _has_failed(case):
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return Row(name, passed, failed, skipped)


def read_failures(path: Path) -> list[Failure]:
    """The failed tests in a JUnit file of ctest's."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return [Failure(c.get("name", ""), c.findtext("system-out", "")) for c in cases if _has_failed(c)]


def read_slowest(path: Path, count: int) -> list[str]:
    """The tests of a JUnit file that took longest, with their set-up, as lines for the user."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    timed = sorted(((float(case.get("time", "0")), case) for case in cases), key=lambda pair: -pair[0])
    return [f"{time:6.1f} s  {case.get('classname')}.{case.get('name')}" for time, case in timed[:count]]


def _has_failed(case: ElementTree.Element) -> bool:
    return case.find("failure") is not None or case.find("error") is not None
