# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Waits for what takes a chip some time."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

LIMIT_S = 10.0

_T = TypeVar("_T")


def eventually(ask: Callable[[], _T], wanted: Callable[[_T], bool]) -> _T:
    """Asks until the answer is wanted, and returns it; that of the end if it never is.

    An OSError is an answer that is not there yet.
    """
    end = time.monotonic() + LIMIT_S
    while True:
        try:
            answer = ask()
            if wanted(answer) or time.monotonic() > end:
                return answer
        except OSError:
            if time.monotonic() > end:
                raise
