# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The command line of scripts/instructions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from callgrind import baseline
from callgrind.counting import CannotCount, Program, costliest, count, describe

ROOT = Path(__file__).resolve().parents[2]
EXECUTABLE = ROOT / "build" / "release" / "tests" / "bench" / "paths" / "vhost-device-paths"
PROFILES = ROOT / "build" / "callgrind"
BASELINE = ROOT / "tests" / "bench" / "instructions.json"
SHOWN_FUNCTIONS = 25


def main() -> int:
    options = _parser().parse_args()
    PROFILES.mkdir(parents=True, exist_ok=True)
    try:
        program = describe(EXECUTABLE)
        if options.annotate:
            return _annotate(program, options.annotate)
        now = count(program, PROFILES)
    except CannotCount as error:
        sys.exit(f"scripts/instructions: {error}")
    before = baseline.from_json(BASELINE.read_text()) if BASELINE.exists() else None
    comparisons = baseline.compare(before or baseline.Counts(now.compiler, now.architecture, {}), now)
    print(baseline.table(comparisons))
    if options.write:
        BASELINE.write_text(baseline.to_json(now))
        print(f"written to {BASELINE.relative_to(ROOT)}, for {now.holds_for}")
        return 0
    if before is None:
        sys.exit(f"there is no {BASELINE.relative_to(ROOT)}: {baseline.WRITE}")
    for text in baseline.remarks(before, now, comparisons):
        print(text)
    return 1 if any(row.verdict.fails for row in comparisons) else 0


def _annotate(program: Program, path: str) -> int:
    if path not in program.paths:
        sys.exit(f"scripts/instructions: {path} is none of {', '.join(program.paths)}")
    print(f"{path}: instructions per transaction of each function by itself, with what is inlined into it")
    for function, instructions in costliest(program, path, PROFILES, SHOWN_FUNCTIONS):
        print(f"{instructions:10.1f}  {function}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/instructions",
        description="Counts the instructions that the back-end takes for a transaction on each of its main "
        "paths, and compares them with tests/bench/instructions.json.",
        epilog=f"Exit status: 0 when no path takes over {baseline.TOLERANCE:.0%} more than the baseline, or "
        "that is for another compiler; 1 otherwise.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="make what is counted now the baseline")
    what.add_argument(
        "--annotate", metavar="PATH", help=f"show the {SHOWN_FUNCTIONS} costliest functions of a path instead"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
