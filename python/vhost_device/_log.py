# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Where the C++ half hands its log records over, on a thread of its own."""

from __future__ import annotations

import logging

logger = logging.getLogger("vhost_device")


def deliver(level: int, text: str) -> None:
    """Called for each record, in order."""
    logger.log(level, "%s", text)
