# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Whole programs: how they are ended, and how they end by themselves."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress

import pytest
from program import LIMIT_S, SLOW_SCRIPT, Program

from vhost_device import InProcessGuest
from vhost_device.i2c import Read, TransferError, Write

# As the issue has it, word for word.
ISSUE_SCRIPT = '''\
from vhost_device import Daemon
from vhost_device.sim import At24, Bus, Device, Lm75

class Counter(Device):
    """Answers each read with how often it was read."""
    def __init__(self, address: int) -> None:
        super().__init__(address)
        self.count = 0
    def read(self, length: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(length, "big")

bus = Bus()
eeprom = bus.attach(At24("24c32", address=0x50))
sensor = bus.attach(Lm75(address=0x48, temperature=23.5))
bus.attach(Counter(address=0x20))
with Daemon(bus, socket_path="vi2c.sock") as daemon:
    sensor.temperature = 31.25      # while guests run
    eeprom.data[0:5] = b"hello"
    daemon.wait()
'''


def hammer(guest: InProcessGuest) -> None:
    """Reads until the daemon is gone."""
    with suppress(TransferError):
        while True:
            guest.transfer([Read(0x20, 4)])


def read_once(guest: InProcessGuest, address: int) -> None:
    with suppress(TransferError):
        guest.transfer([Read(address, 1)])


def test_script_of_the_issue_works_until_ctrl_c(program: Program) -> None:
    process = program.start(ISSUE_SCRIPT)
    with program.guest() as guest:
        assert guest.transfer([Write(0x50, b"\0\0"), Read(0x50, 5)]) == [b"hello"]
        assert guest.transfer([Read(0x48, 2)]) == [b"\x1f\x80"]  # an lm75 has half degrees
        assert [guest.transfer([Read(0x20, 2)]) for _ in range(2)] == [[b"\0\1"], [b"\0\2"]]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LIMIT_S)
    assert errors.endswith("KeyboardInterrupt\n")
    assert process.returncode == -signal.SIGINT
    assert program.sockets() == []


def test_ctrl_c_works_while_a_guest_never_pauses(program: Program) -> None:
    process = program.start(SLOW_SCRIPT + "with daemon: daemon.wait()\n")
    with program.guest() as guest:
        for _ in range(5):
            guest.transfer([Read(0x20, 4)])
        process.send_signal(signal.SIGINT)
        hammer(guest)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert errors.endswith("KeyboardInterrupt\n")
    assert program.sockets() == []


@pytest.mark.parametrize("wait", ["daemon.wait_connected(timeout=60)", "daemon.wait(60)"])
def test_ctrl_c_ends_every_wait(program: Program, wait: str) -> None:
    process = program.start(SLOW_SCRIPT + wait + "\n")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert errors.endswith("KeyboardInterrupt\n")


def test_program_that_does_not_stop_its_daemon_ends_in_good_order(program: Program) -> None:
    done = program.run(SLOW_SCRIPT)
    assert (done.returncode, done.stderr) == (0, "")
    assert program.sockets() == []


@pytest.mark.parametrize("ending", ["", "sys.exit(7)", "raise RuntimeError('end')"])
def test_program_ends_while_a_guest_never_pauses(program: Program, ending: str) -> None:
    process = program.start(SLOW_SCRIPT + "sys.stdin.readline()\n" + ending + "\n")
    with program.guest() as guest:
        for _ in range(5):
            guest.transfer([Read(0x20, 4)])
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        hammer(guest)
    _, errors = process.communicate(timeout=LIMIT_S)
    expected = {"": (0, ""), "sys.exit(7)": (7, "")}.get(ending, (1, "RuntimeError: end\n"))
    assert (process.returncode, errors[-len(expected[1]) :] if expected[1] else errors) == expected
    assert program.sockets() == []


def test_program_ends_while_daemon_threads_use_a_bus(program: Program) -> None:
    text = """\
import threading
from vhost_device import InProcessGuest
from vhost_device.errors import FrontEndError, TransferError
from vhost_device.i2c import Read

def hammer(adapter):
    try:
        while True:
            adapter.transfer([Read(0x20, 4)])
    except (FrontEndError, TransferError):
        # The buses end with the program, chips and daemon first. Telling so would need a standard error that
        # is free then, which Python does not promise.
        pass

guest = InProcessGuest("vi2c.sock")
for adapter in (bus, bus, guest):
    threading.Thread(target=hammer, args=(adapter,), daemon=True).start()
guest.transfer([Read(0x20, 1)])
"""
    for _ in range(5):
        done = program.run(SLOW_SCRIPT + text)
        assert (done.returncode, done.stderr) == (0, "")
        assert program.sockets() == []


def test_program_ends_although_a_chip_is_endless(program: Program) -> None:
    text = """\
import time

class Endless(Device):
    def read(self, length):
        print("entered", flush=True)
        while True:
            pass

bus.script_limit_ms = 0
bus.attach(Endless(0x21))
sys.stdin.readline()
"""
    process = program.start(SLOW_SCRIPT + text)
    assert process.stdout is not None
    assert process.stdin is not None
    with program.guest() as guest:
        reading = threading.Thread(target=read_once, args=(guest, 0x21))
        reading.start()
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "entered\n"
        process.communicate("\n", timeout=LIMIT_S)
        reading.join(LIMIT_S)
    assert process.returncode == 0
    assert program.sockets() == []
