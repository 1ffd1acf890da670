# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Lets the tests of the tree import what is beside them, however pytest is started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
