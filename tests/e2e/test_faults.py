# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Faults on the bus, as the guest's drivers see them: an error, and everything works again afterwards."""

from __future__ import annotations

import errno

import pytest

from vhost_device.faults import Fault, flip, lose_arbitration, nack, stuck
from vhost_device.guest import GuestOSError, LinuxGuest
from vhost_device.sim import At24, Bus, Device, Lm75, ScriptTimeout

SENSOR = 0x48
EEPROM = 0x50


# The at24 driver of Linux 6.1 tries for 25 ms (its parameter write_timeout) from when it began, and then
# once more.
def test_write_cycle_of_25_ms_is_waited_for_by_the_driver(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c02", EEPROM, write_cycle_ms=25))
    memory = linux_guest.bind("24c02", EEPROM, properties={"pagesize": eeprom.page_size})
    memory.write_bytes("eeprom", b"three pages of eight")
    assert eeprom.data[:20] == b"three pages of eight"


@pytest.mark.parametrize(
    "fault", [stuck("sda"), stuck("scl"), lose_arbitration(), nack(address=SENSOR)], ids=lambda f: f.kind.name
)
def test_fault_is_an_error_for_the_driver_and_the_bus_works_afterwards(
    i2c_bus: Bus, linux_guest: LinuxGuest, fault: Fault
) -> None:
    i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = linux_guest.bind("lm75", SENSOR)
    with i2c_bus.fault(fault) as happening:
        with pytest.raises(GuestOSError) as caught:
            hwmon.read("temp1_input")
        assert happening.hits > 0
    # Linux's i2c-virtio knows one error.
    assert caught.value.errno == errno.EIO
    assert hwmon.read("temp1_input") == "23500"


def test_stuck_sda_is_over_after_a_bus_clear(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = linux_guest.bind("lm75", SENSOR)
    i2c_bus.fault(stuck("sda"))
    with pytest.raises(GuestOSError):
        hwmon.read("temp1_input")
    assert i2c_bus.clear_bus()
    assert hwmon.read("temp1_input") == "23500"


# 1780 is 23.5 degrees; with the sign inverted 9780, which is -104.5.
def test_flipped_bit_is_another_value_for_the_driver(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = linux_guest.bind("lm75", SENSOR)
    with i2c_bus.fault(flip(0x80, byte=0, read=True)):
        assert hwmon.read("temp1_input") == "-104500"


class Endless(Device):
    def write(self, data: bytes) -> None:
        """Takes any register pointer."""

    def read(self, length: int) -> bytes:
        while True:
            pass


def test_chip_that_loops_for_ever_is_an_error_for_the_driver_and_others_go_on(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    i2c_bus.attach(Lm75(address=SENSOR + 1, temperature=23.5))
    i2c_bus.script_limit_ms = 200
    sensor = i2c_bus.attach(Lm75(address=SENSOR))
    broken = linux_guest.bind("lm75", SENSOR)
    i2c_bus.detach(sensor)
    i2c_bus.attach(Endless(SENSOR))
    with pytest.raises(GuestOSError) as caught:
        broken.read("temp1_input")
    assert caught.value.errno == errno.EIO
    assert linux_guest.bind("lm75", SENSOR + 1).read("temp1_input") == "23500"
    assert {type(error.exception) for error in i2c_bus.take_script_errors()} == {ScriptTimeout}
