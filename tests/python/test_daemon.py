# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The daemon inside a Python program: its sockets, its guests, its life."""

from __future__ import annotations

import os
import socket as sockets
import stat
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from vhost_device import Daemon, DaemonError, InProcessGuest
from vhost_device.errors import FrontEndError
from vhost_device.i2c import BusError, Read, TransferError, Write
from vhost_device.sim import At24, Bus, Device, Lm75

# Only something that is broken gets there.
LIMIT_S = 20.0


# ---- sockets


def test_single_socket_is_there_with_and_without_its_number(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket) as daemon:
        assert daemon.socket_paths == [Path(f"{socket}0")]
        assert os.readlink(socket) == "i2c0"
        assert stat.S_ISSOCK(socket.stat().st_mode)


def test_several_sockets_are_numbered(bus: Bus, socket: Path) -> None:
    with Daemon(bus, os.fspath(socket), socket_count=3) as daemon:
        assert daemon.socket_paths == [Path(f"{socket}{number}") for number in range(3)]
        assert not socket.exists()


def test_sockets_are_gone_after_the_daemon(bus: Bus, folder: Path) -> None:
    with Daemon(bus, folder / "one"), Daemon(bus, folder / "two", socket_count=2):
        assert len(list(folder.iterdir())) == 4
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_socket_has_the_mode_that_was_asked_for(bus: Bus, socket: Path, mode: int) -> None:
    with Daemon(bus, socket, socket_mode=mode):
        assert stat.S_IMODE(socket.stat().st_mode) == mode


def test_socket_is_for_its_owner_unless_told_otherwise(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket):
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600


def test_stale_socket_is_replaced(bus: Bus, socket: Path) -> None:
    stale = sockets.socket(sockets.AF_UNIX)
    stale.bind(f"{socket}0")
    stale.close()
    with Daemon(bus, socket), InProcessGuest(socket):
        pass


def test_live_socket_is_refused_and_goes_on(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket):
        with pytest.raises(DaemonError, match="another process listens there") as failure:
            Daemon(bus, socket).start()
        assert failure.value.path == os.fspath(socket)
        with InProcessGuest(socket):
            pass


def test_other_file_is_refused_and_kept(bus: Bus, socket: Path) -> None:
    file = Path(f"{socket}0")
    file.write_text("precious")
    with pytest.raises(DaemonError, match=r"i2c0: a file that is not a socket is there"):
        Daemon(bus, socket).start()
    assert file.read_text() == "precious"


def test_failed_start_leaves_no_socket_behind(bus: Bus, folder: Path) -> None:
    (folder / "i2c1").write_text("precious")
    with pytest.raises(DaemonError):
        Daemon(bus, folder / "i2c", socket_count=2).start()
    assert [path.name for path in folder.iterdir()] == ["i2c1"]


def test_path_that_is_too_long_is_refused(bus: Bus, folder: Path) -> None:
    with pytest.raises(DaemonError, match="choose a shorter one"):
        Daemon(bus, folder / ("x" * 107)).start()


def test_missing_folder_is_named(bus: Bus, folder: Path) -> None:
    with pytest.raises(DaemonError, match=r"missing/i2c0: .*No such file"):
        Daemon(bus, folder / "missing" / "i2c").start()


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"socket_path": "x", "fd": 0},
        {"socket_path": "x", "socket_count": 0},
        {"socket_path": "x", "socket_count": 100_000},
        {"fd": 0, "socket_count": 2},
        {"socket_path": "x", "socket_mode": 0o1777},
        {"socket_path": "x", "socket_mode": -1},
    ],
)
def test_impossible_arguments_are_refused(bus: Bus, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="socket"):
        Daemon(bus, **arguments)


# ---- inherited sockets


