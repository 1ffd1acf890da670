# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Lets the tests of the benchmark import it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
