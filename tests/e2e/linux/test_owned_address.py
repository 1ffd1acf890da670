# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip that a driver of the host uses is not given to a guest by mistake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from host_guest import HostGuest

from vhost_device.sim import Lm75

SENSOR = 0x48
EXIT_FAILURE = 1


def test_address_of_a_bound_driver_is_refused_at_the_start(host: HostGuest) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    host.guest.bind("lm75", SENSOR)
    number = host.number()
    result = host.run_daemon("-s", "/run/refused.sock", "-l", f"{number}:{SENSOR}")
    assert result.status == EXIT_FAILURE
    for words in ("0x48", f"i2c-{number}", "driver 'lm75'", "--force", f"/sys/bus/i2c/devices/{number}-0048"):
        assert words in result.error_text
    assert not host.guest.run("ls /run/refused.sock*").ok


def test_address_of_a_bound_driver_is_served_with_force(host: HostGuest) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = host.guest.bind("lm75", SENSOR)
    host.serve("-l", f"{host.number()}:{SENSOR}", "--force")
    assert host.read("w1@0x48 0 r2@0x48") == b"\x17\x80"
    assert hwmon.read("temp1_input") == "23500"


def test_driver_on_another_address_of_the_adapter_does_not_matter(host: HostGuest) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    other = host.buses[0].attach(Lm75(address=SENSOR + 1, temperature=40.0))
    host.guest.bind("lm75", SENSOR)
    host.serve("-l", f"{host.number()}:{other.address.value}")
    assert host.read("w1@0x49 0 r2@0x49") == b"\x28\x00"


@pytest.fixture
def stub(host: HostGuest) -> Iterator[int]:
    """An SMBus-only adapter, of i2c-stub, with a chip at SENSOR; its number."""
    host.guest.run(f"modprobe i2c-stub chip_addr={SENSOR:#x}", check=True)
    yield host.find("SMBus stub driver")
    host.clean()
    host.guest.run("rmmod i2c-stub", check=True)


def check_driver_that_binds_after_the_start(host: HostGuest, number: int) -> None:
    """A driver takes the chip, leaves it, and takes it again."""
    chip = f"/sys/bus/i2c/devices/i2c-{number}"
    daemon = host.serve("-l", f"{number}:{SENSOR}")
    notice = f"the address 0x48 belongs to the host's driver 'lm75' (/sys/bus/i2c/devices/{number}-0048"
    for times in (1, 2):
        assert host.transfer("w1@0x48 0 r2@0x48").ok
        host.guest.run(f"echo lm75 {SENSOR:#x} > {chip}/new_device", check=True)
        for _ in range(2):
            assert not host.transfer("w1@0x48 0 r2@0x48").ok
        daemon.wait_for_log(notice)
        assert daemon.log.count(notice) == times
        host.guest.run(f"echo {SENSOR:#x} > {chip}/delete_device", check=True)
    assert host.transfer("w1@0x48 0 r2@0x48").ok


def test_driver_that_binds_after_the_start_has_the_chip_to_itself(host: HostGuest) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    host.guest.run("modprobe lm75", check=True)
    check_driver_that_binds_after_the_start(host, host.number())


def test_driver_that_binds_after_the_start_has_the_chip_to_itself_on_smbus(
    host: HostGuest, stub: int
) -> None:
    host.guest.run("modprobe lm75", check=True)
    check_driver_that_binds_after_the_start(host, stub)


def test_driver_that_binds_after_the_start_does_not_matter_with_force(host: HostGuest) -> None:
    host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    host.serve("-l", f"{host.number()}:{SENSOR}", "--force")
    host.guest.bind("lm75", SENSOR)
    assert host.read("w1@0x48 0 r2@0x48") == b"\x17\x80"


def test_all_addresses_of_bound_drivers_are_named(host: HostGuest) -> None:
    for address in (SENSOR, SENSOR + 1):
        host.buses[0].attach(Lm75(address=address, temperature=23.5))
        host.guest.bind("lm75", address)
    result = host.run_daemon("-s", "/run/refused.sock", "-l", f"{host.number()}:{SENSOR}:{SENSOR + 1}")
    assert result.status == EXIT_FAILURE
    for words in ("address 0x48 belongs", "address 0x49 belongs", "0048 >", "0049 >"):
        assert words in result.error_text
