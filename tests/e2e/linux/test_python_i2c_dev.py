# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""vhost_device.linux in a guest that plays the host: its kernel's adapters are real to the scripts there."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from host_guest import HostGuest
from host_python import LIMIT_S, HostPython
from recording_chip import RecordingChip, transactions

from vhost_device.sim import At24, Device, Lm75

EEPROM = 0x50
SENSOR = 0x48
OTHER = 0x51

SERVE = """
import logging, signal, sys
from vhost_device import Daemon
from vhost_device.i2c import Router
from vhost_device.linux import I2cDev
from vhost_device.sim import Bus, Lm75

logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s: %(message)s")
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
bus = Bus()
bus.attach(Lm75(address=0x48, temperature=21.5))
real = I2cDev(sys.argv[1], addresses=[int(sys.argv[2], 0)])
with Daemon(Router([real, bus]), socket_path="/run/vhost-device/vi2c.sock") as daemon:
    logging.warning("serves %r", real)
    daemon.wait()
"""


def sysfs_name(host: HostGuest) -> str:
    return host.name(host.number())


def test_script_serves_real_and_simulated_chips_as_one_bus(host: HostGuest, python: HostPython) -> None:
    eeprom = host.buses[0].attach(At24("24c02", EEPROM, write_cycle_ms=0))
    eeprom.data[0:3] = b"abc"
    python.start(SERVE, sysfs_name(host), EEPROM, until="serves")
    assert f"serves <I2cDev i2c-{host.number()} ({sysfs_name(host)}): 0x50>" in python.log
    assert host.read("w1@0x50 0 r3@0x50") == b"abc"
    assert host.read("w1@0x48 0 r2@0x48") == b"\x15\x80"
    assert host.transfer("w3@0x50 0x10 0xde 0xad").ok
    assert eeprom.data[0x10:0x12] == b"\xde\xad"
    assert host.transfer("--detect").text.split() == ["0x48", "0x50"]


def test_simulated_chip_is_reached_instead_of_a_real_one_that_is_not_granted(
    host: HostGuest, python: HostPython
) -> None:
    real = host.buses[0].attach(RecordingChip(SENSOR))
    python.start(SERVE, host.number(), EEPROM, until="serves")
    assert host.read("w1@0x48 0 r2@0x48") == b"\x15\x80"
    assert real.events == []


def test_group_that_leaves_what_is_granted_fails_and_nothing_reaches_the_wire(
    host: HostGuest, python: HostPython
) -> None:
    chips = [host.buses[0].attach(RecordingChip(address)) for address in (EEPROM, OTHER)]
    python.start(SERVE, sysfs_name(host), EEPROM, until="serves")
    # To an address of nobody's, to one after a granted one, and on to a simulated chip.
    groups = ["w1@0x51 1", "w1@0x50 1 r1@0x51", "w1@0x50 1 r1@0x48"]
    assert [host.transfer(words).error_text for words in groups] == ["message 0: I/O error\n"] * 3
    assert [chip.events for chip in chips] == [[], []]
    assert host.transfer("w1@0x50 7").ok
    assert transactions(chips[0].events) == [[("write", b"\x07")]]


def test_daemon_serves_an_adapter_by_itself(host: HostGuest, python: HostPython) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=-12.5))
    host.buses[0].attach(Lm75(address=SENSOR + 1, temperature=20))
    alone = SERVE.replace("Router([real, bus])", "real")
    python.start(alone, sysfs_name(host), SENSOR, until="serves")
    assert host.read("w1@0x48 0 r2@0x48") == b"\xf3\x80"
    assert not host.transfer("w1@0x49 0 r2@0x49").ok


TRANSFER_ITSELF = """
import sys
from vhost_device.i2c import NotPermitted, Read, Write
from vhost_device.linux import I2cDev, adapters
number = int(sys.argv[1])
real = I2cDev(number, [0x50, 0x52], timeout=0.5, retries=2)
assert real.transfer([Write(0x50, [0]), Read(0x50, 3)]) == [b"abc"]
assert (real.number, real.name) in adapters()
assert real.addresses == (0x50, 0x52)
assert real.functionality & 1, "I2C_FUNC_I2C"
for address, length in (0x51, 1), (0x52, 1), (0x50, 8193):
    try:
        real.transfer([Read(address, length)])
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_script_transfers_on_an_adapter_itself(host: HostGuest, python: HostPython) -> None:
    host.buses[0].attach(At24("24c02", EEPROM)).data[0:3] = b"abc"
    result = python.run(TRANSFER_ITSELF, host.number())
    assert result.ok, result.error_text
    # That nobody is at 0x52 is an EIO by virtio-i2c; 8192 bytes is the most that i2c-dev takes.
    assert result.text.splitlines() == [
        "NotPermitted 0x51: not permitted",
        "BusError 0x52: I/O error",
        "TooLong 0x50: too long",
    ]


OPEN = """
import sys
from vhost_device.linux import AdapterError, I2cDev
try:
    print(I2cDev(sys.argv[1], [0x48], force=sys.argv[2] == "force"))
