# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A report of the conformance suite on one back-end, in the form that is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LEVELS = ("must", "should", "robust")
PASSED, FAILED, NOT_APPLICABLE, NOT_RUN = "passed", "failed", "not applicable", "not run"


@dataclass(frozen=True)
class Case:
    """What became of a case on one kind of ring. What was done is kept if it failed."""

    name: str
    level: str
    clause: str
    requirement: str
    ring: str
    outcome: str
    reason: str = ""
    did: tuple[str, ...] = ()
    came_back: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        return self.outcome in (PASSED, NOT_APPLICABLE)


@dataclass(frozen=True)
class Report:
    """What became of all cases."""

    title: str  # the head of a column
    back_end: str  # the program and its version
    command: str
    suite: str
    bus: str
    features: int
    protocol_features: int
    notes: Sequence[str]
    cases: Sequence[Case]

    def failures(self) -> list[Case]:
        return [case for case in self.cases if not case.conforms]

    def count(self, level: str, *outcomes: str) -> int:
        return sum(case.level == level and case.outcome in outcomes for case in self.cases)


def from_suite(told: Mapping[str, Any], title: str, back_end: str, command: str) -> Report:
    """A report as the suite writes it, without what differs from run to run: times, and the socket."""

    def anywhere(text: str) -> str:
        return text.replace(str(told["socket"]), "SOCKET")

    def lines(case: Mapping[str, Any], member: str) -> tuple[str, ...]:
        return tuple(anywhere(line) for line in case[member]) if case["outcome"] == FAILED else ()

    cases = [
        Case(
            name=case["name"],
            level=case["level"],
            clause=case["clause"],
            requirement=case["requirement"],
            ring=case["ring"],
            outcome=case["outcome"],
            reason=anywhere(case["reason"]),
            did=lines(case, "did"),
            came_back=lines(case, "came_back"),
        )
        for case in told["cases"]
    ]
    return Report(
        title=title,
        back_end=back_end,
        command=command,
        suite=f"{told['suite']} {told['version']}",
        bus=told["bus"],
        features=told["features"],
        protocol_features=told["protocol_features"],
        notes=[anywhere(note) for note in told["notes"]],
        cases=cases,
    )


def to_json(report: Report) -> str:
    """In the form of a file."""
    return json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n"


def read(path: Path) -> Report:
    """What `to_json` made."""
    told = json.loads(path.read_text())
    cases = [
        Case(**{**case, "did": tuple(case["did"]), "came_back": tuple(case["came_back"])})
        for case in told["cases"]
    ]
    return Report(**{**told, "cases": cases})
