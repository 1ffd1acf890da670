# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Builds a preset and runs its C++ tests."""

from __future__ import annotations

from collections.abc import Sequence

from checks.outcome import Row, StepFailed
from checks.results import read_failures, read_junit
from checks.workspace import Workspace


def build(
    workspace: Workspace, preset: str, settings: Sequence[str] = (), launcher: Sequence[str] = ()
) -> None:
    """Configures and builds. StepFailed if either fails."""
    log = f"{preset}-build"
    workspace.run(["cmake", "--preset", preset, *settings], log, f"configuring {preset}")
    # Tests are listed by running them, so the launcher is needed here, too.
    command = [*launcher, "cmake", "--build", "--preset", preset, "-j", str(workspace.jobs)]
    workspace.run(command, log, f"building {preset}", append=True)


def run_tests(workspace: Workspace, preset: str, name: str, label: str, launcher: Sequence[str] = ()) -> Row:
    """Runs the tests of a preset whose labels match `label`. No test at all is a failure."""
    log = f"{preset}-{label.strip('^$')}" if label else preset
    results = workspace.logs / f"{log}.xml"
    results.unlink(missing_ok=True)
    command = [*launcher, "ctest", "--preset", preset, "--output-junit", str(results), "--no-tests=error"]
    command += ["-j", str(workspace.jobs), *(("-L", label) if label else ())]
    status = workspace.status(command, log, f"{name} tests", show=False)
    row = read_junit(results, name) if results.exists() else Row(name)
    if row.failed:
        workspace.show_failures(read_failures(results), log)
    elif status != 0 or not row.total:
        raise StepFailed(f"{name}: ctest ended with status {status} ({workspace.log(log)})")
    return row
