# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the tests in Python share: the helpers in tests/support, and which executable is tested.

The executable is the one that `--daemon` or the environment's VHOST_DEVICE_I2C names, else the newest of
the dev and release builds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemon_process import Daemons  # noqa: E402 (needs the path above)

_BUILDS = ("dev", "release")
_PROGRAM = "daemon/vhost-device-i2c"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--daemon", metavar="PATH", help="the vhost-device-i2c to test [newest of build/*]")


@pytest.fixture(scope="session")
def daemon_program(pytestconfig: pytest.Config) -> Path:
    """The executable under test."""
    named = pytestconfig.getoption("--daemon") or os.environ.get("VHOST_DEVICE_I2C")
    candidates = [Path(named)] if named else [ROOT / "build" / build / _PROGRAM for build in _BUILDS]
    built = [path.resolve() for path in candidates if os.access(path, os.X_OK)]
    if not built:
        pytest.fail(
            f"there is no {' or '.join(map(str, candidates))}: build the daemon ('cmake --preset dev',"
            " 'cmake --build --preset dev') or name it with --daemon or VHOST_DEVICE_I2C"
        )
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture
def daemons(daemon_program: Path) -> Iterator[Daemons]:
    """Starts daemons; what is still running at the end of the test is killed."""
    with Daemons(daemon_program) as factory:
        yield factory


@pytest.fixture
def board() -> Path:
    """A board file: sensors at 0x48 and 0x49, EEPROMs at 0x50 and 0x57."""
    return ROOT / "examples" / "boards" / "demo.dts"
