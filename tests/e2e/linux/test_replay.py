# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the lm75 and at24 drivers do on a real adapter, recorded by the Linux back-end, replayed without it.

The real adapter is the virtio adapter of the guest that plays the host, and the recorder is the daemon in
that guest. The drivers run in the other guest: each transaction on its bus is carried out over there. Then
the recording is served by a daemon here, which has no adapter, and the same drivers are bound again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from daemon_process import DaemonProcess, Daemons
from far_chip import FarChip, Transfer
from host_guest import HostGuest

from vhost_device import InProcessGuest
from vhost_device.guest import GuestOSError, LinuxGuest
from vhost_device.i2c import Read, Write
from vhost_device.sim import At24, Bus, Lm75

SENSOR, EEPROM = 0x48, 0x50
RECORDING = "/run/session.txt"
# Over there a transaction takes a command of its own.
TRANSACTION_LIMIT_MS = 20_000


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="vhd-") as name:
        yield Path(name)


def in_words(message: Read | Write) -> str:
    """A message in the words of i2ctransfer."""
    if isinstance(message, Read):
        return f"r{message.length}@{message.address}"
    return f"w{len(message.data)}@{message.address} {' '.join(map(hex, message.data))}"


def transfer_over_there(host: HostGuest) -> Transfer:
    """Carries out a transaction by the daemon there; a failure, of which there is none, fails the test."""

    def transfer(messages: list[Read | Write]) -> list[bytes]:
        read = host.read(" ".join(map(in_words, messages)))
        return [read] if isinstance(messages[-1], Read) else []

    return transfer


def attach(bus: Bus, transfer: Transfer) -> None:
    """The two chips as the drivers' guest sees them."""
    bus.script_limit_ms = TRANSACTION_LIMIT_MS
    bus.attach(FarChip(SENSOR, 1, transfer))
    bus.attach(FarChip(EEPROM, 2, transfer))


def session(guest: LinuxGuest, warm: Callable[[], None]) -> list[object]:
    """All that the drivers show; `warm` is called between two readings of the temperature."""
    hwmon = guest.bind("lm75", SENSOR)
    shown: list[object] = [hwmon.read(name) for name in ("temp1_input", "temp1_max", "temp1_max_hyst")]
    warm()
    shown.append(hwmon.read("temp1_input"))
    hwmon.write("temp1_max", 30000)
    hwmon.unbind()
    hwmon = guest.bind("lm75", SENSOR)  # the driver remembers what it wrote
    shown.append(hwmon.read("temp1_max"))
    hwmon.unbind()

    memory = guest.bind("24c32", EEPROM, properties={"pagesize": 32})
    shown.append(memory.read_bytes("eeprom", offset=0x10, length=12))
    memory.write_bytes("eeprom", b"over two pages", offset=0x1F8)
    shown.append(memory.read_bytes("eeprom", offset=0x1F8, length=14))
    memory.unbind()
    return shown


EXPECTED: list[object] = ["23500", "80000", "75000", "25000", "30000", b"from factory", b"over two pages"]


def record(host: HostGuest, bus: Bus, guest: LinuxGuest) -> bytes:
    """The recording of a session on the adapter over there."""
    sensor = host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    eeprom = host.buses[0].attach(At24("24c32", EEPROM))
    eeprom.data[0x10:0x1C] = b"from factory"
    daemon = host.serve("--device-list", f"{host.number()}:{SENSOR}:{EEPROM}", "--record", RECORDING)
    attach(bus, transfer_over_there(host))

    assert session(guest, lambda: setattr(sensor, "temperature", 25.0)) == EXPECTED

    assert eeprom.data[0x1F8:0x206] == b"over two pages"
    daemon.end()
    bus.clear()
    host.buses[0].clear()
    return host.guest.read_file(RECORDING)


def serve(daemons: Daemons, recording: Path) -> DaemonProcess:
    daemon = daemons.start(f"--socket-path={recording.parent / 's'}", f"--replay={recording}")
    daemon.wait_for_log("listening on ")
    return daemon


def test_drivers_behave_alike_on_a_recording_of_a_real_adapter_and_new_accesses_are_reported(
    host: HostGuest, i2c_bus: Bus, linux_guest: LinuxGuest, daemons: Daemons, folder: Path
) -> None:
    recording = folder / "session.txt"
    recording.write_bytes(record(host, i2c_bus, linux_guest))
    daemon = serve(daemons, recording)

    with InProcessGuest(folder / "s") as far:
        attach(i2c_bus, far.transfer)
        assert session(linux_guest, lambda: None) == EXPECTED
        assert daemon.messages("warning") == []

        # The registers of the datasheet: T_HYST is 2, T_OS is 3, nine bits from the left (SNIS153B, 7.5).
        linux_guest.bind("lm75", SENSOR).write("temp1_max", 35000)
        memory = linux_guest.bind("24c32", EEPROM, properties={"pagesize": 32})
        with pytest.raises(GuestOSError):
            memory.read_bytes("eeprom", offset=0x800, length=4)

    assert daemon.end() == 0
    assert daemon.messages("warning") == [
        f"replay {recording}: new: 0x48 W 03 23 00: never written; acknowledged, to no effect",
        f"replay {recording}: new: 0x50 W 08 00  Sr 0x50 R [4]: never read so; fails",
    ]
    report = daemon.messages("info")[-2:]
    assert [text.split("x  ")[1] for text in report] == [
        text.split("new: ")[1] for text in daemon.messages("warning")
    ]
