# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest in the process: what it connects to, what it transfers, and what it leaves behind."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemons
from recording_chip import RecordingChip, transactions

from vhost_device import Daemon, Guest
from vhost_device.errors import FrontEndError
from vhost_device.i2c import Adapter, BusError, Read, Router, TransferError, Write
from vhost_device.sim import At24, Bus, Device, Lm75, Nack

LIMIT_S = 20.0
ROUNDS = 50


def threads() -> set[str]:
    """The threads of this process, in Python or not."""
    return set(os.listdir("/proc/self/task"))


def descriptors() -> dict[str, str]:
    """The open files of this process, and what they are."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        path = f"/proc/self/fd/{name}"
        if os.path.lexists(path):  # that of the listing itself is not
            found[name] = os.readlink(path)
    return found


# ---- what it connects to


def test_guest_of_a_bus_reaches_its_chips(bus: Bus) -> None:
    sensor = bus.attach(Lm75(address=0x48, temperature=23.5))
    with Guest(bus) as guest:
        assert guest.transfer([Write(0x48, b"\0"), Read(0x48, 2)]) == [b"\x17\x80"]
        sensor.temperature = -1.0
        assert guest.transfer([Read(0x48, 2)]) == [b"\xff\x00"]


def test_guest_of_any_adapter_reaches_its_chips(bus: Bus) -> None:
    bus.attach(RecordingChip(0x20))
    bus.attach(RecordingChip(0x21))
    with Guest(Router([(bus, [0x20])])) as guest:
        assert guest.scan() == [0x20]


@pytest.mark.parametrize("to_path", [os.fspath, Path], ids=["text", "path"])
def test_guest_of_a_socket_reaches_that_daemons_chips(
    bus: Bus, socket: Path, to_path: Callable[[Path], Any]
) -> None:
    bus.attach(Device(0x20))
    with Daemon(bus, socket), Guest(to_path(socket)) as guest:
        assert guest.scan() == [0x20]


def test_guest_of_the_executables_socket_reads_its_board(daemons: Daemons, board: Path, folder: Path) -> None:
    daemons.serve(folder / "i2c", board)
    with Guest(folder / "i2c") as guest:
        assert guest.scan() == [0x48, 0x49, 0x50, 0x57]
        assert guest.smbus().read_byte_data(0x48, 1) == 0
        i2c = guest.busio()
        temperature = bytearray(2)
        i2c.writeto_then_readfrom(0x48, b"\0", temperature)
    assert -55 <= int.from_bytes(temperature, "big", signed=True) / 256 <= 125


def test_two_guests_share_a_bus(bus: Bus) -> None:
    eeprom = bus.attach(At24("24c02", address=0x50, write_cycle_ms=0))
    with Guest(bus) as one, Guest(bus) as other:
        one.transfer([Write(0x50, b"\x00one")])
        other.transfer([Write(0x50, b"\x08other")])
        assert other.transfer([Write(0x50, b"\0"), Read(0x50, 3)]) == [b"one"]
        assert one.transfer([Write(0x50, b"\x08"), Read(0x50, 5)]) == [b"other"]
    assert eeprom.data[8:13] == b"other"


def test_guest_is_an_adapter_and_can_be_served(bus: Bus) -> None:
    bus.attach(Device(0x20))
    with Guest(bus) as inner, Guest(inner) as outer:
        assert isinstance(outer, Adapter)
        assert outer.functionality == inner.functionality
        assert outer.scan() == [0x20]


def test_missing_socket_is_named(folder: Path) -> None:
    with pytest.raises(FrontEndError, match=r"missing: .*No such file"):
        Guest(folder / "missing")


@pytest.mark.parametrize("wrong", [None, 1, ["i2c"]])
def test_something_else_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected a bus, or the path of a daemon's socket"):
        Guest(wrong)


def test_temporary_folder_with_a_long_name_will_do(
    bus: Bus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder / ("x" * 200)  # a socket's address has 107 bytes
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", os.fspath(deep))
    with Guest(bus) as guest:
        assert guest.scan() == []


# ---- what it transfers


def test_messages_are_one_transaction(bus: Bus, guest: Guest) -> None:
    chip = bus.attach(RecordingChip(0x20))
    assert guest.transfer([Write(0x20, b"\1\2"), Read(0x20, 2), Write(0x20), Read(0x20, 1)]) == [
        b"\xa0\xa1",
        b"\xa2",
    ]
    assert transactions(chip.events) == [
        [("write", b"\1\2"), ("read", b"\xa0\xa1"), ("write", b""), ("read", b"\xa2")]
    ]


def test_as_many_messages_as_linux_takes_are_one_transaction(bus: Bus, guest: Guest) -> None:
    chip = bus.attach(RecordingChip(0x20))
    guest.transfer([Write(0x20, bytes([number])) for number in range(42)])  # I2C_RDWR_IOCTL_MAX_MSGS
    assert transactions(chip.events) == [[("write", bytes([number])) for number in range(42)]]


def test_failure_is_a_bus_error_that_has_the_message(bus: Bus, guest: Guest) -> None:
    bus.attach(Device(0x20))
    with pytest.raises(BusError, match=r"0x21: I/O error \(message 2 of 3\)"):
        guest.transfer([Write(0x20), Write(0x21), Write(0x20)])
    assert guest.transfer([Write(0x20)]) == []


def test_scan_finds_who_acknowledges_and_writes_no_data(bus: Bus, guest: Guest) -> None:
    class Shy(Device):
        def write(self, data: bytes) -> None:
            raise Nack

    chip = bus.attach(RecordingChip(0x77))
    bus.attach(Shy(0x20))
    bus.attach(Device(0x08))
    bus.attach(Device(0x78))
    assert guest.scan() == [0x08, 0x77]
    assert chip.events == ["77 start write", "77 stop"]


def test_exception_in_a_chip_is_kept_by_the_bus(bus: Bus, guest: Guest) -> None:
    class Broken(Device):
        def read(self, length: int) -> bytes:
            raise KeyError("register")

    bus.attach(Broken(0x20))
    with pytest.raises(BusError):
        guest.transfer([Read(0x20, 1)])
    [error] = bus.take_script_errors()
    assert isinstance(error.exception, KeyError)


def test_threads_may_share_a_guest(bus: Bus, guest: Guest) -> None:
    bus.attach(At24("24c02", address=0x50, write_cycle_ms=0)).data[:] = bytes(range(256))
    wrong: list[bytes] = []

    def read(first: int) -> None:
        for start in range(first, 256 - 4, 4):
            [found] = guest.transfer([Write(0x50, bytes([start])), Read(0x50, 4)])
            if found != bytes(range(start, start + 4)):
                wrong.append(found)

    together = [threading.Thread(target=read, args=(first,), daemon=True) for first in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(LIMIT_S)
    assert not any(thread.is_alive() for thread in together)
    assert wrong == []


# ---- what it leaves behind


def test_closing_leaves_no_thread_descriptor_or_file(
    bus: Bus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", os.fspath(folder))
    Guest(bus).close()  # what is made once for the whole process
    before = threads(), descriptors()
    for _ in range(ROUNDS):
        with Guest(bus) as guest:
            guest.scan()
            assert list(folder.iterdir()) == []
    assert (threads(), descriptors()) == before


def test_failed_start_leaves_no_thread_descriptor_or_file(
    bus: Bus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", os.fspath(folder))
    Guest(bus).close()
    before = threads(), descriptors()
    for _ in range(ROUNDS):
        with pytest.raises(ValueError, match="timeout"):
            Guest(bus, timeout=-1.0)
    assert (threads(), descriptors()) == before
    assert list(folder.iterdir()) == []


def test_closed_guest_says_so(bus: Bus) -> None:
    guest = Guest(bus)
    guest.close()
    guest.close()
    assert guest.closed
    for use in (guest.scan, lambda: guest.transfer([]), lambda: guest.smbus().read_byte(0x20)):
        with pytest.raises(RuntimeError, match="the guest is closed"):
            use()


def test_closing_leaves_the_bus_and_a_daemon_of_others_as_they_are(bus: Bus, socket: Path) -> None:
    bus.attach(Device(0x20))
    with Daemon(bus, socket) as daemon:
        for _ in range(2):
            with Guest(socket) as guest:
                assert guest.scan() == [0x20]
        assert daemon.running
    assert bus.transfer([Write(0x20)]) == []


def test_daemon_that_ends_is_an_error_and_not_a_wait(bus: Bus, socket: Path) -> None:
    bus.attach(Device(0x20))
    daemon = Daemon(bus, socket).start()
    with Guest(socket, timeout=LIMIT_S) as guest:
        daemon.stop()
        with pytest.raises(TransferError):
            guest.transfer([Write(0x20)])


def test_guest_that_is_not_closed_is_reported_and_gone(bus: Bus) -> None:
    Guest(bus).close()
    before = threads()
    guests = [Guest(bus)]
    gone = weakref.ref(guests[0])
    with pytest.warns(ResourceWarning, match=r"<Daemon of a Guest of .*> was not stopped"):
        guests.clear()
    assert gone() is None
    assert threads() == before


def test_repr_says_of_what_and_whether_it_is_open(socket: Path, bus: Bus) -> None:
    with Daemon(bus, socket):
        guest = Guest(socket)
        assert repr(guest) == f"<Guest of {socket!r}, open>"
        guest.close()
        assert repr(guest) == f"<Guest of {socket!r}, closed>"
