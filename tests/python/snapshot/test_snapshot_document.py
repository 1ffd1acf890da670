# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What docs/SNAPSHOT.md shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LIMIT_S = 60


def test_examples_run_and_write_the_file_that_is_shown(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "SNAPSHOT.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    [shown] = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    examples.append("bus.attach(Counter(0x30))\nbus.restore(bus.snapshot())\n")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(examples)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert (len(examples), done.returncode, done.stderr) == (3, 0, "")
    written = (tmp_path / "after.json").read_text().splitlines()
    assert [line for line in shown.splitlines() if line not in written] == []
