# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What an adapter of the host failed at is in the log for whoever asks for it."""

from __future__ import annotations

import pytest
from host_guest import HostGuest

NOBODY = 0x21


@pytest.mark.parametrize("level", ["debug", "info"])
def test_transfer_that_the_adapter_fails_at_is_told_with_the_errno_at_debug_level(
    host: HostGuest, level: str
) -> None:
    number = host.number()
    daemon = host.serve("-l", f"{number}:{NOBODY}", "--log-level", level)
    assert not host.transfer(f"w1@{NOBODY:#x} 0 r1@{NOBODY:#x}").ok
    told = f"i2c-{number} ({host.name(number)}): transfer to {NOBODY:#x} and on, of 2 messages: E"
    assert daemon.log.count(told) == (1 if level == "debug" else 0)
