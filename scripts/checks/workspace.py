# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Where things are, and how a step runs a command."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.outcome import StepFailed
from checks.report import Report
from checks.results import Failure

ROOT = Path(__file__).resolve().parents[2]

_POLL_S = 0.2
_GRACE_S = 5.0


class Workspace:
    """The tree, its build folder, and the commands that steps run there."""

    def __init__(self, report: Report) -> None:
        self.root = ROOT
        self.build = ROOT / "build"
        self.logs = self.build / "logs"
        self.python = str(self.build / "venv" / "bin" / "python")
        self.jobs = os.cpu_count() or 1
        self._report = report
        self.logs.mkdir(parents=True, exist_ok=True)

    def tool(self, name: str) -> str:
        """A program of the virtual environment."""
        return str(self.build / "venv" / "bin" / name)

    def files(self, patterns: Sequence[str], folders: Sequence[str]) -> list[str]:
        """Files of the tree below `folders`, relative to its root, in order."""
        found = (p for folder in folders for pattern in patterns for p in (self.root / folder).rglob(pattern))
        return sorted(str(p.relative_to(self.root)) for p in found if "__pycache__" not in p.parts)

    def status(
        self,
        command: Sequence[str],
        log: str,
        what: str,
        *,
        append: bool = False,
        show: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> int:
        """Runs a command with its output in the log; its exit status. Shows the end of the log if that is
        not 0, unless `show` is off. Whatever the command started is ended with it when we are
        interrupted."""
        path = self.log(log)
        with path.open("ab" if append else "wb") as output:
            output.write(f"$ {' '.join(command)}\n".encode())
            output.flush()
            process = subprocess.Popen(
                command,
                cwd=self.root,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = self._wait(process, what, path)
            except BaseException:
                _end_group(process)
                raise
        if status != 0 and show:
            self._report.failed_command(what, path, self.root)
        return status

    def run(self, command: Sequence[str], log: str, what: str, *, append: bool = False) -> None:
        """The same for a command whose failure ends the step."""
        if self.status(command, log, what, append=append) != 0:
            raise StepFailed(f"{what} failed")

    def show_failures(self, failures: Sequence[Failure], log: str) -> None:
        """Shows tests that failed; the log has them all."""
        self._report.failed_tests(failures, self.log(log), self.root)

    def show_slowest(self, lines: Sequence[str]) -> None:
        """Shows which tests took longest."""
        self._report.slowest_tests(lines)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _wait(self, process: subprocess.Popen[bytes], what: str, log: Path) -> int:
        while True:
            try:
                return process.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                self._report.working(what, log)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ends a command and its children: first as Ctrl-C does, so that they can tidy up, then by force."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@functools.cache
def fixed_addresses() -> tuple[str, ...]:
    """What to put before a command so that its memory layout is not randomised, which ThreadSanitizer
    fails on with some kernels' settings. Nothing where that is not permitted (in some containers)."""
    launcher = ("setarch", os.uname().machine, "-R")
    if shutil.which(launcher[0]) is None:
        return ()
    permitted = subprocess.run([*launcher, "true"], capture_output=True, check=False).returncode == 0
    return launcher if permitted else ()
