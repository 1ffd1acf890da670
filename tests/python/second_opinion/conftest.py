# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips of ours beside QEMU's models of the same, which others wrote: what one answers, the other has to.

Each file says what is left out because QEMU's model does not have it.
"""

from __future__ import annotations

import pytest

from vhost_device.sim import Bus, ManualClock


@pytest.fixture
def bus() -> Bus:
    """Time stands still, as it does in QEMU as long as no guest runs."""
    return Bus(ManualClock())
