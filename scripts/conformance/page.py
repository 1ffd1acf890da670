# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The page that has the reports side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.reports import FAILED, LEVELS, NOT_APPLICABLE, NOT_RUN, PASSED, Case, Report

INTRODUCTION = """\
<!-- Written by scripts/conformance-report, from the JSON files beside it. -->
# Conformance, side by side

What [`vhost-device-i2c-conformance`](../CONFORMANCE.md) says of this project's daemon and of its peer,
rust-vmm's `vhost-device-i2c`. The suite is the front-end and the driver at the other end of the socket, and
treats all alike. The simulated bus is the daemon's own. Over `/dev/i2c-N` both have the same adapter: a
[preloaded library](../../tests/support/i2c_stand_in.cpp) that answers from memory, with an EEPROM. Over an
adapter of a kernel, by real ioctls, the daemon runs
[the same cases in the test guest](../../tests/e2e/linux/test_conformance.py).

    scripts/conformance-report

runs all of this page's again, and writes it. rust-vmm's program is built with the libraries of its lock
file. With vhost-user-backend 0.10.1 instead of 0.10.0, which `cargo install` takes when it is not told
`--locked`, it passes `ring/wrap` and `life/guest-reset` besides. This is one run: what hangs on a race may
end otherwise in another, as rust-vmm's `life/waiting-while-disabled` does.
"""

HOW_TO_READ = """\
A case is run on split rings and, where the back-end offers them, on packed ones; where the two differ, both
are given. "n/a": the back-end does not offer what the case is about, and need not. A dash: it has no such
ring. The [levels](../CONFORMANCE.md#reading-it) "must" and "should" are the specifications'; "robust" is
about drivers and front-ends that break the rules, for which the specifications demand nothing.
"""

SHORT = {PASSED: "pass", FAILED: "**fail**", NOT_APPLICABLE: "n/a", NOT_RUN: "**not run**"}


def page(reports: Sequence[Report]) -> str:
    """The whole page, in Markdown. The first report says which cases there are, and in which order."""
    parts = [
        INTRODUCTION,
        _back_ends(reports),
        "## Totals\n\nOf the cases that apply:\n\n" + _totals(reports),
        "## Case by case\n\n" + HOW_TO_READ + "\n" + _cases(reports),
        "## What failed, and why\n\n" + "\n".join(_failures(report) for report in reports),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _back_ends(reports: Sequence[Report]) -> str:
    rows = [
        ["program", *(report.back_end for report in reports)],
        ["started as", *(f"`{report.command}`" for report in reports)],
        ["tested by", *(report.suite for report in reports)],
        ["bus", *(report.bus for report in reports)],
        ["offers features", *(f"`{report.features:#x}`" for report in reports)],
        ["and protocol features", *(f"`{report.protocol_features:#x}`" for report in reports)],
    ]
    return _table(["", *(report.title for report in reports)], rows)


def _totals(reports: Sequence[Report]) -> str:
    return _table(
        ["level", *(report.title for report in reports)],
        [[level, *(_total(report, level) for report in reports)] for level in LEVELS],
    )


def _total(report: Report, level: str) -> str:
    passed = report.count(level, PASSED)
    applicable = report.count(level, PASSED, FAILED, NOT_RUN)
    return f"{passed} of {applicable} passed"


def _cases(reports: Sequence[Report]) -> str:
    by_name = [_by_name(report) for report in reports]
    every = {name: cases for cases_of in reversed(by_name) for name, cases in cases_of.items()}
    # In the order of the first; what only others were run on comes behind.
    order = [*by_name[0], *(name for name in every if name not in by_name[0])]
    rows = []
    for name in order:
        case = every[name][0]
        outcomes = [_outcome(cases.get(name, [])) for cases in by_name]
        rows.append([f"`{name}`", case.level, case.clause, case.requirement, *outcomes])
    return _table(["case", "level", "clause", "a back-end", *(report.title for report in reports)], rows)


def _by_name(report: Report) -> Mapping[str, Sequence[Case]]:
    cases: dict[str, list[Case]] = {}
    for case in report.cases:
        cases.setdefault(case.name, []).append(case)
    return cases


def _outcome(cases: Sequence[Case]) -> str:
    """A cell: the outcome on all kinds of rings, or on each."""
    if not cases:
        return "\u2013"
    outcomes = {SHORT[case.outcome] for case in cases}
    if len(outcomes) == 1:
        return outcomes.pop()
    return ", ".join(f"{case.ring}: {SHORT[case.outcome]}" for case in cases)


def _failures(report: Report) -> str:
    heading = f"### {report.title}: {report.back_end}\n\n"
    failures = report.failures()
    if not failures:
        return heading + "Nothing.\n"
    rows = [[f"`{case.name}`", case.ring, case.level, case.reason] for case in failures]
    return heading + _table(["case", "ring", "level", "why"], rows)
