# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What is made of measurements."""

from __future__ import annotations

from typing import Any

import pytest
from benchmark import plan, ratios
from benchmark.cases import OURS, PEER, Case, Record
from benchmark.measuring import order, wrong_answers
from benchmark.ratios import CPU, RATE, Spread
from benchmark.results_page import Run, page
from benchmark.targets import all_targets

ROW = "write2, depth 64, two cores"


def record(contender: str, number: int, problem: str = "", **values: Any) -> Record:
    return Record(Case(plan.SAME_BUS, ROW, contender), number, values, problem)


def rounds(contender: str, *rates: float) -> list[Record]:
    return [record(contender, number, rate=rate) for number, rate in enumerate(rates, 1)]


def test_ratio_is_that_of_each_round() -> None:
    found = ratios.ratio(rounds(OURS, 30.0, 10.0, 80.0), rounds(PEER, 10.0, 5.0, 20.0), RATE)
    assert found == Spread(2.0, 3.0, 4.0)


def test_round_with_a_problem_on_either_side_has_no_ratio() -> None:
    ours = [*rounds(OURS, 30.0), record(OURS, 2, "it ended", rate=1.0)]
    peer = [*rounds(PEER, 10.0, 1.0), record(PEER, 3, rate=1.0)]
    assert ratios.ratio(ours, peer, RATE) == Spread(3.0, 3.0, 3.0)


def test_nothing_measured_has_no_ratio_and_no_verdict() -> None:
    found = ratios.ratio([record(OURS, 1, "it ended")], rounds(PEER, 1.0), RATE)
    assert found is None
    assert ratios.verdict(found, RATE) == ""


@pytest.mark.parametrize(
    ("metric", "median", "expected"),
    [(RATE, 1.1, "ahead"), (RATE, 0.9, "behind"), (CPU, 1.1, "behind"), (CPU, 0.9, "ahead")],
)
def test_verdict_heeds_what_is_better(metric: ratios.Metric, median: float, expected: str) -> None:
    assert ratios.verdict(Spread(median, median, median), metric) == expected


def test_rate_is_shown_in_its_unit() -> None:
    assert ratios.by_round(rounds(OURS, 2500.0), RATE) == {1: 2.5}


def test_target_is_met_by_the_median() -> None:
    table = ratios.tabulate([*rounds(OURS, 4.0, 5.0, 6.0), *rounds(PEER, 1.0, 1.0, 1.0)])
    target = next(iter(all_targets(table)))
    assert (target.found, target.is_met) == (Spread(4.0, 5.0, 6.0), True)


def test_target_that_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {target.is_met for target in all_targets({})} == {None}


def test_page_has_ratio_verdict_and_what_failed() -> None:
    records = [
        *rounds(OURS, 3000.0, 4000.0),
        *rounds(PEER, 1000.0, 1000.0),
        Record(Case(plan.SAME_BUS, "read32", OURS), 1, {"rate": 1.0}),
        Record(Case(plan.SAME_BUS, "read32", PEER), 1, {"rate": 1.0}, "wrong answers: status of 3"),
    ]
    text = page(Run("scripts/bench", "today", 2, 0.2, {"processor": "a"}, {"peer": "b"}, records))
    assert f"| {ROW} | rate, 1000/s | 3.5 | 1 | 3.5 (3 to 4) | ahead |" in text
    assert "| read32 | rate, 1000/s | 0.001 | wrong answers: status of 3 | - |  |" in text


def test_wrong_answers_are_told_by_their_kind() -> None:
    assert wrong_answers({"wrong_status": 2, "wrong_data": 1}) == "wrong answers: status of 2, data of 1"
    assert wrong_answers({"came_through": False}) == "wrong answers: what was written is not there"
    assert wrong_answers({"rate": 1.0}) == ""


def test_contenders_of_a_row_stay_together_and_take_turns() -> None:
    cases = list(plan.same_bus())
    first, second = (
        [case.contender for case in order(cases, number) if case.row == ROW] for number in (1, 2)
    )
    assert (first, second) == ([OURS, PEER], [PEER, OURS])
    rows = [case.row for case in order(cases, 1)]
    assert all(rows[index] == rows[index + 1] for index in range(0, len(rows), 2))
    assert sorted(rows) == sorted(case.row for case in cases)


def test_smoke_run_has_every_kind_of_daemon_and_tool() -> None:
    chosen = [case for case in plan.all_cases(polls=True, idle_s=1.0) if plan.quick(case)]
    everything = list(plan.all_cases(polls=True, idle_s=1.0))
    assert {case.tool for case in chosen} == {case.tool for case in everything}
    assert {case.setup.kind for case in chosen if case.setup} == {
        case.setup.kind for case in everything if case.setup
    }
