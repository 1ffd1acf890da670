# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs a folder of pytest tests."""

from __future__ import annotations

from collections.abc import Sequence

from checks.outcome import Row, StepFailed
from checks.results import read_junit, read_slowest
from checks.workspace import Workspace


def run_pytest(
    workspace: Workspace, name: str, *paths: str, options: Sequence[str] = (), slowest: int = 0
) -> Row:
    """Runs the tests in files and folders, and shows the slowest. No test at all is a failure."""
    results = workspace.logs / f"{name}.xml"
    results.unlink(missing_ok=True)
    command = [
        workspace.python,
        "-m",
        "pytest",
        *paths,
        *options,
        f"--junitxml={results}",
        "-rfEs",
        "--tb=short",
        "--color=no",
    ]
    status = workspace.status(command, name, f"{name} tests")
    if not results.exists():
        raise StepFailed(f"{name}: pytest ended with status {status}")
    row = read_junit(results, name)
    if status != 0 and not row.failed:
        raise StepFailed(f"{name}: pytest ended with status {status}")
    if slowest:
        workspace.show_slowest(read_slowest(results, slowest))
    return row
