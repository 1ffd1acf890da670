# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What docs/STIMULUS.md shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from resd_writer import TEMPERATURE, constant, write

ROOT = Path(__file__).parents[3]
LIMIT_S = 60


def test_examples_run_and_print_what_they_say(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "STIMULUS.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    [printed] = re.findall(r"^    (lm75 at .*)$", text, re.MULTILINE)
    (tmp_path / "run.csv").write_text("t,temp\n0,20\n")
    write(tmp_path / "run.resd", constant(TEMPERATURE, [(20_000,)], period_ns=1))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(examples)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert (len(examples), done.returncode) == (3, 0), done.stderr
    assert done.stdout == printed + "\n"
