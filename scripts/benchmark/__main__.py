# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs the benchmark. scripts/bench builds what it needs and starts it."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import shlex
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmark import plan, ratios
from benchmark.boards import write_board, write_sysfs
from benchmark.cases import Case, Record
from benchmark.daemons import Daemons
from benchmark.machine import machine
from benchmark.measuring import Measuring, order
from benchmark.programs import Programs
from benchmark.results_page import Run, judged, page

INTERRUPTED = 130
_ROUNDS = 7
_IDLE_S = 10.0


def main() -> int:
    options = _parser().parse_args()
    programs = Programs(options.build, options.peer)
    if missing := programs.missing():
        print(f"not built: {', '.join(map(str, missing))}; start this by scripts/bench", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    options.out.mkdir(parents=True, exist_ok=True)  # before the work of many minutes
    try:
        records = _measure(programs, options)
    except KeyboardInterrupt:
        print("\ninterrupted: nothing is written, and no daemon is left", flush=True)
        return INTERRUPTED
    command = shlex.join(["scripts/bench", *options.shown_arguments])
    run = Run(command, date, options.rounds, options.seconds, machine(), programs.versions(), records)
    _write(run, options.out)
    _summarise(run)
    return 0


def _measure(programs: Programs, options: argparse.Namespace) -> list[Record]:
    records: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="vhd-bench-") as name:
        folder = Path(name)
        daemons = Daemons(programs, folder, write_board(folder), write_sysfs(folder))
        measuring = Measuring(programs, daemons, options.seconds, options.warm_up)
        cases = [case for case in _cases(programs, options) if measuring.possible(case)]
        for number in range(1, options.rounds + 1):
            chosen = order((case for case in cases if number == 1 or not case.once), number)
            for index, case in enumerate(chosen, 1):
                _progress(
                    f"round {number} of {options.rounds}, {index}/{len(chosen)}: {case.group}, {case.row}"
                )
                record = measuring.measure(case, number)
                records.append(record)
                if record.problem and number == 1:
                    print(f"\r\033[K{case.group}, {case.row}, {case.contender}: {record.problem}", flush=True)
            _progress(f"round {number} of {options.rounds} is done", end="\n")
    return records


def _cases(programs: Programs, options: argparse.Namespace) -> Sequence[Case]:
    cases = plan.all_cases(polls=programs.polls(), idle_s=options.idle)
    wanted = [case for case in cases if plan.quick(case)] if options.quick else list(cases)
    return [case for case in wanted if not options.only or case.group.lower() in options.only]


def _progress(text: str, end: str = "") -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end=end, flush=True)
    elif end:
        print(text, flush=True)


def _write(run: Run, out: Path) -> None:
    described = dataclasses.asdict(run)
    (out / "results.json").write_text(json.dumps(described, separators=(",", ":")) + "\n")
    (out / "results.md").write_text(page(run))
    try:
        from benchmark.plots import plot_all

        plot_all(run.records, out)
    except ModuleNotFoundError as error:
        print(f"no plots: {error}")
    print(f"written: {out}/results.md, results.json and plots")


def _summarise(run: Run) -> None:
    found = list(judged(ratios.tabulate(run.records)))
    behind = [
        (row, metric, ratio) for _, row, metric, ratio in found if ratios.verdict(ratio, metric) == "behind"
    ]
    print(f"ours is ahead of the peer, or level, in {len(found) - len(behind)} of {len(found)} ratios")
    for row, metric, ratio in behind:
        assert ratio is not None
        print(f"  behind: {row}: {metric.title} {ratio.median:.2f}")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"'{text}' is not from 0 to 3600 seconds")
    return value


def _parser() -> argparse.ArgumentParser:
    groups = list(dict.fromkeys(case.group.lower() for case in plan.all_cases(polls=True, idle_s=_IDLE_S)))
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures the daemon, and rust-vmm's beside it, and writes a table, JSON and plots.",
    )
    parser.add_argument(
        "--rounds", type=_positive, default=_ROUNDS, help=f"how often each is measured [{_ROUNDS}]"
    )
    parser.add_argument("--seconds", type=_seconds, default=0.2, help="how long each time [0.2]")
    parser.add_argument("--warm-up", type=_seconds, default=0.03, help="seconds of load before that [0.03]")
    parser.add_argument("--idle", type=_seconds, default=_IDLE_S, help="seconds that guests are idle [10]")
    parser.add_argument("--quick", action="store_true", help="few measurements: shows that all of it works")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        type=str.lower,
        choices=groups,
        metavar="GROUP",
        help=f"this group; may be repeated: {', '.join(groups)}",
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench"), help="where to write [build/bench]")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(shown_arguments=_shown(sys.argv[1:]))
    return parser


def _shown(arguments: Sequence[str]) -> list[str]:
    """Without what scripts/bench adds."""
    hidden = ("--build=", "--peer=")
    return [argument for argument in arguments if not argument.startswith(hidden)]


if __name__ == "__main__":
    sys.exit(main())
