# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The demo shows what it promises, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"
LIMIT_S = 180


def run_demo(scratch: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DEMO), *arguments],
        env={**os.environ, "TMPDIR": str(scratch)},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def processes_that_name(path: Path) -> list[str]:
    """Command lines with a path in them; QEMU's has that of the bus's socket."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(path) in command:
            found.append(command)
    return found


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def show(scratch: Path) -> subprocess.CompletedProcess[str]:
    """One run of the demo."""
    return run_demo(scratch)


def test_demo_ends_with_success_on_one_screen(show: subprocess.CompletedProcess[str]) -> None:
    assert (show.returncode, show.stderr) == (0, "")
    assert len(show.stdout.splitlines()) < 40


def test_demo_shows_the_boards_chips_in_i2cdetects_grid(show: subprocess.CompletedProcess[str]) -> None:
    grid = {line[:3]: line[4:].split() for line in show.stdout.splitlines() if line[2:3] == ":"}
    assert grid["40:"] == ["--"] * 8 + ["48", "49"] + ["--"] * 6
    assert grid["50:"] == ["50"] + ["--"] * 6 + ["57"] + ["--"] * 8


@pytest.mark.parametrize(
    ("host", "guest"), [("23.5", "23500"), ("31.5", "31500"), ("85.0", "85000"), ("-12.5", "-12500")]
)
def test_demo_shows_temperatures_following_the_host(
    show: subprocess.CompletedProcess[str], host: str, guest: str
) -> None:
    assert ["host", "sensor.temperature", "=", host, "guest", guest] in [
        line.split() for line in show.stdout.splitlines()
    ]


def test_demo_shows_the_guests_text_on_the_host(show: subprocess.CompletedProcess[str]) -> None:
    release = show.stdout.partition("'Written by Linux ")[2].partition("'")[0]
    assert release.startswith("6.")
    assert f"is b'Written by Linux {release}'" in show.stdout


def test_demo_leaves_no_file_and_no_process(show: subprocess.CompletedProcess[str], scratch: Path) -> None:
    assert list(scratch.iterdir()) == []
    assert processes_that_name(scratch) == []


def test_demo_with_shell_gives_a_shell_in_the_guest(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "--shell", stdin="echo there are $((40 + 2)); uname -s; exit\n")
    assert done.returncode == 0, done.stderr
    assert "there are 42" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert processes_that_name(tmp_path) == []
