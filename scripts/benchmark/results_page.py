# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The results as a page in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark import plan, ratios, targets
from benchmark.cases import OURS, PEER, Record
from benchmark.ratios import Metric, Spread, Table

_LICENSE = "<!-- SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause -->"


_INTRODUCTION = """Made by `scripts/bench`; [BENCHMARK.md](../BENCHMARK.md) says what each row means. Ratios
are those of each round by itself: the median, with minimum and maximum in brackets."""


@dataclass(frozen=True)
class Run:
    """A run of the benchmark, as it is reported."""

    command: str
    date: str
    rounds: int
    seconds: float
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    records: Sequence[Record]


@dataclass(frozen=True)
class Comparison:
    """A table: two contenders of a group, by some metrics."""

    group: str
    ours: str
    other: str
    metrics: tuple[Metric, ...]


_LOAD = (ratios.RATE, ratios.P50, ratios.P99, ratios.P999, ratios.CPU)
COMPARISONS = (
    Comparison(plan.SAME_BUS, OURS, PEER, _LOAD),
    Comparison(plan.GUEST_NUMBER, OURS, PEER, _LOAD),
    Comparison(plan.LIFE, OURS, PEER, (ratios.START_UP, ratios.CONNECT, ratios.RSS, ratios.RSS_OWN)),
    Comparison(plan.IDLE, OURS, PEER, (ratios.CPU_TOTAL,)),
)
WITHIN = (
    Comparison(plan.SIMULATED, "ours, packed", OURS, (ratios.RATE, ratios.P50, ratios.CPU)),
    Comparison(plan.CHIPS, "112 chips", "2 chips", (ratios.RATE, ratios.P50, ratios.CPU)),
    Comparison(plan.PYTHON, "by message", "C++", (ratios.RATE, ratios.P50, ratios.CPU)),
    Comparison(plan.PYTHON, "by byte", "C++", (ratios.RATE, ratios.P50, ratios.CPU)),
)


