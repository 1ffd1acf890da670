# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's at24 driver on simulated EEPROMs, with their write cycles on the real clock.

The guest's devices have the page size among their properties, as a devicetree would give it. Without,
at24 writes byte by byte, each followed by a write cycle of 5 ms: minutes for a 24c512, which in pages
of 128 bytes takes 512 write cycles.
"""

from __future__ import annotations

import errno
import hashlib
import random

import pytest
from i2c_tools import detected

from vhost_device.guest import GuestOSError, LinuxGuest, SysfsDevice
from vhost_device.sim import At24, Bus

EEPROM = 0x50
SEED = 20261122
IMAGE_TIMEOUT_S = 120.0

# What the datasheets say: size, page, and how many addresses the block bits take.
PARTS = [("24c02", 256, 8, 1), ("24c16", 2048, 16, 8), ("24c32", 4096, 32, 1), ("24c512", 65536, 128, 1)]


def bind(guest: LinuxGuest, eeprom: At24, page_size: int) -> SysfsDevice:
    return guest.bind(eeprom.name, EEPROM, properties={"pagesize": page_size})


def sha256_in_guest(guest: LinuxGuest, memory: SysfsDevice) -> str:
    return guest.run(
        f"sha256sum <{memory.resolve('eeprom')}", check=True, timeout=IMAGE_TIMEOUT_S
    ).text.split()[0]


@pytest.mark.parametrize(("part", "size", "page_size", "addresses"), PARTS)
def test_whole_image_written_by_the_driver_is_in_the_chip_and_reads_back(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, size: int, page_size: int, addresses: int
) -> None:
    print(f"the image is random.Random({SEED}).randbytes({size})")
    image = random.Random(SEED).randbytes(size)
    eeprom = i2c_bus.attach(At24(part, EEPROM))
    assert eeprom.write_cycle_ms == 5
    memory = bind(linux_guest, eeprom, page_size)
    memory.write_bytes("eeprom", image, timeout=IMAGE_TIMEOUT_S)
    assert bytes(eeprom.data) == image
    assert sha256_in_guest(linux_guest, memory) == hashlib.sha256(image).hexdigest()
    grid = linux_guest.run(f"i2cdetect -y {linux_guest.bus()}", check=True).text
    assert detected(grid) == dict.fromkeys(range(EEPROM, EEPROM + addresses), "UU")


def test_image_put_in_by_the_host_is_what_the_driver_reads(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c32", EEPROM))
    memory = bind(linux_guest, eeprom, eeprom.page_size)
    eeprom.data[:] = random.Random(SEED + 1).randbytes(eeprom.size)
    assert sha256_in_guest(linux_guest, memory) == hashlib.sha256(bytes(eeprom.data)).hexdigest()
    eeprom.data[0:5] = b"hello"
    assert memory.read_bytes("eeprom", length=5) == b"hello"


# A part of three pages from the middle of one to the middle of another, and the last byte.
@pytest.mark.parametrize(("offset", "length"), [(0, 1), (24, 64), (4095, 1), (4064, 32)])
def test_part_written_by_the_driver_leaves_the_rest_erased(
    i2c_bus: Bus, linux_guest: LinuxGuest, offset: int, length: int
) -> None:
    eeprom = i2c_bus.attach(At24("24c32", EEPROM))
    memory = bind(linux_guest, eeprom, eeprom.page_size)
    data = random.Random(SEED).randbytes(length)
    memory.write_bytes("eeprom", data, offset=offset)
    assert bytes(eeprom.data) == b"\xff" * offset + data + b"\xff" * (eeprom.size - offset - length)
    assert memory.read_bytes("eeprom", offset=offset, length=length) == data


def test_device_without_a_page_size_is_written_byte_by_byte(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c02", EEPROM))
    memory = linux_guest.bind("24c02", EEPROM)
    memory.write_bytes("eeprom", b"over the edge of a page", offset=3)
    assert eeprom.data[3:26] == b"over the edge of a page"


def test_write_cycle_is_waited_for_by_the_driver(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c02", EEPROM, write_cycle_ms=100))
    memory = bind(linux_guest, eeprom, eeprom.page_size)
    memory.write_bytes("eeprom", b"two pages written")
    assert eeprom.data[:17] == b"two pages written"


# DS20005937, 7.5: bytes are acknowledged and not written, so the driver notices nothing.
def test_write_protected_chip_keeps_its_contents_and_the_driver_sees_no_error(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    eeprom = i2c_bus.attach(At24("24c32", EEPROM))
    eeprom.data[0:4] = b"safe"
    memory = bind(linux_guest, eeprom, eeprom.page_size)
    eeprom.write_protect = True
    memory.write_bytes("eeprom", b"gone")
    assert memory.read_bytes("eeprom", length=4) == b"safe"
    eeprom.write_protect = False
    memory.write_bytes("eeprom", b"open")
    assert memory.read_bytes("eeprom", length=4) == b"open"


def test_read_only_property_makes_the_driver_refuse_writes(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c32", EEPROM))
    memory = linux_guest.bind("24c32", EEPROM, properties={"pagesize": 32, "read-only": True})
    with pytest.raises(GuestOSError) as caught:
        memory.write_bytes("eeprom", b"gone")
    assert caught.value.errno in (errno.EPERM, errno.EACCES)
    assert eeprom.data[0:4] == b"\xff" * 4


def test_access_beyond_the_end_is_refused(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    eeprom = i2c_bus.attach(At24("24c02", EEPROM))
    memory = bind(linux_guest, eeprom, eeprom.page_size)
    with pytest.raises(GuestOSError) as caught:
        memory.write_bytes("eeprom", b"x", offset=eeprom.size)
    assert caught.value.errno == errno.EFBIG
    assert memory.read_bytes("eeprom", offset=eeprom.size) == b""
