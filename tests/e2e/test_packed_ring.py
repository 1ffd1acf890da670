# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A guest whose bus has a packed virtqueue: the drivers, the tools, a pause and a reboot.

All other end-to-end tests have a split one, unless they are run with --guest-packed. scripts/test does that
with PACKED_TESTS of scripts/checks/steps.py.
"""

from __future__ import annotations

import random

import pytest
from i2c_tools import as_grid, detected

from vhost_device.guest import LinuxGuest
from vhost_device.pytest_plugin import GuestFactory
from vhost_device.sim import At24, Bus, Lm75

SENSOR = 0x48
EEPROM = 0x50
PAGE_SIZE = 32
SEED = 20261122

# VIRTIO 1.3: the device id of an I2C adapter, and VIRTIO_F_RING_PACKED.
I2C_ADAPTER = "0x0022"
RING_PACKED = 34


@pytest.fixture
def packed_guest(i2c_bus: Bus, linux_guest_factory: GuestFactory) -> LinuxGuest:
    i2c_bus.attach(Lm75(address=SENSOR, temperature=23.5))
    i2c_bus.attach(At24("24c32", EEPROM))
    return linux_guest_factory(i2c_bus, packed=True)


def negotiated(guest: LinuxGuest) -> str:
    """The feature bits of the bus's device, bit 0 first, as the guest's kernel shows them."""
    return guest.run(
        "for device in /sys/bus/virtio/devices/*; do"
        f' [ "$(cat $device/device)" = {I2C_ADAPTER} ] && cat $device/features; done; true',
        check=True,
    ).text.strip()


def drivers_work(guest: LinuxGuest, eeprom: At24, image: bytes) -> None:
    assert guest.bind("lm75", SENSOR).read("temp1_input") == "23500"
    memory = guest.bind("24c32", EEPROM, properties={"pagesize": PAGE_SIZE})
    memory.write_bytes("eeprom", image)
    assert bytes(eeprom.data[: len(image)]) == image
    assert memory.read_bytes("eeprom", length=len(image)) == image


def test_packed_ring_serves_drivers_and_tools_through_a_pause_and_a_reboot(
    i2c_bus: Bus, packed_guest: LinuxGuest
) -> None:
    print(f"the images are random.Random({SEED}).randbytes(1024)")
    images = random.Random(SEED)
    eeprom = i2c_bus.devices[1]
    assert isinstance(eeprom, At24)
    assert negotiated(packed_guest)[RING_PACKED] == "1"

    grid = packed_guest.run(f"i2cdetect -y {packed_guest.bus()}", check=True).text
    assert detected(grid) == as_grid(SENSOR, EEPROM)
    drivers_work(packed_guest, eeprom, images.randbytes(1024))

    packed_guest.pause()
    packed_guest.resume()
    packed_guest.unbind_all()
    drivers_work(packed_guest, eeprom, images.randbytes(1024))

    for hard in (False, True):
        packed_guest.reboot(hard=hard)
        assert negotiated(packed_guest)[RING_PACKED] == "1"
        drivers_work(packed_guest, eeprom, images.randbytes(1024))
