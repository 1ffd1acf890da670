# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the user sees: a line for each step, the end of what failed, one summary."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from checks.outcome import Row
from checks.results import Failure

# How often a step that takes long says that it goes on, where there is no terminal to rewrite.
HEARTBEAT_S = 20.0
SHOWN_LINES = 40
SHOWN_TESTS = 10
SHOWN_LINES_OF_A_TEST = 20
SHOWN_COLUMNS = 200
_TAIL_BYTES = 64 * 1024


class Report:
    """Prints the progress of the steps named, and keeps their rows for the summary."""

    def __init__(self, names: Sequence[str]) -> None:
        self._count = len(names)
        self._width = max(map(len, names), default=0)
        self._terminal = sys.stdout.isatty()
        self._rows: list[tuple[Row, float]] = []
        self._start = time.monotonic()
        self._step = ""
        self._step_number = 0
        self._step_start = 0.0
        self._said = 0.0

    def begin(self, name: str) -> None:
        self._step, self._step_number = name, self._step_number + 1
        self._step_start = self._said = time.monotonic()

    def working(self, what: str, log: Path) -> None:
        """Called again and again while a command runs."""
        now = time.monotonic()
        if self._terminal:
            columns = shutil.get_terminal_size().columns
            line = f"{self._prefix('...')} {what}, {now - self._step_start:.0f} s  {last_line(log)}"
            print(f"\r\033[K{line[: columns - 1]}", end="", flush=True)
        elif now - self._said >= HEARTBEAT_S:
            self._said = now
            print(f"{self._prefix('...')} {what}, {now - self._step_start:.0f} s so far", flush=True)

    def slowest_tests(self, lines: Sequence[str]) -> None:
        self._clear()
        print(f"{self._prefix('...')} the slowest tests:", flush=True)
        self._quote(lines)

    def failed_command(self, what: str, log: Path, root: Path) -> None:
        self._clear()
        print(f"{self._prefix('!!!')} {what} failed:", flush=True)
        self._quote(tail(log, SHOWN_LINES))
        print(f"        (all of it: {log.relative_to(root)})", flush=True)

    def failed_tests(self, failures: Sequence[Failure], log: Path, root: Path) -> None:
        self._clear()
        for failure in failures[:SHOWN_TESTS]:
            print(f"{self._prefix('!!!')} {failure.name} failed:")
            self._quote(printable(failure.output)[-SHOWN_LINES_OF_A_TEST:])
        more = f"and {len(failures) - SHOWN_TESTS} more; " if len(failures) > SHOWN_TESTS else ""
        print(f"        ({more}all of it: {log.relative_to(root)})", flush=True)

    def end(self, rows: Sequence[Row]) -> None:
        taken = time.monotonic() - self._step_start
        self._clear()
        self._rows += [(row, taken if index == 0 else 0.0) for index, row in enumerate(rows)]
        word = "FAIL" if any(row.failed for row in rows) else "ok"
        text = "; ".join(describe(row) for row in rows)
        print(f"{self._prefix(word)} {text}  ({taken:.1f} s)", flush=True)

    def passed(self) -> bool:
        return bool(self._rows) and not any(row.failed for row, _ in self._rows)

    def summarise(self) -> None:
        """The table, the names of what failed, and the closing line."""
        rows = [row for row, _ in self._rows]
        width = max((len(row.name) for row in rows), default=4)
        print(f"\n  {'':{width}}  passed  failed  skipped  seconds")
        for row, seconds in self._rows:
            time_text = f"{seconds:.1f}" if seconds else ""
            line = f"  {row.name:{width}}  {row.passed:6}  {row.failed:6}  {row.skipped:7}  {time_text:>7}"
            print(f"{line}  {row.note}".rstrip())
        failed = [row.name for row in rows if row.failed]
        minutes, seconds = divmod(round(time.monotonic() - self._start), 60)
        print(
            f"\n  {'failed: ' + ', '.join(failed) if failed else 'all passed'}, in {minutes} min {seconds} s"
        )
        totals = [sum(getattr(row, kind) for row in rows) for kind in ("passed", "failed", "skipped")]
        closing = f"{totals[0]} passed, {totals[1]} failed"
        print(closing + (f", {totals[2]} skipped" if totals[2] else ""), flush=True)

    def _prefix(self, word: str) -> str:
        return f"[{self._step_number:2}/{self._count}] {self._step:{self._width}} {word:4}"

    def _quote(self, lines: Sequence[str]) -> None:
        for line in lines:
            print(f"        | {line[:SHOWN_COLUMNS]}")

    def _clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="")


def describe(row: Row) -> str:
    """Such as "unit: 312 passed, 1 failed"."""
    if row.total <= 1 and not row.skipped:
        return row.note or row.name
    text = f"{row.name}: {row.passed} passed"
    if row.failed:
        text += f", {row.failed} failed"
    if row.skipped:
        text += f", {row.skipped} skipped"
    return text


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a file."""
    with log.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        return printable(file.read().decode(errors="replace"))[-lines:]


def printable(text: str) -> list[str]:
    """The lines of a text that are not empty, without what a terminal would not print."""
    lines = ("".join(c for c in line if c.isprintable() or c == "\t") for line in text.splitlines())
    return [line for line in lines if line.strip()]


def last_line(log: Path) -> str:
    lines = tail(log, 1)
    return lines[0] if lines else ""
