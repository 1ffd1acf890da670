# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What is installed beside the executable: systemd's units and the manual page."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
from pathlib import Path

import pytest
from daemon_process import Daemons

ROOT = Path(__file__).parents[2]
SERVICES = ("vhost-device-i2c@vm1.service", "vhost-device-i2c-connect@vm1.service")
UNITS = (*SERVICES, "vhost-device-i2c@vm1.socket")
# What systemd-analyze calls safe ends at 1.0 in its tenths of points.
HIGHEST_EXPOSURE = 10
EXIT_FAILURE = 1


@pytest.fixture
def units(daemon_program: Path, tmp_path: Path) -> dict[str, str]:
    """An environment for systemd-analyze in which the units are installed."""
    for folder in (daemon_program.parent / "systemd", ROOT / "daemon" / "systemd"):
        for unit in [*folder.glob("*.service"), *folder.glob("*.socket")]:
            text = unit.read_text()
            text = re.sub(r"(?<=^ExecStart=)\S+", str(daemon_program), text, flags=re.MULTILINE)
            (tmp_path / unit.name).write_text(text)
    return {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:", "SYSTEMD_LOG_LEVEL": "info"}


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_verified_without_a_word(units: dict[str, str], unit: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", unit], env=units, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_service_is_hardened(units: dict[str, str], service: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={HIGHEST_EXPOSURE}", service]
    done = subprocess.run(command, env=units, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "SAFE" in done.stdout


def options_in_the_example() -> list[str]:
    """What example.conf has for OPTIONS: real chips, and in a comment a board."""
    text = (ROOT / "daemon" / "systemd" / "example.conf").read_text()
    real, board = re.findall(r"^#?OPTIONS=(.*)$", text, re.MULTILINE)
    return [real, board]


def command_line(daemon_program: Path, service: str, options: str, folder: Path) -> list[str]:
    """What systemd runs for the machine vm1, but for the program's place and the sockets' folder."""
    unit = daemon_program.parent / "systemd" / service.replace("vm1", "")
    (command,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    command = command.replace("%i", "vm1").replace("/run/vhost-device-i2c", str(folder))
    words = command.replace("$OPTIONS", options)
    assert "$" not in words
    # A variable without braces is split at spaces, and its quotes are kept to (systemd.service(5)).
    return [str(daemon_program), *shlex.split(words)[1:]]


def run_as_a_service(command: list[str], listening: socket.socket) -> subprocess.CompletedProcess[str]:
    """Runs it with the socket where systemd has it."""
    at_3 = f'exec "$@" 3<&{listening.fileno()}'
    return subprocess.run(
        ["bash", "-c", at_3, "bash", *command],
        pass_fds=[listening.fileno()],
        capture_output=True,
        text=True,
        timeout=10,
    )


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        *zip(
            options_in_the_example(),
            ["no I2C adapter with the name 'i915 gmbus dpd'", "/etc/vhost-device-i2c/board.dts"],
        )
    ],
)
def test_service_with_the_options_of_the_example_comes_as_far_as_the_chips(
    daemon_program: Path, service: str, options: str, reason: str, tmp_path: Path
) -> None:
    command = command_line(daemon_program, service, options, tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "listening.sock"))
        listening.listen()
        done = run_as_a_service(command, listening)
    assert reason in done.stderr
    assert done.returncode == EXIT_FAILURE


@pytest.mark.parametrize("service", SERVICES)
def test_service_with_a_board_alone_serves_it(
    daemon_program: Path, daemons: Daemons, service: str, board: Path, tmp_path: Path
) -> None:
    command = command_line(daemon_program, service, f"--board={board} --log-level=info", tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "listening.sock"))
        listening.listen()
        arguments = [word.replace("--fd=3", f"--fd={listening.fileno()}") for word in command[1:]]
        daemon = daemons.start(*arguments, pass_fds=[listening.fileno()])
        daemon.wait_for_log("4 chips on the bus")
        assert daemon.running


def test_connecting_service_may_use_a_socket_of_the_group_that_owns_its_folder(daemon_program: Path) -> None:
    line = (ROOT / "daemon" / "systemd" / "vhost-device-i2c.conf").read_text().splitlines()[-1]
    kind, folder, mode, owner, group, _ = line.split()
    assert (kind, folder, mode, owner) == ("d", "/run/vhost-device-i2c", "2770", "root")
    service = (daemon_program.parent / "systemd" / "vhost-device-i2c-connect@.service").read_text()
    assert f"--connect={folder}/" in service
    assert group in re.findall(r"^SupplementaryGroups=(.*)$", service, re.MULTILINE)[0].split()


@pytest.fixture
def page(daemon_program: Path) -> Path:
    """The manual page, which the build makes."""
    return daemon_program.parent / "man" / "vhost-device-i2c.1"


def test_manual_page_renders_without_warnings(page: Path) -> None:
    command = ["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l", str(page)]
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_manual_page_has_every_option_of_the_help(page: Path, daemons: Daemons) -> None:
    options = re.findall(r"^ +(?:-\w,)?(--[\w-]+)", daemons.run("--help").stdout, re.MULTILINE)
    assert "--device-list" in options
    text = page.read_text().replace("\\-", "-")
    assert [option for option in options if option not in text] == []


def test_manual_page_has_every_line_of_the_help_s_examples_and_exit_statuses(
    page: Path, daemons: Daemons
) -> None:
    end_of_help = daemons.run("--help").stdout.partition("\nExamples:\n")[2]
    lines = [re.sub(r"^ +(\d +)?", "", line) for line in end_of_help.splitlines()]
    assert [line for line in lines if line.startswith("vhost-device-i2c ")]
    text = page.read_text().replace("\\-", "-").replace("\\e", "\\")
    assert [line for line in lines if line.upper().rstrip(":") not in text.upper()] == []
