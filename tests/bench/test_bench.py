# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The benchmark's programs, for a moment each: whether all answers are right, and never how fast."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from benchmark import plan
from benchmark.boards import write_board, write_sysfs
from benchmark.cases import Case, Load, Setup
from benchmark.daemons import Daemons
from benchmark.measuring import Measuring
from benchmark.programs import Programs

RUN_LIMIT_S = 60.0

FIELDS = {
    "work", "address", "depth", "guests", "ring_size", "packed", "event_idx", "indirect", "spin", "idle",
    "seconds", "transactions", "rate", "latency_mean_ns", "latency_min_ns", "latency_p50_ns",
    "latency_p99_ns", "latency_p999_ns", "latency_max_ns", "kicks_per_transaction",
    "interrupts_per_transaction", "front_end_cpu_ns_per_transaction", "connect_to_ready_ns",
    "wrong_status", "wrong_length", "wrong_data", "came_through", "daemon_cpu_ns",
    "daemon_cpu_ns_per_transaction", "daemon_rss_kib", "daemon_rss_own_kib", "daemon_rss_files_kib",
    "daemon_rss_shared_kib",
}  # fmt: skip


@pytest.fixture
def programs(daemon_program: Path) -> Programs:
    return Programs(build=daemon_program.parents[1], peer=None)


@pytest.fixture
def measuring(programs: Programs, tmp_path: Path) -> Measuring:
    daemons = Daemons(programs, tmp_path, write_board(tmp_path), write_sysfs(tmp_path))
    return Measuring(programs, daemons, seconds=0.01, warm_up=0.0)


def measure(measuring: Measuring, setup: Setup, load: Load) -> dict[str, Any]:
    """A measurement in which all answers were right."""
    record = measuring.measure(Case("test", "test", "ours", setup, load), 1)
    assert record.problem == ""
    return record.values


@pytest.mark.parametrize("depth", [1, 64])
@pytest.mark.parametrize("work", plan.WORKS)
@pytest.mark.parametrize("kind", ["linux", "sim"])
def test_load_has_right_answers(measuring: Measuring, kind: str, work: str, depth: int) -> None:
    values = measure(measuring, Setup(kind), Load(work, depth))
    assert values["transactions"] > 0
    assert (values["work"], values["depth"]) == (work, depth)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--packed",),
        ("--event-idx=off",),
        ("--indirect=off",),
        ("--packed", "--indirect=off", "--event-idx=off"),
        ("--spin",),
    ],
)
def test_kinds_of_ring_have_right_answers(measuring: Measuring, arguments: tuple[str, ...]) -> None:
    values = measure(measuring, Setup("sim"), Load("read32", 4, arguments=arguments))
    assert values["packed"] == ("--packed" in arguments)
    assert values["event_idx"] == ("--event-idx=off" not in arguments)
    assert values["indirect"] == ("--indirect=off" not in arguments)


def test_many_guests_have_right_answers(measuring: Measuring) -> None:
    values = measure(measuring, Setup("sim"), Load("page-write", 4, guests=16))
    assert values["guests"] == 16


@pytest.mark.parametrize("kind", ["python-message", "python-byte", "python-own"])
def test_chips_in_python_have_right_answers(measuring: Measuring, kind: str) -> None:
    values = measure(measuring, Setup(kind), Load("write1read2", 4))
    assert values["transactions"] > 0


def test_json_has_every_field(measuring: Measuring) -> None:
    assert measure(measuring, Setup("sim"), Load("write2", 1)).keys() == FIELDS


def test_guests_that_do_nothing_make_no_transactions(measuring: Measuring) -> None:
    values = measure(measuring, Setup("sim"), Load(guests=4, idle_s=0.01))
    assert values["idle"]
    assert values["transactions"] == 0


def test_wrong_data_is_found(measuring: Measuring) -> None:
    # An EEPROM where the LM75's temperature is expected.
    case = Case("test", "test", "ours", Setup("sim"), Load("write1read2", 1, arguments=("--address=0x50",)))
    record = measuring.measure(case, 1)
    assert record.problem == f"wrong answers: data of {record.values['wrong_data']}"


def test_failed_requests_are_found(measuring: Measuring) -> None:
    case = Case("test", "test", "ours", Setup("sim"), Load("write2", 1, arguments=("--address=0x20",)))
    assert "a request to the chip at 32 fails" in measuring.measure(case, 1).problem


@pytest.mark.parametrize("tool", ["epoll", "memory"])
def test_floor_counts_answers(measuring: Measuring, tool: str) -> None:
    record = measuring.measure(Case("test", "test", tool, tool=tool), 1)
    assert record.problem == ""
    assert record.values["floor"] == tool
    assert record.values["transactions"] > 0


@pytest.mark.parametrize(
    "arguments", [[], ["--guests=2"], ["--socket=s", "--ring-size=3"], ["--socket=s", "--work=nothing"]]
)
def test_command_line_that_makes_no_sense_is_refused(programs: Programs, arguments: list[str]) -> None:
    done = subprocess.run(
        [str(programs.load), *arguments], capture_output=True, check=False, text=True, timeout=RUN_LIMIT_S
    )
    assert done.returncode == 2, done.stderr


def test_back_end_that_is_not_there_is_said(programs: Programs) -> None:
    done = subprocess.run(
        [str(programs.load), "--socket=/nowhere/s"],
        capture_output=True,
        check=False,
        text=True,
        timeout=RUN_LIMIT_S,
    )
    assert done.returncode == 1
    assert "/nowhere/s: cannot connect: No such file or directory" in done.stderr


def test_results_are_written(programs: Programs, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [
            str(programs.python), "-m", "benchmark", f"--build={programs.build}", f"--out={tmp_path}",
            "--rounds=1", "--seconds=0.01", "--warm-up=0", "--only=floors", "--only=idle", "--idle=0",
        ],
        capture_output=True,
        check=False,
        text=True,
        timeout=RUN_LIMIT_S,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root / "scripts")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "results.md").read_text()
    assert "| 64 guests for 0 s | ours | processor time in all, ms |" in page
    written = json.loads((tmp_path / "results.json").read_text())
    assert written["machine"]["processor"] in page
    assert {record["case"]["group"] for record in written["records"]} == {"Floors", "Idle"}
