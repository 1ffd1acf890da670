# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Starts a back-end and lets the suite loose on it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conformance.reports import Report, from_suite

START_LIMIT_S = 10.0
END_LIMIT_S = 10.0
# Each case of a back-end that never answers takes some times the suite's own limit.
RUN_LIMIT_S = 3600.0
_POLL_S = 0.02
_SUITE_RAN = (0, 1)


class CannotReport(Exception):
    """There is no report; the text says why."""


@dataclass(frozen=True)
class BackEnd:
    """A program that serves an I2C bus on a socket."""

    title: str
    program: Path
    owner: str  # whose it is
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, socket: object) -> list[str]:
        return [f"--socket-path={socket}", *self.arguments]

    def version(self) -> str:
        """What the program says of itself, and whose it is."""
        done = subprocess.run([self.program, "--version"], capture_output=True, check=True, text=True)
        return f"{done.stdout.strip()} ({self.owner})"


def report_on(back_end: BackEnd, suite: Path, folder: Path) -> Report:
    """Runs all cases against a back-end, whose log goes to `folder`. CannotReport if that is not possible."""
    shown = " ".join([back_end.program.name, *back_end.command("PATH")])
    told = folder / "report.json"
    told.unlink(missing_ok=True)
    with _serving(back_end, folder) as socket:
        done = subprocess.run(
            [suite, socket, f"--json={told}", f"--name={back_end.title}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=RUN_LIMIT_S,
        )
    if done.returncode not in _SUITE_RAN:
        raise CannotReport(f"{back_end.title}: the suite ended with status {done.returncode}")
    return from_suite(json.loads(told.read_text()), back_end.title, back_end.version(), shown)


@contextlib.contextmanager
def _serving(back_end: BackEnd, folder: Path) -> Iterator[Path]:
    """The back-end runs; gives the socket of its first guest."""
    path = folder / "vi2c.sock"
    socket = path.with_name(f"{path.name}0")
    log = folder / "back-end.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [back_end.program, *back_end.command(path)],
            env={**os.environ, **back_end.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(socket, process, log)
        yield socket
    finally:
        process.terminate()
        try:
            process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        socket.unlink(missing_ok=True)


def _await(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the socket is there."""
    deadline = time.monotonic() + START_LIMIT_S
    while not socket.exists():
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(_POLL_S)
            raise CannotReport(f"the back-end ended with status {status}:\n{log.read_text(errors='replace')}")
        if time.monotonic() > deadline:
            raise CannotReport(f"the back-end does not listen on {socket} after {START_LIMIT_S:g} s")
