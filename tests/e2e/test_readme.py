# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the README shows in Python works as it stands there."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vhost_device import InProcessGuest
from vhost_device.i2c import Read, Write

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
LIMIT_S = 120

SENSOR, EEPROM, COUNTER = 0x48, 0x50, 0x20


@pytest.fixture
def script(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The README's script, at the moment when it waits for guests."""
    # It prints when it has done all but wait, so that nobody has to guess when that is.
    text = BLOCKS[0].replace("    daemon.wait()", "    print('waiting', flush=True)\n    daemon.wait()")
    # Ctrl-C works whatever these tests were started from: a shell's background ignores SIGINT.
    command = ["env", "--default-signal=INT", sys.executable, "-c", text]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


def test_readme_has_a_script_and_a_test() -> None:
    assert [block.partition("\n")[0] for block in BLOCKS] == [
        "from vhost_device import Daemon",
        "from vhost_device.sim import Lm75",
    ]


def test_script_serves_its_chips_until_ctrl_c(script: subprocess.Popen[str], tmp_path: Path) -> None:
    with InProcessGuest(tmp_path / "vi2c.sock") as guest:
        temperature = guest.transfer([Write(SENSOR, b"\0"), Read(SENSOR, 2)])
        text = guest.transfer([Write(EEPROM, b"\0\0"), Read(EEPROM, 5)])
        counts = [guest.transfer([Read(COUNTER, 2)]) for _ in range(2)]
    # Left-justified, in steps of half a degree.
    reported = int.from_bytes(temperature[0], "big", signed=True) / 256
    assert reported == pytest.approx(31.25, abs=0.25)
    assert text == [b"hello"]
    assert counts == [[b"\0\1"], [b"\0\2"]]

    script.send_signal(signal.SIGINT)
    _, errors = script.communicate(timeout=LIMIT_S)
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert list(tmp_path.iterdir()) == []


def test_pytest_example_passes(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(BLOCKS[1])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
