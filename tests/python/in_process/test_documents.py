# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What docs/IN_PROCESS_GUEST.md and examples/smbus_script.py show works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from daemon_process import Daemons

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "examples" / "smbus_script.py"
OUTPUT = "chips at 0x48, 0x49, 0x50, 0x57\ntemperature 23.5 degrees\nin the EEPROM 'Hello!'\n"
LIMIT_S = 60


def run(*command: str) -> str:
    """What a Python program prints. It must not warn either."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *command], check=True, capture_output=True, text=True, timeout=LIMIT_S
    )
    assert done.stderr == ""
    return done.stdout


def test_document_s_example_runs() -> None:
    text = (ROOT / "docs" / "IN_PROCESS_GUEST.md").read_text()
    [example] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert example.count("assert") >= 4
    assert run("-c", example) == ""


def test_script_runs_on_a_board_of_its_own() -> None:
    assert run(str(SCRIPT)) == OUTPUT


def test_script_runs_on_the_executable_s_socket(daemons: Daemons, board: Path, folder: Path) -> None:
    daemons.serve(folder / "i2c", board)
    assert run(str(SCRIPT), str(folder / "i2c")) == OUTPUT
