# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's lm75 driver on a simulated sensor."""

from __future__ import annotations

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Lm75


def test_lm75_driver_reports_temperature(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Lm75(address=0x48, temperature=23.5))
    hwmon = linux_guest.bind("lm75", 0x48)
    assert hwmon.read("temp1_input") == "23500"
    sensor.temperature = -12.5
    assert hwmon.read("temp1_input") == "-12500"
