# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the files that a bus is written to have in common."""

from __future__ import annotations

import os
from typing import Union

PathLike = Union[str, "os.PathLike[str]"]

CLOSE_LIMIT_S = 2.0  # for what waits still
