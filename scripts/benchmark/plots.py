# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Plots of the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark import plan, ratios
from benchmark.cases import ONE_CORE, OURS, PEER, TWO_CORES, Record
from benchmark.ratios import Metric, Table

_COLOURS = {OURS: "#1b6ca8", PEER: "#c8553d", "floor": "#8a8a8a"}


def plot_all(records: Sequence[Record], folder: Path) -> list[Path]:
    """Writes the plots as PNG and SVG; what was written. Needs matplotlib."""
    import matplotlib  # type: ignore[import-not-found, unused-ignore] # not for those who only test

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "vhost-device"  # the same file for the same numbers
    from matplotlib import pyplot

    table = ratios.tabulate(records)
    written = []
    for name, draw in (("rate", _rate), ("latency", _latency), ("guests", _guests)):
        figure = draw(pyplot, table)
        if not all(axes.has_data() for axes in figure.axes):
            pyplot.close(figure)  # not measured
            continue
        for suffix in ("png", "svg"):
            path = folder / f"{name}.{suffix}"
            metadata = {"Date": None} if suffix == "svg" else None
            figure.savefig(path, dpi=120, bbox_inches="tight", metadata=metadata)
            written.append(path)
        pyplot.close(figure)
    return written


def _median(table: Table, key: tuple[str, str, str], metric: Metric) -> ratios.Spread | None:
    return ratios.spread(ratios.by_round(table.get(key, ()), metric).values())


def _line(
    axes: Any, table: Table, keys: Sequence[tuple[str, str, str]], xs: Sequence[int], metric: Metric
) -> None:
    """Medians, with lines from minimum to maximum."""
    found = [(x, _median(table, key, metric)) for x, key in zip(xs, keys)]
    points = [(x, value) for x, value in found if value is not None]
    if not points:
        return
    who = keys[0][2]
    axes.errorbar(
        [x for x, _ in points],
        [value.median for _, value in points],
        yerr=[
            [value.median - value.low for _, value in points],
            [value.high - value.median for _, value in points],
        ],
        label=who,
        color=_COLOURS.get(who),
        marker="o",
        capsize=3,
    )


def _rate(pyplot: Any, table: Table) -> Any:
    figure, grid = pyplot.subplots(2, 2, figsize=(9, 6.5), sharex=True)
    for axes, work in zip(grid.flat, plan.WORKS):
        for who in (OURS, PEER):
            keys = [(plan.SAME_BUS, f"{work}, depth {depth}, {TWO_CORES}", who) for depth in plan.DEPTHS]
            _line(axes, table, keys, plan.DEPTHS, ratios.RATE)
        axes.set(title=work, xscale="log", ylim=(0, None), ylabel="1000 transactions a second")
        axes.set_xticks(plan.DEPTHS, [str(depth) for depth in plan.DEPTHS])
        axes.grid(alpha=0.3)
    for axes in grid[1]:
        axes.set_xlabel("transactions under way")
    if grid[0][0].has_data():
        grid[0][0].legend()
    figure.suptitle("Rate over the same bus, a processor for each side")
    figure.tight_layout()
    return figure


def _latency(pyplot: Any, table: Table) -> Any:
    bars = [
        ("epoll floor, one core", (plan.FLOORS, ONE_CORE, "epoll"), "floor"),
        ("ours, one core", (plan.SAME_BUS, f"write2, depth 1, {ONE_CORE}", OURS), OURS),
        ("peer, one core", (plan.SAME_BUS, f"write2, depth 1, {ONE_CORE}", PEER), PEER),
        ("epoll floor, two cores", (plan.FLOORS, TWO_CORES, "epoll"), "floor"),
        ("ours, two cores", (plan.SAME_BUS, f"write2, depth 1, {TWO_CORES}", OURS), OURS),
        ("peer, two cores", (plan.SAME_BUS, f"write2, depth 1, {TWO_CORES}", PEER), PEER),
        ("shared-memory floor", (plan.FLOORS, "polling", "memory"), "floor"),
        ("ours, polling", (plan.POLLING, "write2, depth 1, front-end polls", "1ms"), OURS),
    ]
    found = [(name, _median(table, key, ratios.P50), _COLOURS[colour]) for name, key, colour in bars]
    shown = [(name, value.median, colour) for name, value, colour in found if value is not None][::-1]
    figure, axes = pyplot.subplots(figsize=(9, 4))
    drawn = axes.barh([name for name, _, _ in shown], [value for _, value, _ in shown])
    for bar, (_, _, colour) in zip(drawn, shown):
        bar.set_color(colour)
    axes.bar_label(drawn, fmt="%.2f", padding=3)
    axes.set(title="From request to answer at depth 1, median", xlabel="µs (logarithmic)", xscale="log")
    axes.margins(x=0.15)
    return figure


def _guests(pyplot: Any, table: Table) -> Any:
    figure, grid = pyplot.subplots(1, 2, figsize=(9, 3.8))
    for axes, depth in zip(grid, (1, 4)):
        for who in (OURS, PEER):
            keys = [
                (plan.GUEST_NUMBER, f"{number} guests, write1read2, depth {depth}", who)
                for number in plan.GUESTS
            ]
            _line(axes, table, keys, plan.GUESTS, ratios.CPU)
        axes.set(title=f"depth {depth}", xscale="log", ylim=(0, None), xlabel="guests", ylabel="ns")
        axes.set_xticks(plan.GUESTS, [str(number) for number in plan.GUESTS])
        axes.grid(alpha=0.3)
    if grid[0].has_data():
        grid[0].legend()
    figure.suptitle("Processor time of the daemon for each transaction")
    return figure
