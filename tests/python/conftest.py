# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the tests of the package share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_project import STAND_IN
from program import Program

import vhost_device.guest
from vhost_device.sim import Bus, ManualClock


@pytest.fixture
def bus() -> Bus:
    """A bus of the test's own."""
    return Bus()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still, but for what the test does."""
    return ManualClock()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets, unlike tmp_path's."""
    path = Path(tempfile.mkdtemp(prefix="vhd-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def socket(folder: Path) -> Path:
    """Where a socket can be."""
    return folder / "i2c"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of a user's, whose guests are stand-ins."""
    for name in ("LinuxGuest", "build_image"):  # put back afterwards
        monkeypatch.setattr(vhost_device.guest, name, getattr(vhost_device.guest, name))
    pytester.makeconftest(STAND_IN)
    return pytester


@pytest.fixture
def program(folder: Path) -> Iterator[Program]:
    """A Python program, ended with the test."""
    program = Program(folder)
    yield program
    program.close()
