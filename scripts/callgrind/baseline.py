# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What was counted, and how it compares with what was counted before."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass

TOLERANCE = 0.02
WRITE = "scripts/instructions --write"


@dataclass(frozen=True)
class Counts:
    """Instructions per transaction for each path, and what they hold for."""

    compiler: str
    architecture: str
    per_transaction: Mapping[str, float]

    @property
    def holds_for(self) -> str:
        return f"{self.compiler}, {self.architecture}"


class Verdict(enum.Enum):
    """How a path compares with the baseline."""

    SAME = "ok"
    MORE = "MORE"
    FEWER = "fewer"
    NEW = "NEW"  # not in the baseline
    GONE = "GONE"  # in the baseline only
    OTHER = "not compared"  # the baseline is for another compiler or architecture

    @property
    def fails(self) -> bool:
        return self in (Verdict.MORE, Verdict.NEW, Verdict.GONE)


@dataclass(frozen=True)
class Comparison:
    path: str
    before: float | None
    now: float | None
    verdict: Verdict


def compare(before: Counts, now: Counts) -> list[Comparison]:
    """All paths, those of the baseline only at the end."""
    names = [
        *now.per_transaction,
        *(name for name in before.per_transaction if name not in now.per_transaction),
    ]
    return [_compare_path(name, before, now) for name in names]


def _compare_path(path: str, before: Counts, now: Counts) -> Comparison:
    old, new = before.per_transaction.get(path), now.per_transaction.get(path)
    return Comparison(path, old, new, _verdict(old, new, comparable=before.holds_for == now.holds_for))


def _verdict(old: float | None, new: float | None, *, comparable: bool) -> Verdict:
    if old is None:
        return Verdict.NEW
    if new is None:
        return Verdict.GONE
    if not comparable:
        return Verdict.OTHER
    if new > old * (1 + TOLERANCE):
        return Verdict.MORE
    return Verdict.FEWER if new < old * (1 - TOLERANCE) else Verdict.SAME


def table(comparisons: list[Comparison]) -> str:
    """Such as "split-write2   1654.0   1700.5   +2.8 %  MORE", with a heading."""
    width = max(len(row.path) for row in comparisons)
    lines = [f"{'instructions per transaction':{width}}  {'baseline':>10}  {'now':>10}  {'change':>8}"]
    width = max(width, len("instructions per transaction"))
    for row in comparisons:
        change = f"{row.now / row.before - 1:+.1%}" if row.before and row.now else ""
        line = f"{row.path:{width}}  {_number(row.before):>10}  {_number(row.now):>10}  {change:>8}"
        lines.append(f"{line}  {row.verdict.value}")
    return "\n".join(lines)


def remarks(before: Counts, now: Counts, comparisons: list[Comparison]) -> list[str]:
    """What there is to say about the comparison, a sentence each."""
    texts = [_remark(row) for row in comparisons if row.verdict.fails]
    if any(row.verdict is Verdict.OTHER for row in comparisons):
        texts.append(
            f"the baseline is for {before.holds_for}, this build is {now.holds_for}: nothing is compared"
        )
    fewer = [row.path for row in comparisons if row.verdict is Verdict.FEWER]
    if fewer:
        texts.append(f"better than the baseline, which should be renewed ({WRITE}): {', '.join(fewer)}")
    return texts


def _remark(row: Comparison) -> str:
    if row.verdict is Verdict.MORE:
        was = f"{_number(row.before)} instructions per transaction before, {_number(row.now)} now"
        return f"{row.path}: {was}, over {TOLERANCE:.0%} more; if that is meant: {WRITE}"
    where = "is not in the baseline" if row.verdict is Verdict.NEW else "is in the baseline only"
    return f"{row.path} {where}: {WRITE}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def to_json(counts: Counts) -> str:
    """The text of a baseline's file."""
    content = {
        "compiler": counts.compiler,
        "architecture": counts.architecture,
        "instructions_per_transaction": {k: round(v, 1) for k, v in counts.per_transaction.items()},
    }
    return json.dumps(content, indent=2) + "\n"


def from_json(text: str) -> Counts:
    """What `to_json` wrote. Throws ValueError or KeyError for anything else."""
    content = json.loads(text)
    return Counts(content["compiler"], content["architecture"], content["instructions_per_transaction"])