def page(run: Run) -> str:
    """All of it."""
    table = ratios.tabulate(run.records)
    parts = [
        f"{_LICENSE}\n\n# Results of the benchmark",
        _INTRODUCTION,
        _about(run),
        "## Targets\n\n" + _targets(table),
        "## Ours and the peer\n\n" + _score(table),
        *(_comparison(table, comparison, judged=True) for comparison in COMPARISONS),
        "## The kernel's limit of messages\n\n" + _limit(table),
        "## Within ours\n",
        *(_comparison(table, comparison, judged=False) for comparison in WITHIN),
        "### Python's part\n\n" + _python(table),
        *(_single(table, group) for group in (plan.POLLING, plan.FLOORS, plan.IDLE)),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _about(run: Run) -> str:
    rows = {
        "command": f"`{run.command}`",
        "date": run.date,
        "rounds": f"{run.rounds}, of {run.seconds:g} s each",
        **run.machine,
        **run.versions,
    }
    return _markdown(("", ""), ((key, value) for key, value in rows.items()))


def _targets(table: Table) -> str:
    words = {True: "met", False: "**not met**", None: "not measured"}
    rows = (
        (
            target.text,
            show(target.found),
            f"{'at least' if target.at_least else 'at most'} {target.bound:g}",
            words[target.is_met],
        )
        for target in targets.all_targets(table)
    )
    return _markdown(("target", "measured", "wanted", ""), rows)


def judged(table: Table) -> Iterator[tuple[str, str, Metric, Spread | None]]:
    """Every ratio of ours and the peer: group, row, metric and ratio."""
    for comparison in COMPARISONS:
        for row in _rows(table, comparison):
            ours = table[comparison.group, row, comparison.ours]
            other = table[comparison.group, row, comparison.other]
            for metric in comparison.metrics:
                if _has(ours, metric) and _has(other, metric):
                    yield comparison.group, row, metric, ratios.ratio(ours, other, metric)
    per_guest = memory_per_guest(table)
    if len(per_guest) == 2:
        found = ratios.ratio_of(per_guest[OURS], per_guest[PEER])
        yield plan.LIFE, "memory per further guest", ratios.PER_GUEST, found


def _score(table: Table) -> str:
    found = [(row, metric, ratio) for _, row, metric, ratio in judged(table)]
    behind = [
        f"- {row}: {metric.title} {show(ratio)}"
        for row, metric, ratio in found
        if ratios.verdict(ratio, metric) == "behind"
    ]
    text = f"{len(found)} ratios; ours is ahead, or level, in {len(found) - len(behind)} of them."
    lines = [text, "Behind:\n" + "\n".join(behind)] if behind else [text]
    per_guest = [
        f"{who} {show(ratios.spread(kib.values()))} KiB" for who, kib in memory_per_guest(table).items()
    ]
    if per_guest:
        lines.append(f"Memory per further guest: {', '.join(per_guest)}.")
    return "\n\n".join(lines)


def memory_per_guest(table: Table) -> dict[str, dict[int, float]]:
    """What each further guest adds to the resident memory, by contender and round."""
    found = {}
    for who in (OURS, PEER):
        one, many = (
            ratios.by_round(table.get((plan.LIFE, f"{number} guests connected", who), ()), ratios.RSS)
            for number in (1, 64)
        )
        if one and many:
            found[who] = ratios.combined(many, one, lambda all_of_them, first: (all_of_them - first) / 63)
    return found


def _comparison(table: Table, comparison: Comparison, *, judged: bool) -> str:
    def cells(row: str, metric: Metric) -> Iterator[str]:
        ours = table[comparison.group, row, comparison.ours]
        other = table[comparison.group, row, comparison.other]
        yield row
        yield f"{metric.title}, {metric.unit}"
        for records in (ours, other):
            yield _median(records, metric)
        found = ratios.ratio(ours, other, metric)
        yield show(found)
        if judged:
            yield ratios.verdict(found, metric)

    rows = [
        list(cells(row, metric))
        for row in _rows(table, comparison)
        for metric in comparison.metrics
        if any(_has(table[comparison.group, row, who], metric) for who in (comparison.ours, comparison.other))
    ]
    if not rows:
        return ""
    title = f"### {comparison.group}: {comparison.ours} and {comparison.other}"
    head = ["", "", comparison.ours, comparison.other, "ratio", *([""] if judged else [])]
    return f"{title}\n\n{_markdown(head, rows)}"


def _limit(table: Table) -> str:
    rows = []
    for (group, row, who), records in table.items():
        if group == plan.LIMIT:
            problems = ratios.problems(records)
            if problems:
                failed = sum(bool(record.problem) for record in records)
                rows.append((row, who, "-", f"{problems[0]} (in {failed} of {len(records)} rounds)"))
            else:
                rows.append((row, who, _median(records, ratios.RATE), "all answers are right"))
    return _markdown(("", "", "rate, 1000/s", "answers"), sorted(rows)) if rows else "Not measured."


def _python(table: Table) -> str:
    rows = (
        (work, by, show(targets.python_share(table, work, by)))
        for work in ("write2", "write1read2")
        for by in ("by message", "by byte")
    )
    head = ("depth 64", "", "time in the chip's own methods / processor time of a transaction")
    return _markdown(head, rows)


def _single(table: Table, group: str) -> str:
    metrics = (ratios.RATE, ratios.P50, ratios.P99, ratios.CPU, ratios.CPU_TOTAL)
    rows = [
        (row, who, f"{metric.title}, {metric.unit}", _median(records, metric))
        for (its_group, row, who), records in table.items()
        if its_group == group
        for metric in metrics
        if _has(records, metric) and (group == plan.IDLE) == (metric is ratios.CPU_TOTAL)
    ]
    return f"### {group}\n\n{_markdown(('', '', '', ''), rows)}" if rows else ""


def _rows(table: Table, comparison: Comparison) -> list[str]:
    ours, other = (
        [row for group, row, who in table if group == comparison.group and who == name]
        for name in (comparison.ours, comparison.other)
    )
    return sorted((row for row in ours if row in other), key=_natural)


def _natural(row: str) -> list[tuple[int, str]]:
    """So that 4 comes before 16."""
    return [(int(word), "") if word.isdigit() else (0, word) for word in row.replace(",", "").split()]


def _has(records: Iterable[Record], metric: Metric) -> bool:
    return any(metric.key in record.values for record in records)


def _median(records: Sequence[Record], metric: Metric) -> str:
    found = ratios.spread(ratios.by_round(records, metric).values())
    if found is not None:
        return f"{found.median:.3g}" if found.median < 1000 else f"{found.median:.0f}"
    return "; ".join(ratios.problems(records)) or "-"


def show(found: Spread | None) -> str:
    """Median, minimum and maximum."""
    if found is None:
        return "-"
    return f"{found.median:.3g} ({found.low:.3g} to {found.high:.3g})"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
