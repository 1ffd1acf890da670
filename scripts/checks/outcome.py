# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a step comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the summary: a kind of test, or a check that counts as one."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    note: str = ""

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.skipped

    @staticmethod
    def check(name: str, ok: bool, note: str = "") -> Row:
        """A check that has no tests to count."""
        return Row(name, passed=int(ok), failed=int(not ok), note=note)


class StepFailed(Exception):
    """A step cannot go on; the text is one line for the user, its log has been shown."""
