# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip that a driver of the host uses is not given to a guest by mistake."""

from __future__ import annotations

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
