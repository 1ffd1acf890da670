# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""An adapter whose module is unloaded and loaded again while a guest works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from guest_programs import in_background
from host_guest import TRANSFER, HostGuest

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


def test_adapter_that_returns_under_another_number_is_found_by_its_name(host: HostGuest, stub: int) -> None:
    daemon = host.serve("-l", f"{STUB}:{CHIP}")
    assert host.read(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}") == b"\x5a"
    unload_stub(host)
    # The lowest number that is free goes to whoever comes first.
    host.guest.run("modprobe i2c-i801", check=True)
    assert host.find("SMBus I801 adapter") == stub
    assert not host.transfer(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}").ok
    daemon.wait_for_log("is gone")
    assert load_stub(host) != stub
    assert host.read(f"w1@{CHIP:#x} {REGISTER:#x} r1@{CHIP:#x}") == b"\x5a"
    host.guest.run("rmmod i2c-i801", check=True)


def test_adapter_chosen_by_number_is_not_taken_for_another_under_that_number(
    host: HostGuest, stub: int
) -> None:
    # A chip of the impostor's answers at this address: the first SPD EEPROM.
    spd = 0x50
    host.guest.run(f"rmmod i2c-stub && modprobe i2c-stub chip_addr={spd:#x}", check=True)
    daemon = host.serve("-l", f"{host.find(STUB)}:{spd}")
    assert host.read(f"w1@{spd:#x} 2 r1@{spd:#x}") == b"\x00"
    unload_stub(host)
    host.guest.run("modprobe i2c-i801", check=True)
    assert host.find("SMBus I801 adapter") == stub
    assert not host.transfer(f"w1@{spd:#x} 2 r1@{spd:#x}").ok
    daemon.wait_for_log("SMBus I801 adapter")
    host.guest.run("rmmod i2c-i801", check=True)
