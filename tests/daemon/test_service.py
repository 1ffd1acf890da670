# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What is installed beside the executable: systemd's units and the manual page."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from daemon_process import Daemons

ROOT = Path(__file__).parents[2]
SERVICES = ("vhost-device-i2c@vm1.service", "vhost-device-i2c-connect@vm1.service")
UNITS = (*SERVICES, "vhost-device-i2c@vm1.socket")
# What systemd-analyze calls safe ends at 1.0 in its tenths of points.
HIGHEST_EXPOSURE = 10


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
