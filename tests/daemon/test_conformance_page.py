# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The page with the conformance reports side by side: how it is made, and that it is not out of date."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conformance_report import listed
from daemon_process import Daemons

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from conformance.page import page  # noqa: E402 (needs the path above)
from conformance.reports import Case, Report, from_suite, read, to_json  # noqa: E402
from conformance.running import BackEnd, CannotReport, report_on  # noqa: E402

DOCS = ROOT / "docs" / "conformance"
REPORTS = ("ours", "ours-linux", "peer")
REMEDY = "run scripts/conformance-report and commit what it writes"
RUN_LIMIT_S = 60.0


def case(name: str, outcome: str = "passed", *, ring: str = "split", level: str = "must") -> Case:
    reason = "it is broken" if outcome == "failed" else ""
    return Case(name, level, "VIRTIO 1.3, 2.7", "Does as it is told.", ring, outcome, reason)


def report(title: str, cases: Sequence[Case]) -> Report:
    return Report(
        title, f"{title} 1.2", "program --socket-path=PATH", "suite 0.1", "EEPROM", 0x13, 1, [], cases
    )


def row(text: str, first: str) -> list[str]:
    """The cells of the first row that begins with `first`, without that one."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


# ---- how it is made


def test_case_has_a_column_for_each_back_end() -> None:
    text = page([report("a", [case("x/y")]), report("b", [case("x/y", "failed")])])
    assert row(text, "case") == ["level", "clause", "a back-end", "a", "b"]
    assert row(text, "`x/y`") == ["must", "VIRTIO 1.3, 2.7", "Does as it is told.", "pass", "**fail**"]


def test_rings_are_told_apart_only_where_they_differ() -> None:
    same = [case("x/same"), case("x/same", ring="packed")]
    other = [case("x/other"), case("x/other", "failed", ring="packed")]
    text = page([report("a", [*same, *other])])
    assert row(text, "`x/same`")[-1] == "pass"
    assert row(text, "`x/other`")[-1] == "split: pass, packed: **fail**"


def test_case_that_a_back_end_was_not_run_on_has_a_dash() -> None:
    text = page([report("a", [case("x/y", ring="packed")]), report("b", [case("x/z")])])
    assert row(text, "`x/y`")[-2:] == ["pass", "\u2013"]
    assert row(text, "`x/z`")[-2:] == ["\u2013", "pass"]


def test_totals_are_of_the_cases_that_apply() -> None:
    cases = [
        case("x/1"),
        case("x/2", "failed"),
        case("x/3", "not applicable"),
        case("x/4", "not run"),
        case("x/5", level="robust"),
    ]
    text = page([report("a", cases)])
    assert row(text, "must") == ["1 of 3 passed"]
    assert row(text, "should") == ["0 of 0 passed"]
    assert row(text, "robust") == ["1 of 1 passed"]


def test_what_failed_has_its_reason() -> None:
    text = page([report("a", [case("x/y")]), report("b", [case("x/y", "failed")])])
    failed = text.split("## What failed, and why")[1]
    assert "### a: a 1.2\n\nNothing." in failed
    assert row(failed, "`x/y`") == ["split", "must", "it is broken"]


def test_bar_in_a_reason_does_not_end_its_cell() -> None:
    text = page([report("a", [replace(case("x/y", "failed"), reason="a | b")])])
    assert "| a \\| b |" in text


def test_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = report("a", [case("x/y"), replace(case("x/z", "failed"), did=("a",), came_back=("b",))])
    (tmp_path / "a.json").write_text(to_json(written))
    assert read(tmp_path / "a.json") == written


def told_case(**members: Any) -> dict[str, Any]:
    usual = {
        "name": "x/y", "level": "must", "clause": "c", "requirement": "r", "ring": "split", "area": "x",
        "outcome": "failed", "reason": "/run/s: closed", "seconds": 1.5, "did": ["go to /run/s"],
        "came_back": [],
    }  # fmt: skip
    return {**usual, **members}


def test_report_keeps_nothing_that_differs_from_run_to_run() -> None:
    told = {
        "socket": "/run/s", "suite": "suite", "version": "0.1", "bus": "EEPROM", "features": 1,
        "protocol_features": 2, "notes": ["/run/s is slow"],
        "cases": [told_case(), told_case(outcome="passed")],
    }  # fmt: skip
    kept = from_suite(told, "a", "a 1.2", "command")
    assert kept.suite == "suite 0.1"
    assert kept.notes == ["SOCKET is slow"]
    assert kept.cases[0].reason == "SOCKET: closed"
    assert (kept.cases[0].did, kept.cases[1].did) == (("go to SOCKET",), ())
    assert "seconds" not in to_json(kept)


def test_program_that_ends_at_once_is_said_with_its_output(tmp_path: Path) -> None:
    back_end = BackEnd("a", Path("/bin/ls"), "nobody", ["--no-such-option"])
    with pytest.raises(CannotReport, match=r"(?s)ended with status 2.*socket-path"):
        report_on(back_end, Path("/bin/true"), tmp_path)


# ---- what is committed


@pytest.fixture
def suite(daemon_program: Path) -> Path:
    return daemon_program.parents[1] / "tests" / "conformance" / "vhost-device-i2c-conformance"


@pytest.fixture
def committed() -> dict[str, Report]:
    return {name: read(DOCS / f"{name}.json") for name in REPORTS}


def test_page_is_what_is_made_of_the_reports_beside_it(committed: dict[str, Report]) -> None:
    assert (DOCS / "README.md").read_text() == page(list(committed.values())), REMEDY


def test_reports_have_the_cases_of_the_suite(suite: Path, committed: dict[str, Report]) -> None:
    listing = subprocess.run([suite, "--list"], capture_output=True, check=True, text=True).stdout
    names = {name: {case.name for case in report.cases} for name, report in committed.items()}
    assert names["ours"] == names["ours-linux"] == set(listed(listing)), REMEDY
    # Some cases are about packed rings only.
    assert names["peer"] == {case.name for case in committed["ours"].cases if case.ring == "split"}, REMEDY


@pytest.mark.parametrize("name", ["ours", "ours-linux"])
def test_daemon_failed_nothing(committed: dict[str, Report], name: str) -> None:
    assert committed[name].failures() == []
    assert {case.ring for case in committed[name].cases} == {"split", "packed"}


def test_reports_are_of_a_daemon_that_offers_what_this_one_does(
    suite: Path, daemons: Daemons, board: Path, tmp_path: Path, committed: dict[str, Report]
) -> None:
    daemons.serve(tmp_path / "vi2c.sock", board)
    told = tmp_path / "report.json"
    subprocess.run(
        [suite, tmp_path / "vi2c.sock", "--only=negotiation/version-1", f"--json={told}"],
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=RUN_LIMIT_S,
    )
    offered = json.loads(told.read_text())
    ours = committed["ours"]
    assert (ours.features, ours.protocol_features) == (offered["features"], offered["protocol_features"]), (
        REMEDY
    )
    assert ours.suite == f"{offered['suite']} {offered['version']}", REMEDY
    version = daemons.run("--version").stdout.strip()
    assert ours.back_end == f"{version} (this project)", REMEDY
