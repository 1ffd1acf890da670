# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a measurement is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OURS = "ours"
PEER = "peer"

# Where the front-end and the daemon run: on one processor in turn, or on one each.
ONE_CORE = "one core"
TWO_CORES = "two cores"


@dataclass(frozen=True)
class Setup:
    """A daemon, and what is on its bus."""

    kind: str  # "linux", "peer", "sim", "python-message", "python-byte", "python-own"
    arguments: tuple[str, ...] = ()
    kernel_limit: bool = False  # of messages in a transaction, for the stand-in


@dataclass(frozen=True)
class Load:
    """What the guests do."""

    work: str = "write1read2"
    depth: int = 1
    guests: int = 1
    arguments: tuple[str, ...] = ()
    idle_s: float | None = None

    def describe(self) -> str:
        return f"{self.work}, depth {self.depth}"


@dataclass(frozen=True)
class Case:
    """One measurement of each round. Cases with the same group and row are compared with one another."""

    group: str
    row: str
    contender: str
    setup: Setup | None = None
    load: Load = field(default_factory=Load)
    cores: str = TWO_CORES
    tool: str = "load"  # "load", "start-up", "epoll", "memory" (the floors), "hooks"
    once: bool = False


@dataclass(frozen=True)
class Record:
    """What came of a case in one round: numbers by their names, or a problem."""

    case: Case
    round: int
    values: dict[str, Any]
    problem: str = ""
