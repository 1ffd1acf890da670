# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Starts the daemons that are measured, one at a time, and ends them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark.boards import ADAPTER, EEPROM, SENSOR
from benchmark.cases import ONE_CORE, Case, Setup
from benchmark.programs import ROOT, Programs

START_LIMIT_S = 10.0
END_LIMIT_S = 5.0

# As good as none: the peer puts all that waits into one transaction, which no kernel would take.
_NO_LIMIT = "1000000"
# /proc/net/unix: flags of a socket that listens (__SO_ACCEPTCON).
_LISTENING = "00010000"


class DaemonError(Exception):
    """A daemon that does not come up."""


@dataclass(frozen=True)
class Running:
    """A daemon that listens."""

    pid: int
    socket_prefix: Path
    start_up_ns: int


class Daemons:
    """Starts daemons, whose files are in `folder`, with a board and a stand-in's sysfs."""

    def __init__(self, programs: Programs, folder: Path, board: Path, sysfs: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._board = board
        self._sysfs = sysfs
        self._cores = sorted(os.sched_getaffinity(0))

    @property
    def core_count(self) -> int:
        return len(self._cores)

    @property
    def front_end_core(self) -> int:
        return self._cores[0]

    def daemon_core(self, case: Case) -> int:
        return self._cores[0] if case.cores == ONE_CORE else self._cores[1]

    @contextlib.contextmanager
    def running(self, case: Case) -> Iterator[Running]:
        """The daemon of a case, until the block ends."""
        assert case.setup is not None
        sockets = self._folder / "sockets"
        shutil.rmtree(sockets, ignore_errors=True)
        sockets.mkdir()
        prefix = sockets / "s"
        core = str(self.daemon_core(case))
        # The kernel ends it with us, however we end.
        wrapped = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", core, *self._preloaded(case.setup)]
        # When the start itself is measured, it begins with the program.
        bare = case.tool == "start-up"
        command = self._command(case.setup, prefix, case.load.guests)
        environment = {**os.environ, **self._environment(case.setup, preload=bare)}
        with (self._folder / "daemon.log").open("wb") as log:
            began = time.perf_counter_ns()
            process = subprocess.Popen(
                command if bare else [*wrapped, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=ROOT,
            )
            try:
                self._wait_listening(process, prefix, case.load.guests)
                yield Running(process.pid, prefix, time.perf_counter_ns() - began)
            finally:
                _end(process)

    def _command(self, setup: Setup, prefix: Path, guests: int) -> list[str]:
        programs = self._programs
        count = ["-c", str(guests)]
        if setup.kind == "peer":
            return [str(programs.peer), "-s", str(prefix), *count, "-l", f"{ADAPTER}:{SENSOR}:{EEPROM}"]
        if setup.kind.startswith("python-"):
            by = setup.kind.removeprefix("python-")
            module = [str(programs.python), "-m", "benchmark.python_chips", by]
            return [*module, "--socket", str(prefix), "--guests", str(guests), *setup.arguments]
        own = [str(programs.daemon), "-s", str(prefix), *count, *setup.arguments]
        if setup.kind == "linux":
            return [*own, "-l", f"{ADAPTER}:{SENSOR}:{EEPROM}"]
        return [*own, "-b", str(self._board)]

    def _preloaded(self, setup: Setup) -> list[str]:
        if setup.kind not in ("linux", "peer"):
            return []
        return ["env", f"LD_PRELOAD={self._programs.stand_in}"]

    def _environment(self, setup: Setup, *, preload: bool) -> dict[str, str]:
        environment = {"I2C_STAND_IN_SYSFS": str(self._sysfs), "PYTHONPATH": str(ROOT / "scripts")}
        if not setup.kernel_limit:
            environment["I2C_STAND_IN_MAX_MESSAGES"] = _NO_LIMIT
        if preload and self._preloaded(setup):
            environment["LD_PRELOAD"] = str(self._programs.stand_in)
        return environment

    def _wait_listening(self, process: subprocess.Popen[bytes], prefix: Path, guests: int) -> None:
        wanted = {f"{prefix}{index}" for index in range(guests)}
        deadline = time.monotonic() + START_LIMIT_S
        while not wanted <= _listening():
            if process.poll() is not None:
                raise DaemonError(f"ended with status {process.returncode}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise DaemonError(f"does not listen: {self._last_words()}")

    def _last_words(self) -> str:
        lines = (self._folder / "daemon.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def _listening() -> set[str]:
    """The paths of all sockets that are listened on."""
    with open("/proc/net/unix") as table:
        rows = [line.split() for line in table]
    return {row[7] for row in rows if len(row) > 7 and row[3] == _LISTENING}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
