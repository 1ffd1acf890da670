# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The session's guest, after a test that left it beyond use. The tests of each pair run in this order."""

from __future__ import annotations

import pytest

from vhost_device.guest import GuestError, LinuxGuest
from vhost_device.sim import Bus, Lm75


def test_guest_that_panics_fails_the_command(linux_guest: LinuxGuest) -> None:
    with pytest.raises(GuestError):
        linux_guest.run("echo c > /proc/sysrq-trigger", timeout=10)


def test_guest_after_one_that_panicked_works(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(Lm75(address=0x48, temperature=23.5))
    assert linux_guest.bind("lm75", 0x48).read("temp1_input") == "23500"


def test_guest_that_is_left_paused_does_not_answer(linux_guest: LinuxGuest) -> None:
    linux_guest.pause()
    with pytest.raises(GuestError):
        linux_guest.run("true", timeout=1)


def test_guest_after_one_left_paused_works(linux_guest: LinuxGuest) -> None:
    assert linux_guest.run("true").ok
