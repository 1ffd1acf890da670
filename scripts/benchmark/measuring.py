# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Carries measurements out, round after round."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmark.cases import PEER, TWO_CORES, Case, Record
from benchmark.daemons import DaemonError, Daemons
from benchmark.programs import ROOT, Programs

# Beside what is measured.
_PATIENCE_S = 20.0


class Measuring:
    """Measures cases with the programs of a build."""

    def __init__(self, programs: Programs, daemons: Daemons, seconds: float, warm_up: float) -> None:
        self._programs = programs
        self._daemons = daemons
        self._seconds = seconds
        self._warm_up = warm_up

    def possible(self, case: Case) -> bool:
        """Whether this machine can do it: a processor for each side, and the peer."""
        if case.cores == TWO_CORES and self._daemons.core_count < 2:
            return False
        return self._programs.peer is not None or case.setup is None or case.setup.kind != "peer"

    def measure(self, case: Case, number: int) -> Record:
        """One measurement. What a daemon fails at is the record's problem."""
        try:
            values = self._tools()[case.tool](case)
        except (DaemonError, subprocess.TimeoutExpired) as error:
            return Record(case, number, {}, str(error))
        problem = str(values.pop("problem", "")) or wrong_answers(values)
        return Record(case, number, values, problem)

    def _tools(self) -> dict[str, Callable[[Case], dict[str, Any]]]:
        return {
            "load": self._load,
            "start-up": self._start_up,
            "epoll": self._floor,
            "memory": self._floor,
            "hooks": self._hooks,
        }

    def _load(self, case: Case) -> dict[str, Any]:
        load = case.load
        with self._daemons.running(case) as daemon:
            command = [str(self._programs.load), "--json", f"--daemon-pid={daemon.pid}"]
            command += [f"--guests={load.guests}", f"--socket-prefix={daemon.socket_prefix}"]
            command += [f"--work={load.work}", f"--depth={load.depth}", *load.arguments]
            command += [f"--seconds={self._seconds}", f"--warm-up={self._warm_up}"]
            # The peer says that it has written nothing to the guest's buffers, whatever it wrote.
            command += ["--any-used-length"] if case.contender == PEER else []
            command += [] if load.idle_s is None else [f"--idle={load.idle_s}"]
            return self._run(command)

    def _start_up(self, case: Case) -> dict[str, Any]:
        with self._daemons.running(case) as daemon:
            return {"start_up_ns": daemon.start_up_ns}

    def _floor(self, case: Case) -> dict[str, Any]:
        cores = [f"--asker-cpu={self._daemons.front_end_core}"]
        cores += [f"--answerer-cpu={self._daemons.daemon_core(case)}"]
        times = [f"--seconds={self._seconds}", f"--warm-up={self._warm_up}"]
        return self._run([str(self._programs.floor), case.tool, *cores, *times])

    def _hooks(self, case: Case) -> dict[str, Any]:
        assert case.setup is not None
        by = case.setup.kind.removeprefix("python-")
        return self._run([str(self._programs.python), "-m", "benchmark.python_chips", by, "--hooks"])

    def _run(self, command: Sequence[str]) -> dict[str, Any]:
        """What a program prints as JSON; "problem" if it does not."""
        on_core = ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", str(self._daemons.front_end_core)]
        done = subprocess.run(
            [*on_core, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=self._seconds + self._warm_up + _PATIENCE_S,
            env={**os.environ, "PYTHONPATH": str(ROOT / "scripts")},
        )
        if not done.stdout.startswith("{"):
            return {"problem": done.stderr.strip() or f"ended with status {done.returncode}"}
        values: dict[str, Any] = json.loads(done.stdout)
        return values


def wrong_answers(values: dict[str, Any]) -> str:
    """What is wrong with the answers that a load got; nothing if they were right."""
    kinds = ("status", "length", "data")
    wrong = {kind: int(values.get(f"wrong_{kind}", 0)) for kind in kinds}
    if any(wrong.values()):
        return "wrong answers: " + ", ".join(f"{kind} of {count}" for kind, count in wrong.items() if count)
    return "" if values.get("came_through", True) else "wrong answers: what was written is not there"


def order(cases: Iterable[Case], number: int) -> list[Case]:
    """The cases of one round: rows in another order each time, and of one row the contenders beside one
    another, so that they meet the same machine, each of them first in turn."""
    rows = [list(row) for _, row in itertools.groupby(sorted(cases, key=_row), key=_row)]
    random.Random(number).shuffle(rows)
    return [case for row in rows for case in (row if number % 2 else reversed(row))]


def _row(case: Case) -> tuple[str, str]:
    return case.group, case.row
