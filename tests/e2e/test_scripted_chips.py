# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips written in Python that refuse, fail and hang, as the guest sees it."""

from __future__ import annotations

from recording_chip import RecordingChip

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Address, Bus, Device, Nack, ScriptTimeout

CHIP = 0x20
OTHER = 0x30
EXIT_READ_FAILED = 2
SCRIPT_LIMIT_MS = 200


class Broken(Device):
    """Raises `error` at each read, until it is mended."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__(CHIP)
        self.error = error

    def read(self, length: int) -> bytes:
        if self.error is not None:
            raise self.error
        return b"\x5a" * length


class Endless(Device):
    """Never comes to an end of a read."""

    def read(self, length: int) -> bytes:
        while True:
            pass


def test_exception_in_a_chip_fails_the_guests_transfer_and_is_kept_with_its_traceback(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    chip = i2c_bus.attach(Broken(ZeroDivisionError("cannot divide the bus")))
    assert linux_guest.run(f"i2cget -y {linux_guest.bus()} {CHIP:#x}").status == EXIT_READ_FAILED
    [error] = i2c_bus.take_script_errors()
    assert (error.chip, error.address, error.hook) == ("Broken", Address(CHIP), "read")
    assert "raise self.error" in error.traceback
    assert "cannot divide the bus" in error.traceback
    chip.error = None
    assert linux_guest.run(f"i2cget -y {linux_guest.bus()} {CHIP:#x}").text == "0x5a\n"


def test_nack_raised_by_a_chip_fails_the_guests_transfer_and_is_no_error_of_the_script(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    i2c_bus.attach(Broken(Nack()))
    assert linux_guest.run(f"i2cget -y {linux_guest.bus()} {CHIP:#x}").status == EXIT_READ_FAILED
    assert i2c_bus.script_errors == []


def test_chip_that_hangs_is_broken_off_and_the_bus_goes_on(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.script_limit_ms = SCRIPT_LIMIT_MS
    i2c_bus.attach(Endless(CHIP))
    i2c_bus.attach(RecordingChip(OTHER))
    bus = linux_guest.bus()
    assert linux_guest.run(f"i2cget -y {bus} {CHIP:#x}").status == EXIT_READ_FAILED
    assert linux_guest.run(f"i2cget -y {bus} {OTHER:#x}").text == "0xa0\n"
    [error] = i2c_bus.take_script_errors()
    assert isinstance(error.exception, ScriptTimeout)
