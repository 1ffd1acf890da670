# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Simulation, guest's adapter, daemon in the guest, front-end there: the whole way, twice."""

from __future__ import annotations

import pytest
from host_guest import HostGuest

from vhost_device.sim import At24, Lm75

EEPROM = 0x50
SENSOR = 0x48


def device_list(host: HostGuest, by: str, *addresses: int) -> str:
    number = host.number()
    bus = {"name": host.name(number), "number": str(number)}[by]
    return ":".join([bus, *map(str, addresses)])


@pytest.mark.parametrize("by", ["name", "number"])
def test_bytes_written_through_it_are_in_the_hosts_simulated_eeprom(host: HostGuest, by: str) -> None:
    eeprom = host.buses[0].attach(At24("24c32", EEPROM))
    host.serve("--device-list", device_list(host, by, EEPROM))
    assert host.transfer("w6@0x50 0x01 0x20 0xde 0xad 0xbe 0xef").ok
    assert eeprom.data[0x120:0x124] == b"\xde\xad\xbe\xef"
    eeprom.data[0x200:0x203] = b"abc"
    host.guest.wait_until("the write cycle", f"i2cget -y {host.number()} {EEPROM:#x} >/dev/null", 5)
    assert host.read("w2@0x50 0x02 0x00 r3@0x50") == b"abc"


@pytest.mark.parametrize("by", ["name", "number"])
def test_temperature_set_on_the_host_is_read_at_the_far_end(host: HostGuest, by: str) -> None:
    sensor = host.buses[0].attach(Lm75(address=SENSOR, temperature=23.5))
    host.serve("--device-list", device_list(host, by, SENSOR))
    assert host.read("w1@0x48 0 r2@0x48") == b"\x17\x80"
    sensor.temperature = -12.5
    # Two's complement, 0.5 degrees in the ninth bit (LM75, "Temperature Register").
    assert host.read("w1@0x48 0 r2@0x48") == b"\xf3\x80"
