# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Goes through the steps; one that fails does not keep the others from running."""

from __future__ import annotations

from collections.abc import Sequence

from checks.outcome import Row, StepFailed
from checks.report import Report
from checks.steps import Step
from checks.workspace import Workspace


def run_steps(steps: Sequence[Step], workspace: Workspace, report: Report) -> None:
    unusable: set[str] = set()
    for step in steps:
        report.begin(step.name)
        broken = [name for name in step.needs if name in unusable]
        if broken:
            unusable.add(step.name)
            report.end([Row.check(step.name, False, f"not run: {broken[0]} failed")])
            continue
        try:
            rows = step.run(workspace)
        except StepFailed as failure:
            unusable.add(step.name)
            rows = [Row.check(step.name, False, str(failure))]
        report.end(rows)
