# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the tests of the guest in the process share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vhost_device import Guest
from vhost_device.sim import Bus


@pytest.fixture
def guest(bus: Bus) -> Iterator[Guest]:
    """A guest on the test's bus."""
    with Guest(bus) as guest:
        yield guest
