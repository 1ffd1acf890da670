# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip that is written in Python, read by the guest's i2c-tools."""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Device

ADDRESS = 0x20


class Counter(Device):
    """Answers each read with how often it was read."""

    def __init__(self, address: int) -> None:
        super().__init__(address)
        self.count = 0

    def read(self, length: int) -> bytes:
        self.count += 1
        return self.count.to_bytes(length, "big")


@pytest.fixture
def counter(i2c_bus: Bus) -> Counter:
    return i2c_bus.attach(Counter(ADDRESS))


def test_counter_read_by_i2ctransfer_counts(counter: Counter, linux_guest: LinuxGuest) -> None:
    transfer = f"i2ctransfer -y {linux_guest.bus()} r2@{ADDRESS:#x}"
    answers = [linux_guest.run(transfer, check=True).text.strip() for _ in range(3)]
    assert answers == ["0x00 0x01", "0x00 0x02", "0x00 0x03"]


def test_counter_read_by_i2cget_counts(counter: Counter, linux_guest: LinuxGuest) -> None:
    counter.count = 0x40
    get = linux_guest.run(f"i2cget -y {linux_guest.bus()} {ADDRESS:#x}", check=True)
    assert get.text.strip() == "0x41"


def test_counter_that_was_read_too_often_is_an_error_in_the_guest(
    i2c_bus: Bus, counter: Counter, linux_guest: LinuxGuest
) -> None:
    counter.count = 0xFF
    get = linux_guest.run(f"i2cget -y {linux_guest.bus()} {ADDRESS:#x}")
    assert not get.ok
    [error] = i2c_bus.take_script_errors()
    assert isinstance(error.exception, OverflowError)
