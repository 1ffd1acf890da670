# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's ee1004 driver on simulated SPD EEPROMs, which share the addresses of their commands."""

from __future__ import annotations

import random

import pytest
from i2c_tools import detected

from vhost_device.guest import DriverNotBound, LinuxGuest
from vhost_device.sim import Bus, Ee1004

SPD = 0x50
SEED = 20261122


def contents(number: int) -> bytes:
    return random.Random(SEED + number).randbytes(512)


def test_both_pages_are_what_the_driver_reads(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    print(f"the contents are random.Random({SEED}).randbytes(512)")
    spd = i2c_bus.attach(Ee1004(SPD))
    spd.data[:] = contents(0)
    device = linux_guest.bind("ee1004", SPD)
    assert device.driver == "ee1004"
    assert device.read_bytes("eeprom") == contents(0)
    assert spd.spd_page == 1


def test_read_over_the_edge_of_the_pages_is_in_one_piece(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    spd = i2c_bus.attach(Ee1004(SPD))
    spd.data[:] = contents(0)
    device = linux_guest.bind("ee1004", SPD)
    assert device.read_bytes("eeprom", offset=250, length=12) == contents(0)[250:262]
    assert device.read_bytes("eeprom", offset=511, length=1) == contents(0)[511:]
    assert device.read_bytes("eeprom", offset=0, length=1) == contents(0)[:1]


# ee1004_get_current_page takes ENXIO for a NACK, by which page 1 is told. i2c-virtio has one status for
# everything that failed, and makes EIO of it: for this driver that is an error.
def test_driver_is_bound_when_the_lower_page_is_selected(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    spd = i2c_bus.attach(Ee1004(SPD))
    spd.data[:] = contents(0)
    linux_guest.run(f"i2cset -y {linux_guest.bus()} 0x37 0", check=True)
    assert spd.spd_page == 1
    with pytest.raises(DriverNotBound):
        linux_guest.bind("ee1004", SPD)
    linux_guest.run(f"i2cset -y {linux_guest.bus()} 0x36 0", check=True)
    assert linux_guest.bind("ee1004", SPD).read_bytes("eeprom") == contents(0)


def test_two_on_one_bus_change_their_pages_together_and_are_read_apart(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    chips = [i2c_bus.attach(Ee1004(SPD + n)) for n in range(2)]
    for number, chip in enumerate(chips):
        chip.data[:] = contents(number)
    devices = [linux_guest.bind("ee1004", SPD + n) for n in range(2)]
    assert [device.read_bytes("eeprom") for device in devices] == [contents(0), contents(1)]
    assert [chip.spd_page for chip in chips] == [1, 1]
    assert devices[0].read_bytes("eeprom", length=4) == contents(0)[:4]
    assert [chip.spd_page for chip in chips] == [0, 0]


# 0x30, 0x31, 0x34 and 0x35 acknowledge a read while their block is not protected, 0x36 while page 0 is
# visible; the driver has 0x36 and 0x37.
def test_i2cdetect_shows_protection_and_page(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    spd = i2c_bus.attach(Ee1004(SPD))
    spd.set_block_protected(1, True)
    grid = linux_guest.run(f"i2cdetect -y -r {linux_guest.bus()}", check=True).text
    assert detected(grid) == {0x30: "30", 0x31: "31", 0x35: "35", 0x36: "36", SPD: "50"}
    linux_guest.bind("ee1004", SPD)
    grid = linux_guest.run(f"i2cdetect -y -r {linux_guest.bus()}", check=True).text
    assert detected(grid) == {0x30: "30", 0x31: "31", 0x35: "35", 0x36: "UU", 0x37: "UU", SPD: "UU"}
