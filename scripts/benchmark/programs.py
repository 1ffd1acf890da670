# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Where the programs are that are run, and what they can do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_ASK_LIMIT_S = 10.0


@dataclass(frozen=True)
class Programs:
    """The executables of a build, and the peer's."""

    build: Path
    peer: Path | None
    python: Path = Path(sys.executable)

    @property
    def daemon(self) -> Path:
        return self.build / "daemon" / "vhost-device-i2c"

    @property
    def load(self) -> Path:
        return self.build / "tests" / "bench" / "vhost-user-bench"

    @property
    def floor(self) -> Path:
        return self.build / "tests" / "bench" / "notification-floor"

    @property
    def stand_in(self) -> Path:
        return self.build / "tests" / "support" / "i2c-stand-in.so"

    def missing(self) -> list[Path]:
        wanted = [self.daemon, self.load, self.floor, self.stand_in]
        return [path for path in wanted if not path.exists()]

    def polls(self) -> bool:
        """Whether the daemon has --poll."""
        return "--poll" in ask(self.daemon, "--help")

    def versions(self) -> dict[str, str]:
        """What was measured, and what it was made with."""
        peer = "not measured" if self.peer is None else ask(self.peer, "--version")
        return {
            "vhost-device-i2c": f"{ask(self.daemon, '--version').split()[-1]}, {revision()}",
            "peer": f"rust-vmm's {peer}" if self.peer is not None else peer,
            "build": _build_type(self.build / "CMakeCache.txt"),
            "compiler": ask("c++", "--version").splitlines()[0],
            "Python": sys.version.split()[0],
        }


def ask(*command: str | os.PathLike[str]) -> str:
    """What a command prints; nothing if it cannot be run."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=_ASK_LIMIT_S, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()


def revision() -> str:
    """The commit of the tree, and whether something was changed since."""
    commit = ask("git", "rev-parse", "--short", "HEAD") or "unknown commit"
    changed = ask("git", "status", "--porcelain", "--untracked-files=no", "--", "core", "backends", "daemon")
    return f"{commit}, changed" if changed else commit


def _build_type(cache: Path) -> str:
    text = cache.read_text() if cache.exists() else ""
    found = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", text, re.MULTILINE)
    return found[1] if found else "unknown"
