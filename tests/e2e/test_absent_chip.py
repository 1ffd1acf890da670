# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips that are not there, leave, and come back, as the guest's drivers and programs see it."""

from __future__ import annotations

import errno
import os

import pytest
from guest_loop import GuestLoop
from recording_chip import RecordingChip

from vhost_device.guest import DriverNotBound, GuestOSError, LinuxGuest
from vhost_device.sim import At24, Bus, Lm75

SENSOR = 0x48
EEPROM = 0x50
CHIP = 0x20
NO_ANSWER = (errno.EIO, errno.ENXIO)
SOME_RUNS = 10


@pytest.mark.parametrize(("chip", "address"), [("lm75", SENSOR), ("24c02", EEPROM)])
def test_driver_does_not_take_a_chip_that_is_absent(linux_guest: LinuxGuest, chip: str, address: int) -> None:
    with pytest.raises(DriverNotBound, match=chip):
        linux_guest.bind(chip, address)


def test_attribute_of_a_detached_chip_is_an_io_error_until_it_is_back(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    hwmon = linux_guest.bind("lm75", SENSOR)
    i2c_bus.detach(sensor)
    with pytest.raises(GuestOSError) as caught:
        hwmon.read("temp1_input")
    assert caught.value.errno in NO_ANSWER
    i2c_bus.attach(sensor)
    assert hwmon.read("temp1_input") == "23500"


def test_write_to_a_detached_chip_is_an_error_until_it_is_back(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c02", EEPROM))
    memory = linux_guest.bind("24c02", EEPROM, properties={"pagesize": eeprom.page_size})
    i2c_bus.detach(eeprom)
    with pytest.raises(GuestOSError) as caught:
        memory.write_bytes("eeprom", b"lost")
    # What at24 makes of a chip that does not answer for as long as it is patient.
    assert caught.value.errno == errno.ETIMEDOUT
    i2c_bus.attach(eeprom)
    memory.write_bytes("eeprom", b"kept")
    assert eeprom.data[:4] == b"kept"


def test_chip_detached_while_the_guest_reads_it_ends_the_reads_with_an_error(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    sensor = i2c_bus.attach(Lm75(address=SENSOR))
    hwmon = linux_guest.bind("lm75", SENSOR)
    with GuestLoop(linux_guest, f"cat {hwmon.resolve('temp1_input')}") as loop:
        loop.wait_for_more(SOME_RUNS)
        i2c_bus.detach(sensor)
        said = loop.wait_for_failure()
    assert any(os.strerror(number) in said for number in NO_ANSWER)
    i2c_bus.attach(sensor)
    with GuestLoop(linux_guest, f"cat {hwmon.resolve('temp1_input')}") as loop:
        loop.wait_for_more(SOME_RUNS)


class LeavesAtFirstRead(RecordingChip):
    """Takes itself off its bus while it is read for the first time."""

    def __init__(self, bus: Bus, address: int) -> None:
        super().__init__(address)
        self._bus = bus
        self._left = False

    def read_byte(self) -> int:
        if not self._left:
            self._left = True
            self._bus.detach(self)
        return super().read_byte()


def test_chip_that_leaves_in_the_middle_of_a_transaction_fails_the_rest_of_it(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    chip = i2c_bus.attach(LeavesAtFirstRead(i2c_bus, CHIP))
    bus = linux_guest.bus()
    done = linux_guest.run(f"i2ctransfer -y {bus} w1@{CHIP:#x} 0x05 r1 w1 0x06")
    assert (done.text, "only 2/3 messages were sent" in done.error_text) == ("0xa0\n", True)
    assert chip.events == ["20 start write", "20 write 05", "20 start read", "20 read a0"]
    assert not linux_guest.run(f"i2cget -y {bus} {CHIP:#x}").ok
    i2c_bus.attach(chip)
    assert linux_guest.run(f"i2cget -y {bus} {CHIP:#x}").text == "0xa1\n"


def test_chips_that_come_and_go_while_the_guest_scans_leave_it_whole(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    with GuestLoop(linux_guest, f"i2cdetect -y {linux_guest.bus()}") as loop:
        for _ in range(SOME_RUNS):
            sensor = i2c_bus.attach(Lm75(address=SENSOR))
            eeprom = i2c_bus.attach(At24("24c16", EEPROM))
            loop.wait_for_more(1)
            i2c_bus.detach(sensor)
            i2c_bus.detach(eeprom)
