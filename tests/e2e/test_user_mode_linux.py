# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""User Mode Linux as the guest, on this machine: no QEMU at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from daemon_process import Daemons
from i2c_tools import as_grid, detected
from user_mode_linux import ENVIRONMENT, command, init_script, make_root, output
from user_mode_linux_build import build_user_mode_linux

from vhost_device.guest import build_image

BOARD_ADDRESSES = (0x48, 0x49, 0x50, 0x57)
LIMIT_S = 60.0
# PTRACE_TRACEME, which every process of User Mode Linux begins with.
TRACE_ME = "import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0))"


def ptrace_is_permitted() -> bool:
    return subprocess.run([sys.executable, "-c", TRACE_ME], check=False).returncode == 0


@pytest.mark.skipif(not ptrace_is_permitted(), reason="User Mode Linux needs ptrace, which is forbidden here")
def test_i2cdetect_shows_the_simulated_board(daemons: Daemons, tmp_path: Path, board: Path) -> None:
    program = build_user_mode_linux()
    make_root(build_image(), tmp_path / "root")
    init = tmp_path / "root" / "init"
    init.write_text(init_script("i2cdetect -y 0"))
    init.chmod(0o755)
    daemons.serve(tmp_path / "vi2c.sock", board)
    words = command(str(program), str(tmp_path / "vi2c.sock0"), root=str(tmp_path / "root"), init="/init")

    done = subprocess.run(
        words,
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert detected(output(done.stdout)) == as_grid(*BOARD_ADDRESSES)
