# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A guest with two simulated buses, and the programs under test inside it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from guest_programs import put_programs
from host_guest import TRANSFER, HostGuest
from host_python import HostPython, put_package
from user_mode_linux_build import build_user_mode_linux
from user_mode_linux_guest import UserModeLinuxGuest

from vhost_device import Daemon
from vhost_device.guest import LinuxGuest, build_image
from vhost_device.sim import Bus


@pytest.fixture(scope="session")
def build_folder(daemon_program: Path) -> Path:
    """The build that the executable is of."""
    return daemon_program.parents[1]


@pytest.fixture(scope="session")
def _host_guest(
    daemon_program: Path, build_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HostGuest]:
    buses = [Bus(), Bus()]
    folder = tmp_path_factory.mktemp("buses")
    with contextlib.ExitStack() as stack:
        daemons = [
            stack.enter_context(Daemon(bus, socket_path=folder / f"{i}.sock")) for i, bus in enumerate(buses)
        ]
        sockets = [daemon.socket_paths[0] for daemon in daemons]
        guest = stack.enter_context(LinuxGuest(sockets, image=build_image()))
        put_programs(guest, [daemon_program, build_folder / "tests" / "support" / TRANSFER])
        yield HostGuest(guest, buses)


@pytest.fixture
def host(_host_guest: HostGuest) -> Iterator[HostGuest]:
    """A guest that plays the host: two adapters with simulated buses behind them, and the programs."""
    yield _host_guest
    _host_guest.clean()


@pytest.fixture(scope="session")
def _python_command(_host_guest: HostGuest) -> str:
    return put_package(_host_guest)


@pytest.fixture
def python(host: HostGuest, _python_command: str) -> Iterator[HostPython]:
    """This Python and package, inside the guest."""
    python = HostPython(host, _python_command)
    yield python
    python.end()


@pytest.fixture
def inner_linux(host: HostGuest) -> Iterator[UserModeLinuxGuest]:
    """A guest of the guest."""
    inner = UserModeLinuxGuest(host, build_user_mode_linux())
    yield inner
    inner.remove()


@pytest.fixture(scope="session")
def contract_program(_host_guest: HostGuest, build_folder: Path) -> str:
    """The contract suite for real adapters, as that guest knows it."""
    program = build_folder / "tests" / "contract" / "contract_linux"
    put_programs(_host_guest.guest, [program])
    return program.name


_EEPROM_BOARD = b"""/dts-v1/;
/ { i2c { #address-cells = <1>; #size-cells = <0>;
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
}; };
"""


@pytest.fixture(scope="session")
def eeprom_board() -> bytes:
    """A board with a 24c02 at 0x50, as a devicetree blob."""
    command = ["dtc", "-I", "dts", "-O", "dtb"]
    return subprocess.run(command, input=_EEPROM_BOARD, capture_output=True, check=True).stdout
