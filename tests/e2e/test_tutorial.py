# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""docs/TUTORIAL.md from its first command to its last, in a virtual environment of its own.

Everything runs as it stands there, except that pip does only where VHOST_DEVICE names a wheel, as in
scripts/test-wheel: see tests/support/tutorial.py.
"""

from __future__ import annotations

from pathlib import Path

import tutorial

LIMIT_S = 400


def test_every_command_runs_and_prints_what_is_shown(tmp_path: Path) -> None:
    blocks = tutorial.blocks()

    outputs = tutorial.outputs(tutorial.run("bash -euo pipefail", tutorial.script(), tmp_path, LIMIT_S))

    assert list(outputs) == [number for number, block in enumerate(blocks) if block.kind == "sh"]
    shown = {
        (number - 1, line)
        for number, block in enumerate(blocks)
        if block.kind == "text"
        for line in block.text.splitlines()
    }
    assert len(shown) == 4
    missing = {(number, line) for number, line in shown if line not in outputs[number]}
    assert not missing, outputs
