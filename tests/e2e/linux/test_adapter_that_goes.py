# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""An adapter whose module is unloaded and loaded again while a guest works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guest_programs import in_background, put_programs
from host_guest import TRANSFER, HostGuest
from recording_chip import RecordingChip

CHIP = 0x1C
REGISTER = 0x05
STUB = "SMBus stub driver"
LIMIT_S = 20.0
OUTCOMES = "/run/outcomes"


def load_stub(host: HostGuest) -> int:
    """Loads i2c-stub with a chip whose register REGISTER has the value 0x5a; the adapter's number."""
    host.guest.run(f"modprobe i2c-stub chip_addr={CHIP:#x}", check=True)
    number = host.find(STUB)
    host.guest.run(f"i2cset -y {number} {CHIP:#x} {REGISTER:#x} 0x5a", check=True)
    return number


def unload_stub(host: HostGuest) -> None:
    # While a transaction is on it, it cannot be unloaded.
    host.guest.wait_until("the module to be unloaded", "rmmod i2c-stub 2>/dev/null", LIMIT_S)


@pytest.fixture
def stub(host: HostGuest) -> Iterator[int]:
    yield load_stub(host)
    host.clean()
    host.guest.run("rmmod i2c-stub 2>/dev/null")


@pytest.fixture
def load_i801(host: HostGuest) -> Iterator[Callable[[], int]]:
    """Loads i2c-i801, the lowest number that is free being its adapter's; that number."""

    def load() -> int:
        host.guest.run("modprobe i2c-i801", check=True)
        return host.find("SMBus I801 adapter")

    yield load
    host.clean()
    host.guest.run("rmmod i2c-i801 2>/dev/null")


def wait_for_outcomes(host: HostGuest, *outcomes: str) -> None:
    text = "\n".join(outcomes)
    host.guest.wait_until(f"the guest to see {outcomes}", f"test \"$(cat {OUTCOMES})\" = '{text}'", LIMIT_S)


@pytest.mark.parametrize("by", ["name", "number"])
def test_adapter_that_goes_and_returns_while_a_guest_works_is_used_again(
    host: HostGuest, stub: int, by: str
) -> None:
    daemon = host.serve("-l", f"{STUB if by == 'name' else stub}:{CHIP}")
    watch = f"{TRANSFER} --watch /run/vhost-device/vi2c.sock0 w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}"
    pid = host.guest.run(in_background(watch, OUTCOMES), check=True).text.strip()
    wait_for_outcomes(host, "0x5a")

    unload_stub(host)
    wait_for_outcomes(host, "0x5a", "message 0: I/O error")
    daemon.wait_for_log("is gone")

    # It comes back empty, and gets its value after that.
    assert load_stub(host) == stub
    wait_for_outcomes(host, "0x5a", "message 0: I/O error", "0x00", "0x5a")
    daemon.wait_for_log("is back")
    assert daemon.log.count("is gone") == daemon.log.count("is back") == 1
    host.guest.run(f"kill {pid}", check=True)


def test_adapter_that_cannot_be_opened_for_a_while_is_not_reported_as_gone(
    host: HostGuest, stub: int
) -> None:
    put_programs(host.guest, [Path("/usr/bin/prlimit")])
    daemon = host.serve("-l", f"{stub}:{CHIP}")
    watch = f"{TRANSFER} --watch /run/vhost-device/vi2c.sock0 w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}"
    pid = host.guest.run(in_background(watch, OUTCOMES), check=True).text.strip()
    wait_for_outcomes(host, "0x5a")

    limit = f"prlimit --pid {daemon.pid} --nofile"
    before = host.guest.run(f"{limit} --noheadings --output SOFT", check=True).text.strip()
    host.guest.run(f"{limit}=3:", check=True)
    wait_for_outcomes(host, "0x5a", "message 0: I/O error")
    daemon.wait_for_log(f"cannot be used: /dev/i2c-{stub} cannot be opened: Too many open files")

    host.guest.run(f"{limit}={before}:", check=True)
    wait_for_outcomes(host, "0x5a", "message 0: I/O error", "0x5a")
    daemon.wait_for_log("can be used again")
    assert "is gone" not in daemon.log
    assert daemon.log.count("cannot be used") == 1
    host.guest.run(f"kill {pid}", check=True)


def test_adapter_that_returns_under_another_number_is_found_by_its_name(
    host: HostGuest, stub: int, load_i801: Callable[[], int]
) -> None:
    daemon = host.serve("-l", f"{STUB}:{CHIP}")
    assert host.read(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}") == b"\x5a"
    unload_stub(host)
    # The lowest number that is free goes to whoever comes first.
    assert load_i801() == stub
    assert not host.transfer(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}").ok
    daemon.wait_for_log("is gone")
    assert load_stub(host) != stub
    assert host.read(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}") == b"\x5a"


def test_adapter_chosen_by_number_is_not_taken_for_another_under_that_number(
    host: HostGuest, stub: int, load_i801: Callable[[], int]
) -> None:
    # A chip of the impostor's answers at this address: the first SPD EEPROM.
    spd = 0x50
    host.guest.run(f"rmmod i2c-stub && modprobe i2c-stub chip_addr={spd:#x}", check=True)
    daemon = host.serve("-l", f"{host.find(STUB)}:{spd}")
    assert host.read(f"w1@{spd:#x} 2 r1@{spd:#x}") == b"\x00"
    unload_stub(host)
    assert load_i801() == stub
    assert not host.transfer(f"w1@{spd:#x} 2 r1@{spd:#x}").ok
    daemon.wait_for_log("SMBus I801 adapter")


def test_device_file_that_became_another_adapters_is_not_used(host: HostGuest) -> None:
    chips = [bus.attach(RecordingChip(CHIP)) for bus in host.buses]
    number, other = host.number(0), host.number(1)
    daemon = host.serve("-l", f"{number}:{CHIP}")
    node = f"/dev/i2c-{number}"
    host.guest.run(f"mv {node} /dev/kept && cp -a /dev/i2c-{other} {node}", check=True)
    try:
        assert not host.transfer(f"w1@{CHIP:#x} 1").ok
        daemon.wait_for_log("is not its device file")
    finally:
        host.guest.run(f"mv /dev/kept {node}", check=True)
    assert [chip.events for chip in chips] == [[], []]
    assert host.transfer(f"w1@{CHIP:#x} 1").ok
    assert [len(chip.events) > 0 for chip in chips] == [True, False]
