# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""How long the daemon keeps a host's adapter open. The adapter is tests/support/i2c_stand_in.cpp, which opens
/dev/null in the place of /dev/i2c-7.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import DaemonProcess, Daemons

LIMIT_S = 10.0
# Sets the word address of the stand-in's EEPROM, and reads.
READ = ("w2@0x50", "0", "0", "r4@0x50")


@pytest.fixture
def served(daemon_program: Path, tmp_path: Path) -> Iterator[DaemonProcess]:
    build = daemon_program.parents[1]
    adapter = tmp_path / "sys" / "i2c-7"
    adapter.mkdir(parents=True)
    (adapter / "name").write_text("stand-in\n")
    with Daemons(Path("/usr/bin/env")) as daemons:
        daemon = daemons.start(
            f"LD_PRELOAD={build / 'tests/support/i2c-stand-in.so'}",
            f"I2C_STAND_IN_SYSFS={adapter.parent}",
            daemon_program,
            f"--socket-path={tmp_path / 's'}",
            "--device-list=stand-in:0x50",
        )
        daemon.wait_for_log("listening on")
        yield daemon


def opened(daemon: DaemonProcess) -> int:
    """How many adapters it has open: its standard input and output are /dev/null, too."""
    count = -2
    for link in Path(f"/proc/{daemon.pid}/fd").iterdir():
        try:
            count += link.readlink() == Path("/dev/null")
        except FileNotFoundError:  # closed meanwhile
            continue
    return count


def wait_until_opened(daemon: DaemonProcess, count: int) -> None:
    deadline = time.monotonic() + LIMIT_S
    while opened(daemon) != count:
        assert time.monotonic() < deadline, f"the adapter is never open {count} times"


def transfer(daemon_program: Path, socket: Path, *words: str) -> None:
    program = daemon_program.parents[1] / "tests/support/vhost-user-i2ctransfer"
    subprocess.run([program, socket, *words], check=True, capture_output=True, timeout=LIMIT_S)


def test_adapter_of_a_guest_that_does_nothing_is_closed(
    served: DaemonProcess, daemon_program: Path, tmp_path: Path
) -> None:
    transfer(daemon_program, tmp_path / "s", *READ)
    wait_until_opened(served, 0)
    transfer(daemon_program, tmp_path / "s", *READ)
    wait_until_opened(served, 0)


def test_adapter_of_a_guest_that_never_pauses_is_closed_now_and_then(
    served: DaemonProcess, daemon_program: Path, tmp_path: Path
) -> None:
    program = daemon_program.parents[1] / "tests/support/vhost-user-i2ctransfer"
    with subprocess.Popen([program, "--watch", tmp_path / "s", *READ], stdout=subprocess.PIPE) as busy:
        try:
            assert busy.stdout is not None
            assert busy.stdout.readline()  # it has begun
            wait_until_opened(served, 1)
            wait_until_opened(served, 0)
            assert busy.poll() is None
        finally:
            busy.kill()
