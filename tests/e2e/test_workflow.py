# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""examples/github-actions/driver-test.yml: what GitHub would run on the tutorial's project, as far as it can
run here.

Left out are the step that installs Debian's packages, of which the list is compared with the tree's, and the
tests that boot a virtual machine, which test_tutorial.py runs. The guest is the one of this machine instead
of one below the workspace. pip is as in test_tutorial.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tutorial
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / "examples" / "github-actions" / "driver-test.yml"
PACKAGES = ROOT / "scripts" / "lib" / "packages-demo.txt"
NOT_NEEDED = {"ccache"}  # it would be of use for a second build, and there is none
LIMIT_S = 200


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text())
    return parsed


@pytest.fixture(scope="module")
def steps(workflow: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Those that have a name, by that."""
    return {step["name"]: step for step in workflow["jobs"]["driver-test"]["steps"] if "name" in step}


def test_tutorial_shows_this_workflow() -> None:
    assert tutorial.files()[".github/workflows/driver-test.yml"] == WORKFLOW.read_text()


def test_packages_are_those_that_the_build_and_the_guest_need(steps: dict[str, dict[str, Any]]) -> None:
    installed = set(steps["Install Debian's packages"]["run"].split())
    needed = {line for line in PACKAGES.read_text().splitlines() if not line.startswith("#")}
    assert needed - NOT_NEEDED - installed == set()


def test_cache_holds_the_guest(workflow: dict[str, Any], steps: dict[str, dict[str, Any]]) -> None:
    assert workflow["env"]["XDG_CACHE_HOME"] == "${{ github.workspace }}/.cache"
    assert steps["Keep the guest from run to run"]["with"]["path"] == ".cache/vhost-device"


def test_steps_pass_on_the_tutorials_project(steps: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    for name, text in tutorial.files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    names = ("Install the package", "Build the guest", "Test the driver")
    # As a runner does it in a container: each step by a shell of its own.
    printed = [
        tutorial.run(
            "sh -e",
            tutorial.runnable(steps[name]["run"]),
            tmp_path,
            LIMIT_S,
            PYTEST_ADDOPTS="--ignore=test_linux.py",
        )
        for name in names
    ]
    assert "11 passed" in printed[-1]
