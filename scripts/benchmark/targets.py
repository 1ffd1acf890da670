# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the daemon is meant to reach, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmark import plan
from benchmark.cases import ONE_CORE, OURS, PEER, TWO_CORES, Load
from benchmark.ratios import (
    CPU,
    CPU_TOTAL,
    P50,
    RATE,
    Metric,
    Spread,
    Table,
    by_round,
    combined,
    ratio_of,
    spread,
)


@dataclass(frozen=True)
class Target:
    """A bound for the median of something."""

    text: str
    found: Spread | None
    bound: float
    at_least: bool = False

    @property
    def is_met(self) -> bool | None:
        """Nothing when it was not measured."""
        if self.found is None:
            return None
        return self.found.median >= self.bound if self.at_least else self.found.median <= self.bound


def all_targets(table: Table) -> Iterator[Target]:
    def values(group: str, row: str, contender: str, metric: Metric) -> dict[int, float]:
        return by_round(table.get((group, row, contender), ()), metric)

    for work in plan.WORKS:
        row = f"{work}, depth 64, {TWO_CORES}"
        ours, peer = (values(plan.SAME_BUS, row, who, RATE) for who in (OURS, PEER))
        yield Target(f"{row}: rate, ours / peer", ratio_of(ours, peer), 5.0, at_least=True)
        polling_row = plan.polling_row(Load(work, 64))
        ours, peer = (values(plan.SAME_BUS, polling_row, who, RATE) for who in (OURS, PEER))
        yield Target(f"{polling_row}: rate, ours / peer", ratio_of(ours, peer), 5.0, at_least=True)
    for cores in (ONE_CORE, TWO_CORES):
        floor = values(plan.FLOORS, cores, "epoll", P50)
        for group in (plan.SIMULATED, plan.SAME_BUS):
            ours = values(group, f"write2, depth 1, {cores}", OURS, P50)
            yield Target(
                f"{group.lower()}, write2, depth 1, {cores}: p50 / epoll floor", ratio_of(ours, floor), 1.15
            )
    memory = values(plan.FLOORS, "polling", "memory", P50)
    for value in ("1ms", "adaptive"):
        polling = values(plan.POLLING, "write2, depth 1, front-end polls", value, P50)
        yield Target(
            f"--poll={value}, write2, depth 1: p50 / shared-memory floor", ratio_of(polling, memory), 3.0
        )
    yield from _scaling(values)
    python = values(plan.PYTHON, "write2, depth 64", "by message", RATE)
    yield Target(
        "Python by message, write2, depth 64: 1000 transactions a second", spread(python.values()), 100, True
    )
    idle = processor_time_in_all(table, plan.IDLE)
    for contender, found in idle.items():
        if contender != PEER:
            yield Target(f"{contender}, {plan.IDLE_GUESTS} idle guests: ms of a processor", found, 0.0)


def _scaling(values: Callable[[str, str, str, Metric], dict[int, float]]) -> Iterator[Target]:
    for depth in (1, 4):
        many = values(plan.GUEST_NUMBER, f"64 guests, write1read2, depth {depth}", OURS, CPU)
        one = values(plan.GUEST_NUMBER, f"1 guests, write1read2, depth {depth}", OURS, CPU)
        yield Target(f"depth {depth}: processor time at 64 guests / at 1", ratio_of(many, one), 1.2)
    for depth in (1, 64):
        row = f"write1read2, depth {depth}"
        full = values(plan.CHIPS, row, "112 chips", CPU)
        small = values(plan.CHIPS, row, "2 chips", CPU)
        yield Target(f"depth {depth}: processor time with 112 chips / with 2", ratio_of(full, small), 1.1)


def processor_time_in_all(table: Table, group: str) -> dict[str, Spread | None]:
    """The processor time in all, by contender."""
    return {
        contender: spread(by_round(records, CPU_TOTAL).values())
        for (its_group, _, contender), records in table.items()
        if its_group == group
    }


def python_share(table: Table, work: str, by: str) -> Spread | None:
    """Which part of the processor time of a transaction is the chip's own methods."""
    methods = by_round(table.get((plan.PYTHON, "the methods alone", by), ()), Metric(work, work, "ns"))
    whole = by_round(table.get((plan.PYTHON, f"{work}, depth 64", by), ()), CPU)
    return spread(combined(methods, whole, lambda part, all_of_it: part / all_of_it).values())
