# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Guests that reboot, pause, leave and share a bus."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from guest_loop import GuestLoop
from i2c_tools import as_grid, detected
from recording_chip import RecordingChip, transactions

from vhost_device import Daemon
from vhost_device.guest import LinuxGuest
from vhost_device.pytest_plugin import GuestFactory
from vhost_device.sim import At24, Bus, Lm75

SENSOR = 0x48
EEPROM = 0x50
CHIP = 0x20
SOME_RUNS = 10


@pytest.mark.parametrize("hard", [False, True], ids=["reboot", "reset button"])
def test_guest_that_reboots_in_the_middle_of_transfers_finds_its_chips_as_they_were(
    i2c_bus: Bus, linux_guest: LinuxGuest, hard: bool
) -> None:
    sensor = i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    eeprom = i2c_bus.attach(At24("24c02", EEPROM))
    linux_guest.bind("24c02", EEPROM, properties={"pagesize": 8}).write_bytes("eeprom", b"before")
    hwmon = linux_guest.bind("lm75", SENSOR)
    hwmon.write("temp1_max", 30000)
    with GuestLoop(linux_guest, f"cat {hwmon.resolve('temp1_input')}") as loop:
        loop.wait_for_more(SOME_RUNS)
        linux_guest.reboot(hard=hard)
    grid = linux_guest.run(f"i2cdetect -y {linux_guest.bus()}", check=True).text
    assert detected(grid) == as_grid(SENSOR, EEPROM)
    hwmon = linux_guest.bind("lm75", SENSOR)
    assert (hwmon.read("temp1_input"), hwmon.read("temp1_max"), sensor.limit) == ("23500", "30000", 30.0)
    memory = linux_guest.bind("24c02", EEPROM, properties={"pagesize": 8})
    assert memory.read_bytes("eeprom", length=6) == b"before"
    memory.write_bytes("eeprom", b"behind")
    assert eeprom.data[:6] == b"behind"


def test_guest_that_is_paused_in_the_middle_of_transfers_goes_on_when_resumed(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = linux_guest.bind("lm75", SENSOR)
    with GuestLoop(linux_guest, f"cat {hwmon.resolve('temp1_input')}") as loop:
        for _ in range(3):
            loop.wait_for_more(SOME_RUNS)
            linux_guest.pause()
            linux_guest.resume()
        loop.wait_for_more(SOME_RUNS)
    sensor.temperature = -12.5
    assert hwmon.read("temp1_input") == "-12500"


# ---- two at once


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def shared(bus: Bus, tmp_path: Path) -> Iterator[Daemon]:
    """One daemon for two guests."""
    with Daemon(bus, tmp_path / "i2c", socket_count=2) as daemon:
        yield daemon


def transfer(guest: LinuxGuest, value: int) -> str:
    return f"i2ctransfer -y {guest.bus()} w1@{CHIP:#x} {value:#04x} r2"


def test_two_guests_on_one_daemon_use_the_bus_at_once_and_one_outlives_the_other(
    bus: Bus, shared: Daemon, linux_guest_factory: GuestFactory
) -> None:
    chip = bus.attach(RecordingChip(CHIP))
    bus.attach(At24("24c32", EEPROM))
    first, second = (linux_guest_factory(path) for path in shared.socket_paths)
    memories = [guest.bind("24c32", EEPROM, properties={"pagesize": 32}) for guest in (first, second)]
    with GuestLoop(first, transfer(first, 1)) as one, GuestLoop(second, transfer(second, 2)) as other:
        # Both go on for as long as this block lasts.
        for _ in range(2):
            one.wait_for_more(SOME_RUNS)
            other.wait_for_more(SOME_RUNS)
        assert shared.connected == 2
        memories[0].write_bytes("eeprom", b"from the first")
        assert memories[1].read_bytes("eeprom", length=14) == b"from the first"
        os.kill(first.pid, signal.SIGKILL)
        other.wait_for_more(SOME_RUNS)
    memories[1].write_bytes("eeprom", b"from the other", timeout=30)
    assert memories[1].read_bytes("eeprom", length=14) == b"from the other"
    # No transfer of one has come in between the messages of the other's.
    seen = transactions(chip.events)
    assert {messages[0] for messages in seen} == {("write", b"\x01"), ("write", b"\x02")}
    assert {tuple((way, len(data)) for way, data in messages) for messages in seen} == {
        (("write", 1), ("read", 2))
    }


def test_guest_comes_back_to_the_socket_of_one_that_was_killed(
    bus: Bus, shared: Daemon, linux_guest_factory: GuestFactory
) -> None:
    sensor = bus.attach(Lm75(address=SENSOR, temperature=23.5))
    path = shared.socket_paths[1]
    first = linux_guest_factory(path)
    assert first.bind("lm75", SENSOR).read("temp1_input") == "23500"
    os.kill(first.pid, signal.SIGKILL)
    first.close()  # waits until it is gone: a socket serves one guest at a time
    sensor.temperature = 40
    assert linux_guest_factory(path).bind("lm75", SENSOR).read("temp1_input") == "40000"