except AdapterError as error:
    print(error)
"""


def test_unknown_adapter_is_told_with_those_of_the_host(host: HostGuest, python: HostPython) -> None:
    text = python.run(OPEN, "i915 gmbus dpd", "").text
    assert text.startswith("there is no I2C adapter with the name 'i915 gmbus dpd'; those of this host are ")
    for bus in (0, 1):
        assert f"{host.number(bus)} ({host.name(host.number(bus))})" in text


def test_address_of_a_bound_driver_is_refused_and_taken_with_force(
    host: HostGuest, python: HostPython
) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    host.guest.bind("lm75", SENSOR)
    refused = python.run(OPEN, sysfs_name(host), "").text
    for words in (f"i2c-{host.number()}", "0x48", "driver 'lm75'", f"echo {host.number()}-0048 >"):
        assert words in refused
    assert python.run(OPEN, sysfs_name(host), "force").text.startswith("<I2cDev ")


STUB = "SMBus stub driver"
STUB_CHIP = 0x1C
LOAD_STUB = f"modprobe i2c-stub chip_addr={STUB_CHIP:#x}"


@pytest.fixture
def stub(host: HostGuest) -> Iterator[int]:
    """An adapter of i2c-stub with a chip at STUB_CHIP; its number."""
    host.guest.run(LOAD_STUB, check=True)
    yield host.find(STUB)
    host.guest.run("rmmod i2c-stub")


def test_adapter_that_goes_and_returns_is_told_in_pythons_log(
    host: HostGuest, stub: int, python: HostPython
) -> None:
    python.start(SERVE, STUB, STUB_CHIP, until="serves")
    assert host.read("w1@0x1c 5 r1@0x1c") == b"\x00"
    host.guest.run("rmmod i2c-stub", check=True)
    assert not host.transfer("w1@0x1c 5 r1@0x1c").ok
    python.wait_for_log(f"vhost_device WARNING: i2c-{stub} ({STUB}) is gone: ")
    host.guest.run(LOAD_STUB, check=True)
    assert host.read("w1@0x1c 5 r1@0x1c") == b"\x00"
    python.wait_for_log(f"vhost_device WARNING: i2c-{stub} ({STUB}) is back")


class Stretching(Device):
    """Holds the clock during a write, until it is let go."""

    def __init__(self) -> None:
        super().__init__(EEPROM)
        self.is_held = threading.Event()
        self.let_go = threading.Event()

    def write(self, data: bytes) -> None:
        self.is_held.set()
        assert self.let_go.wait(2 * LIMIT_S)


WORK_MEANWHILE = """
import sys, threading
from vhost_device.i2c import Write
from vhost_device.linux import I2cDev
real = I2cDev(sys.argv[1], [0x50])
thread = threading.Thread(target=real.transfer, args=([Write(0x50, [1])],))
thread.start()
print("reads", flush=True)
with open("/run/fifo") as fifo:
    print("python goes on:", fifo.read(), "under way:", thread.is_alive(), flush=True)
thread.join()
print("transferred", flush=True)
"""


def test_python_goes_on_during_a_transfer(
    host: HostGuest, python: HostPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.buses[0], "script_limit_ms", int(4 * LIMIT_S * 1000))
    slow = host.buses[0].attach(Stretching())
    host.guest.run("rm -f /run/fifo && mkfifo /run/fifo", check=True)
    python.start(WORK_MEANWHILE, sysfs_name(host), until="reads")
    try:
        assert slow.is_held.wait(LIMIT_S)
        host.guest.run("printf hello > /run/fifo", check=True)
        python.wait_for_log("python goes on: hello under way: True")
    finally:
        slow.let_go.set()
    python.wait_for_log("transferred")