def test_inherited_listening_socket_is_served_and_stays_the_callers(bus: Bus, socket: Path) -> None:
    bus.attach(Device(0x20))
    with sockets.socket(sockets.AF_UNIX) as listening:
        listening.bind(os.fspath(socket))
        listening.listen()
        with Daemon(bus, fd=listening) as daemon, InProcessGuest(socket) as guest:
            assert guest.transfer([Write(0x20)]) == []
            assert daemon.socket_paths == []
        assert listening.fileno() >= 0
        with Daemon(bus, fd=listening.fileno()), InProcessGuest(socket) as guest:
            assert guest.transfer([Write(0x20)]) == []
    assert socket.exists()


def test_end_of_an_inherited_connection_ends_the_wait(bus: Bus) -> None:
    ours, theirs = sockets.socketpair(sockets.AF_UNIX)
    with ours, theirs, Daemon(bus, fd=theirs) as daemon:
        daemon.wait_connected()
        assert daemon.wait(timeout=0) is False
        ours.close()
        assert daemon.wait(timeout=LIMIT_S) is True


def test_descriptor_that_is_no_socket_is_refused(bus: Bus, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, pytest.raises(DaemonError, match="not a socket"):
        Daemon(bus, fd=file).start()


def test_closed_descriptor_is_refused(bus: Bus) -> None:
    with pytest.raises(DaemonError, match="Bad file descriptor"):
        Daemon(bus, fd=987).start()


# ---- guests


def test_guest_reads_what_the_program_sets_meanwhile(bus: Bus, socket: Path) -> None:
    sensor = bus.attach(Lm75(address=0x48, temperature=23.5))
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        assert guest.transfer([Read(0x48, 2)]) == [b"\x17\x80"]
        sensor.temperature = 31.25
        assert guest.transfer([Read(0x48, 2)]) == [b"\x1f\x80"]  # an lm75 has half degrees


def test_program_reads_what_the_guest_writes(bus: Bus, socket: Path) -> None:
    eeprom = bus.attach(At24("24c02", 0x50))
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        guest.transfer([Write(0x50, b"\0hello")])
        assert eeprom.data[:5] == b"hello"


def test_guest_gets_an_error_where_nobody_answers(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket), InProcessGuest(socket) as guest, pytest.raises(BusError, match="0x48"):
        guest.transfer([Read(0x48, 2)])


def test_guests_come_and_go(bus: Bus, socket: Path) -> None:
    bus.attach(Device(0x20))
    with Daemon(bus, socket) as daemon:
        for _ in range(3):
            with InProcessGuest(socket) as guest:
                daemon.wait_connected()
                assert guest.transfer([Write(0x20)]) == []


def test_connected_counts_guests(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket, socket_count=2) as daemon:
        assert daemon.connected == 0
        first, second = (InProcessGuest(path) for path in daemon.socket_paths)
        with first, second:
            daemon.wait_connected(2, timeout=LIMIT_S)
            assert daemon.connected == 2


def test_wait_for_guests_that_do_not_come_has_a_limit(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket) as daemon, pytest.raises(TimeoutError, match="0 of 1 guests"):
        daemon.wait_connected(timeout=0.01)


def test_guest_that_is_closed_is_an_error(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket):
        guest = InProcessGuest(socket)
        guest.close()
        guest.close()
        with pytest.raises(BusError):
            guest.transfer([Write(0x20)])


def test_guest_without_a_daemon_is_an_error(socket: Path) -> None:
    with pytest.raises(FrontEndError, match="i2c"):
        InProcessGuest(socket)


def test_guest_of_a_daemon_that_stops_gets_an_error(bus: Bus, socket: Path) -> None:
    bus.attach(Device(0x20))
    with Daemon(bus, socket) as daemon, InProcessGuest(socket, timeout=LIMIT_S) as guest:
        daemon.stop()
        with pytest.raises(TransferError):
            guest.transfer([Write(0x20)])


def test_exception_in_a_chip_never_ends_the_daemon(bus: Bus, socket: Path) -> None:
    class Broken(Device):
        def read(self, length: int) -> bytes:
            raise SystemExit(3)

    bus.attach(Broken(0x20))
    sensor = bus.attach(Lm75(address=0x48, temperature=20))
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        with pytest.raises(BusError):
            guest.transfer([Read(0x20, 1)])
        assert guest.transfer([Read(0x48, 1)]) == [b"\x14"]
    assert sensor in bus.devices
    assert [type(error.exception) for error in bus.take_script_errors()] == [SystemExit]


def test_endless_chip_gives_the_guest_an_error_and_the_bus_works_on(bus: Bus, socket: Path) -> None:
    class Endless(Device):
        def read(self, length: int) -> bytes:
            while True:
                pass

    bus.script_limit_ms = 50
    bus.attach(Endless(0x20))
    bus.attach(Lm75(address=0x48, temperature=20))
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        with pytest.raises(BusError):
            guest.transfer([Read(0x20, 1)])
        assert guest.transfer([Read(0x48, 1)]) == [b"\x14"]


# ---- life


def test_stop_ends_a_wait_on_another_thread(bus: Bus, socket: Path) -> None:
    ended: list[bool] = []
    with Daemon(bus, socket) as daemon:
        waiting = threading.Thread(target=lambda: ended.append(daemon.wait()))
        waiting.start()
        daemon.stop()
        waiting.join(LIMIT_S)
    assert ended == [True]


def test_wait_has_a_limit(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket) as daemon:
        assert daemon.wait(timeout=0.01) is False


def test_daemon_can_be_stopped_twice_and_started_again(bus: Bus, socket: Path) -> None:
    daemon = Daemon(bus, socket).start()
    states = [daemon.running]
    daemon.stop()
    daemon.stop()
    states.append(daemon.running)
    with daemon, InProcessGuest(socket):
        states.append(daemon.running)
    states.append(daemon.running)
    assert states == [True, False, True, False]


def test_daemon_cannot_be_started_twice(bus: Bus, socket: Path) -> None:
    with Daemon(bus, socket) as daemon, pytest.raises(RuntimeError, match="running already"):
        daemon.start()


def test_daemon_that_is_not_running_says_so(bus: Bus, socket: Path) -> None:
    daemon = Daemon(bus, socket)
    assert daemon.connected == 0
    assert "not running" in repr(daemon)
    for use in (daemon.wait, daemon.wait_connected, lambda: daemon.socket_paths):
        with pytest.raises(RuntimeError, match="not running"):
            use()


def test_chip_cannot_stop_the_daemon_that_calls_it(bus: Bus, socket: Path) -> None:
    class Stops(Device):
        def write(self, data: bytes) -> None:
            daemon.stop()

    bus.attach(Stops(0x20))
    with Daemon(bus, socket) as daemon, InProcessGuest(socket) as guest:
        with pytest.raises(BusError):
            guest.transfer([Write(0x20)])
        assert daemon.running
    assert "cannot stop" in str(bus.take_script_errors()[0].exception)


def test_stop_leaves_a_chip_to_itself_that_does_not_return(
    bus: Bus, socket: Path, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    entered = threading.Event()

    class Waits(Device):
        def read(self, length: int) -> bytes:
            entered.set()
            release.wait(LIMIT_S)
            return bytes(length)

    def transfer() -> None:
        with suppress(TransferError), InProcessGuest(socket) as guest:
            guest.transfer([Read(0x20, 1)])

    bus.script_limit_ms = 0
    bus.attach(Waits(0x20))
    guest_thread = threading.Thread(target=transfer)
    with Daemon(bus, socket) as daemon:
        guest_thread.start()
        entered.wait(LIMIT_S)
        daemon.stop(timeout=0.01)
    release.set()
    guest_thread.join(LIMIT_S)
    assert "a transfer is still under way" in caplog.text


def test_forgotten_daemon_is_a_resource_warning(bus: Bus, socket: Path) -> None:
    with pytest.warns(ResourceWarning, match="was not stopped"):
        Daemon(bus, socket).start()
    assert not socket.exists()
