# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""scripts/instructions compares as it says."""

from __future__ import annotations

import json

import pytest
from callgrind.baseline import Counts, Verdict, compare, from_json, remarks, table, to_json
from tree import ROOT


def counts(per_transaction: dict[str, float], compiler: str = "GCC 12.2.0") -> Counts:
    return Counts(compiler, "x86_64", per_transaction)


def verdicts(before: Counts, now: Counts) -> dict[str, Verdict]:
    return {row.path: row.verdict for row in compare(before, now)}


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (1000.0, Verdict.SAME),
        (1020.0, Verdict.SAME),
        (1020.1, Verdict.MORE),
        (980.0, Verdict.SAME),
        (979.9, Verdict.FEWER),
    ],
)
def test_two_percent_are_tolerated(now: float, verdict: Verdict) -> None:
    assert verdicts(counts({"a": 1000.0}), counts({"a": now})) == {"a": verdict}


def test_more_fails_with_path_numbers_and_remedy() -> None:
    before, now = counts({"a": 1000.0, "b": 7.0}), counts({"a": 1100.0, "b": 7.0})

    (text,) = remarks(before, now, compare(before, now))

    assert Verdict.MORE.fails
    assert "a: 1000.0 instructions per transaction before, 1100.0 now" in text
    assert "scripts/instructions --write" in text


def test_fewer_passes_and_asks_for_a_new_baseline() -> None:
    before, now = counts({"a": 1000.0, "b": 7.0}), counts({"a": 900.0, "b": 7.0})

    (text,) = remarks(before, now, compare(before, now))

    assert not Verdict.FEWER.fails
    assert text.endswith(": a")
    assert "scripts/instructions --write" in text


def test_paths_of_one_side_only_fail() -> None:
    before, now = counts({"old": 1.0}), counts({"new": 1.0})

    texts = remarks(before, now, compare(before, now))

    assert verdicts(before, now) == {"new": Verdict.NEW, "old": Verdict.GONE}
    assert Verdict.NEW.fails
    assert Verdict.GONE.fails
    assert [text.split(":")[0] for text in texts] == [
        "new is not in the baseline",
        "old is in the baseline only",
    ]


def test_other_compiler_is_not_compared() -> None:
    before, now = counts({"a": 1000.0}), counts({"a": 9000.0}, compiler="Clang 14.0.6")

    (text,) = remarks(before, now, compare(before, now))

    assert not Verdict.OTHER.fails
    assert verdicts(before, now) == {"a": Verdict.OTHER}
    assert "the baseline is for GCC 12.2.0, x86_64, this build is Clang 14.0.6, x86_64" in text


def test_nothing_is_said_when_all_is_the_same() -> None:
    same = counts({"a": 1000.0})

    assert remarks(same, same, compare(same, same)) == []


def test_table_has_both_numbers_and_the_change() -> None:
    lines = table(compare(counts({"a": 1000.0}), counts({"a": 1100.0, "b": 5.0}))).splitlines()

    assert lines[1].split() == ["a", "1000.0", "1100.0", "+10.0%", "MORE"]
    assert lines[2].split() == ["b", "-", "5.0", "NEW"]


def test_baseline_comes_back_as_it_was_written() -> None:
    before = counts({"a": 1000.1, "b": 7.0})

    assert from_json(to_json(before)) == before


def test_baseline_of_the_tree_has_the_paths_of_the_program() -> None:
    baseline = from_json((ROOT / "tests" / "bench" / "instructions.json").read_text())
    source = (ROOT / "tests" / "bench" / "paths" / "path.hpp").read_text()

    assert len(baseline.per_transaction) == 6
    assert all(json.dumps(path) in source for path in baseline.per_transaction)
