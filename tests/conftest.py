# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the tests in Python share: the helpers in tests/support, and which executable is tested.

The executable is the one that `--daemon` or the environment's VHOST_DEVICE_I2C names, else that of the dev
build. The programs that test it are beside it, in the same build.
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

_PROGRAM = ROOT / "build/dev/daemon/vhost-device-i2c"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--daemon", metavar="PATH", help="the vhost-device-i2c to test [the dev build's]")


@pytest.fixture(scope="session")
def daemon_program(pytestconfig: pytest.Config) -> Path:
    """The executable under test."""
    named = pytestconfig.getoption("--daemon") or os.environ.get("VHOST_DEVICE_I2C")
    program = Path(named) if named else _PROGRAM
    if not os.access(program, os.X_OK):
        pytest.fail(
            f"there is no {program}: build the daemon ('cmake --preset dev', 'cmake --build --preset dev') or"
            " name it with --daemon or VHOST_DEVICE_I2C"
        )
    return program.resolve()


@pytest.fixture
def daemons(daemon_program: Path) -> Iterator[Daemons]:
    """Starts daemons; what is still running at the end of the test is killed."""
    with Daemons(daemon_program) as factory:
        yield factory


@pytest.fixture
def board() -> Path:
    """A board file: sensors at 0x48 and 0x49, EEPROMs at 0x50 and 0x57."""
    return ROOT / "examples" / "boards" / "demo.dts"
