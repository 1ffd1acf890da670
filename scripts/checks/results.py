# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Reads the JUnit files that ctest and pytest write."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from checks.outcome import Row


def read_junit(path: Path, name: str) -> Row:
    """The counts in a JUnit file, as a row of the summary."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        # ctest says "notrun" both for a test that skipped itself and for one that could not be started.
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return Row(name, passed, failed, skipped)
