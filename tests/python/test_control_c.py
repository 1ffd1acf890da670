# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Ctrl-C ends every wait, also one for a chip that does not return."""

from __future__ import annotations

import signal

import pytest
from program import LIMIT_S, WAITING_SCRIPT, Program


@pytest.mark.parametrize(
    "use",
    [
        "bus.devices",
        "bus.attach(Device(0x30))",
        "bus.detach(sensor)",
        "bus.clear()",
        "bus.transfer([Read(0x48, 1)])",
        "sensor.temperature",
        "sensor.temperature = 20",
        "eeprom.data[0]",
    ],
)
def test_ctrl_c_ends_the_wait_for_a_bus_that_a_chip_holds(program: Program, use: str) -> None:
    text = f"""\
try:
    print("waiting", flush=True)
    {use}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    process = program.start(WAITING_SCRIPT + text)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n", "waiting\n"]
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    process.communicate(timeout=LIMIT_S)


def test_ctrl_c_ends_the_wait_for_a_daemon_that_does_not_answer(program: Program) -> None:
    text = """\
import socket
from vhost_device import InProcessGuest

listening = socket.socket(socket.AF_UNIX)
listening.bind("mute.sock")
listening.listen()
print("ready", flush=True)
InProcessGuest("mute.sock", timeout=600)
"""
    process = program.start(text)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LIMIT_S)
    assert errors.endswith("KeyboardInterrupt\n")


def test_ctrl_c_ends_the_wait_of_a_guest_for_a_chip(program: Program) -> None:
    text = """\
from vhost_device import Daemon

with Daemon(bus, "vi2c.sock"), InProcessGuest("vi2c.sock", timeout=600) as guest:
    try:
        print("serving", flush=True)
        guest.transfer([Read(0x48, 1)])
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""
    process = program.start(WAITING_SCRIPT + text)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert process.stdout.readline() == "serving\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    process.communicate(timeout=LIMIT_S)


def test_ctrl_c_ends_a_condition_of_a_fault_that_does_not_return(program: Program) -> None:
    text = """\
from vhost_device.faults import nack
from vhost_device.i2c import Read
from vhost_device.sim import Bus

def spin(message):
    print("asked", flush=True)
    while True:
        pass

bus = Bus()
bus.script_limit_ms = 0
try:
    with bus.fault(nack(when=spin)):
        bus.transfer([Read(0x48, 1)])
except KeyboardInterrupt:
    print("interrupted", bus.script_error_count, flush=True)
"""
    process = program.start(text)
    assert process.stdout is not None
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted 0\n"
    process.communicate(timeout=LIMIT_S)
