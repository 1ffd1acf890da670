# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Says what a long step is doing, and runs the host's programs with an error that can be acted on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from vhost_device.guest.errors import GuestBuildError

_SHOWN_LINES = 20


def say(text: str) -> None:
    """One line for the user, on stderr so that stdout stays usable by scripts."""
    print(f"guest: {text}", file=sys.stderr, flush=True)


def run_tool(
    command: Sequence[str],
    *,
    purpose: str,
    limit_s: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    remedy: str = "",
) -> str:
    """Runs a program of the host and returns its stdout.

    Raises GuestBuildError, with `purpose`, the end of the program's output and `remedy`, if it is
    missing, fails, or takes longer than `limit_s` seconds.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except FileNotFoundError:
        raise GuestBuildError(f"{purpose}: the program {command[0]!r} is missing") from None
    except subprocess.TimeoutExpired:
        raise GuestBuildError(f"{purpose}: {command[0]} took longer than {limit_s:g} s") from None
    if done.returncode != 0:
        output = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        shown = "\n".join(f"  | {line}" for line in output[-_SHOWN_LINES:])
        hint = f"\n{remedy}" if remedy else ""
        raise GuestBuildError(
            f"{purpose}: {' '.join(command[:4])} ended with status {done.returncode}{hint}\n{shown}"
        )
    return done.stdout.decode(errors="replace")
