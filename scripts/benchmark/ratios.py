# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Ratios of what was measured, round by round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmark.cases import Record

# By group, row and contender: the records of all rounds.
Table = Mapping[tuple[str, str, str], Sequence[Record]]


@dataclass(frozen=True)
class Metric:
    """A number of a record. `scale` makes the unit that is shown."""

    key: str
    title: str
    unit: str
    scale: float = 1.0
    more_is_better: bool = False


RATE = Metric("rate", "rate", "1000/s", 1e-3, more_is_better=True)
P50 = Metric("latency_p50_ns", "p50", "µs", 1e-3)
P99 = Metric("latency_p99_ns", "p99", "µs", 1e-3)
P999 = Metric("latency_p999_ns", "p99.9", "µs", 1e-3)
CPU = Metric("daemon_cpu_ns_per_transaction", "processor time", "ns", 1.0)
CPU_TOTAL = Metric("daemon_cpu_ns", "processor time in all", "ms", 1e-6)
RSS = Metric("daemon_rss_kib", "resident memory", "KiB")
RSS_OWN = Metric("daemon_rss_own_kib", "of which its own", "KiB")
START_UP = Metric("start_up_ns", "time", "ms", 1e-6)
CONNECT = Metric("connect_to_ready_ns", "connect to ready", "µs", 1e-3)
PER_GUEST = Metric("kib_per_guest", "per further guest", "KiB")


@dataclass(frozen=True)
class Spread:
    """Minimum, median and maximum over the rounds."""

    low: float
    median: float
    high: float


def tabulate(records: Iterable[Record]) -> dict[tuple[str, str, str], list[Record]]:
    table: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        case = record.case
        table.setdefault((case.group, case.row, case.contender), []).append(record)
    return table


def spread(values: Iterable[float]) -> Spread | None:
    """Nothing when there are no values."""
    found = list(values)
    if not found:
        return None
    return Spread(min(found), statistics.median(found), max(found))


def by_round(records: Iterable[Record], metric: Metric) -> dict[int, float]:
    """The values of one metric in the rounds that had no problem."""
    return {
        record.round: float(record.values[metric.key]) * metric.scale
        for record in records
        if not record.problem and metric.key in record.values
    }


def ratio(ours: Iterable[Record], other: Iterable[Record], metric: Metric) -> Spread | None:
    """Ours by the other's, each round by itself, in which they met the same machine. Nothing when there is
    no round in which both were measured without a problem."""
    return ratio_of(by_round(ours, metric), by_round(other, metric))


def ratio_of(ours: Mapping[int, float], other: Mapping[int, float]) -> Spread | None:
    common = [number for number in ours if other.get(number)]
    return spread(ours[number] / other[number] for number in common)


def combined(
    first: Mapping[int, float], second: Mapping[int, float], how: Callable[[float, float], float]
) -> dict[int, float]:
    """A number made of two, round by round."""
    return {number: how(value, second[number]) for number, value in first.items() if number in second}


def verdict(found: Spread | None, metric: Metric) -> str:
    """ "ahead" or "behind" by the median."""
    if found is None:
        return ""
    ahead = found.median >= 1 if metric.more_is_better else found.median <= 1
    return "ahead" if ahead else "behind"


def problems(records: Iterable[Record]) -> list[str]:
    """What went wrong, each once."""
    return list(dict.fromkeys(record.problem for record in records if record.problem))
