# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs the project's tests and checks, step by step, and sums them up. scripts/test starts it."""

from __future__ import annotations

import argparse
import signal
import sys

from checks.report import Report
from checks.runner import run_steps
from checks.steps import STEPS, choose
from checks.workspace import Workspace

INTERRUPTED = 130


def main() -> int:
    options = _parser().parse_args()
    if options.list:
        for step in STEPS:
            print(f"{step.name:10} {step.title}")
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    steps = choose(options.only, quick=options.quick)
    report = Report([step.name for step in steps])
    try:
        run_steps(steps, Workspace(report), report)
    except KeyboardInterrupt:
        print("\ninterrupted", flush=True)
        return INTERRUPTED
    report.summarise()
    return 0 if report.passed() else 1


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/test",
        description="Sets up a Debian 12 machine and runs every test and check. All output goes to"
        " build/logs; what fails is shown. Exit status 0 if everything passed.",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[step.name for step in STEPS],
        metavar="STEP",
        help="this step and what it needs; may be given several times",
    )
    parser.add_argument(
        "--quick", action="store_true", help="no sanitizers, no virtual machine, no clang-tidy"
    )
    parser.add_argument("--list", action="store_true", help="list the steps")
    return parser


if __name__ == "__main__":
    sys.exit(main())
