# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Processes that are forked off leave their parent's guests alone, and end."""

from __future__ import annotations

import pytest
from program import SLOW_SCRIPT, WAITING_SCRIPT, Program


def test_child_of_a_fork_leaves_the_parents_daemon_alone(program: Program) -> None:
    text = """\
import os
import warnings
from vhost_device import InProcessGuest
from vhost_device.i2c import Read

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork
if os.fork() == 0:
    sys.exit(0)
assert os.wait()[1] == 0
with InProcessGuest("vi2c.sock") as guest:
    assert len(guest.transfer([Read(0x20, 2)])[0]) == 2
daemon.stop()
"""
    done = program.run(SLOW_SCRIPT + text)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("child", "status", "told"),
    [
        ("pass", 1, "Forks.read() forked: the child does not serve"),
        ("raise ValueError('child')", 1, "ValueError: child"),
        ("sys.exit(7)", 7, ""),
        ("os._exit(3)", 3, ""),
    ],
)
def test_child_of_a_fork_in_a_chip_does_not_go_on(
    program: Program, child: str, status: int, told: str
) -> None:
    text = f"""\
import os
import warnings
from vhost_device import InProcessGuest
from vhost_device.i2c import Read

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork

class Forks(Device):
    def read(self, length):
        pid = os.fork()
        if pid == 0:
            {child}
        else:
            self.status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return bytes(length)

forks = bus.attach(Forks(0x21))
with InProcessGuest("vi2c.sock") as guest:
    assert guest.transfer([Read(0x21, 1)]) == [b"\\0"]
    assert len(guest.transfer([Read(0x20, 4)])[0]) == 4
daemon.stop()
print(forks.status)
"""
    done = program.run(SLOW_SCRIPT + text)
    assert (done.returncode, done.stdout) == (0, f"ready\n{status}\n")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("child", "status"),
    [
        ("sys.exit(7)", 7),
        # What was held when it was forked off is never released; what is its own works.
        ("bus.devices", 5),
        ("own = Bus(); own.attach(Device(0x30)); assert len(own.devices) == 1", 0),
    ],
)
def test_child_of_a_fork_while_a_chip_is_called_ends(program: Program, child: str, status: int) -> None:
    text = f"""\
import warnings

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork
pid = os.fork()
if pid == 0:
    try:
        {child}
    except RuntimeError as error:
        sys.exit(5 if "forked off" in str(error) else str(error))
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
    process = program.start(WAITING_SCRIPT + text)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n", f"{status}\n"]


def test_child_of_a_fork_in_a_condition_does_not_go_on(program: Program) -> None:
    text = """\
import os
import warnings
from vhost_device import Guest
from vhost_device.faults import nack
from vhost_device.i2c import Read

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork
statuses = []

def forks(message):
    pid = os.fork()
    if pid != 0:
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return False

with bus.fault(nack(when=forks)), Guest("vi2c.sock") as guest:
    assert len(guest.transfer([Read(0x20, 1)])[0]) == 1
daemon.stop()
print(statuses)
"""
    done = program.run(SLOW_SCRIPT + text)
    assert (done.returncode, done.stdout) == (0, "ready\n[1]\n")
    assert "fault nack().when() forked: the child does not serve" in done.stderr


def test_child_of_a_fork_does_not_wait_for_a_replayer_that_another_thread_used(program: Program) -> None:
    text = """\
import os
import signal
import threading
import warnings
from vhost_device.i2c import Read
from vhost_device.replay import Replayer

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork
with open("recording.txt", "w") as file:
    file.write("I2C recording 1\\n0x20 R" + " 5a" * 4096 + "\\n")
replayer = Replayer("recording.txt")
long = [Read(0x20, 4096)] * 60
under_way = threading.Event()
ending = threading.Event()

def use():
    while not ending.is_set():
        replayer.transfer(long)
        under_way.set()

def status_of_child():
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)  # ends one that hangs
        try:
            replayer.transfer([Read(0x20, 4096)])
        except RuntimeError as error:
            os._exit(5 if "the replayer was in use when this process was forked off" in str(error) else 6)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

thread = threading.Thread(target=use)
thread.start()
assert under_way.wait(20)  # not while it begins, when it may hold locks of the C library
statuses = {status_of_child() for _ in range(50)}
ending.set()
thread.join()
print(statuses - {0, 5})
"""
    done = program.run(text)
    assert (done.returncode, done.stdout, done.stderr) == (0, "set()\n", "")


GUEST_OF_A_PARENT = """\
import os
import warnings
from vhost_device import Guest
from vhost_device.i2c import Read

warnings.simplefilter("ignore")  # from Python 3.12 on, about the fork
"""


@pytest.mark.parametrize(
    ("child", "status"),
    [
        ("guest.transfer([Read(0x20, 1)])", 5),
        ("guest.scan()", 5),
        ("guest.smbus().read_byte(0x20)", 5),
        # Its own, and to forget the parent's, does no harm.
        ("Guest(bus).transfer([Read(0x20, 1)])", 0),
        ("guest.close()", 0),
        ("del guest", 0),
    ],
)
def test_guest_is_its_parents_alone(program: Program, child: str, status: int) -> None:
    text = f"""\
guest = Guest("vi2c.sock")
pid = os.fork()
if pid == 0:
    try:
        {child}
    except RuntimeError as error:
        os._exit(5 if "forked off" in str(error) else 6)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
assert len(guest.transfer([Read(0x20, 2)])[0]) == 2
guest.close()
daemon.stop()
"""
    done = program.run(SLOW_SCRIPT + GUEST_OF_A_PARENT + text)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ready\n{status}\n", "")


def test_guest_that_leaves_is_gone_while_a_child_has_its_socket(program: Program) -> None:
    text = """\
guest = Guest("vi2c.sock")
ends, end = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(end)
    os.read(ends, 1)  # until the parent's end is closed
    os._exit(0)
guest.close()
with Guest("vi2c.sock") as other:
    assert len(other.transfer([Read(0x20, 2)])[0]) == 2
os.close(end)
assert os.waitpid(pid, 0)[1] == 0
daemon.stop()
"""
    done = program.run(SLOW_SCRIPT + GUEST_OF_A_PARENT + text)
    assert (done.returncode, done.stderr) == (0, "")
