# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The EEPROM's face in Python; its behaviour on the bus is tested in C++."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from vhost_device import _core
from vhost_device.i2c import Read, Write
from vhost_device.sim import At24, Bus, ImageError, ManualClock


def test_new_eeprom_is_as_the_datasheet_says() -> None:
    eeprom = At24("24c32", address=0x50)
    assert (eeprom.name, int(eeprom.address), eeprom.size, eeprom.page_size) == ("24c32", 0x50, 4096, 32)
    assert eeprom.data == b"\xff" * 4096
    assert (eeprom.write_protect, eeprom.write_cycle_ms, eeprom.busy) == (False, 5, False)


def test_eeprom_with_block_bits_has_several_addresses() -> None:
    assert At24("24c04", 0x52).addresses == [0x52, 0x53]


@pytest.mark.parametrize(("part", "address"), [("24c02", 0x48), ("24c04", 0x51), ("24c03", 0x50)])
def test_impossible_eeprom_is_refused(part: str, address: int) -> None:
    with pytest.raises(ValueError, match=part):
        At24(part, address)


def test_negative_write_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="write cycle"):
        At24("24c02", 0x50, write_cycle_ms=-1)


def test_write_protected_eeprom_keeps_its_contents(bus: Bus) -> None:
    eeprom = bus.attach(At24("24c02", 0x50, write_cycle_ms=0))
    eeprom.write_protect = True
    bus.transfer([Write(0x50, b"\0x")])
    assert eeprom.data[0] == 0xFF


def test_eeprom_is_busy_for_its_write_cycle() -> None:
    bus = Bus(clock=ManualClock())
    eeprom = bus.attach(At24("24c02", 0x50))
    eeprom.write_cycle_ms = 10
    bus.transfer([Write(0x50, b"\0x")])
    assert eeprom.busy
    bus.clock.advance(milliseconds=10)
    assert not eeprom.busy


def test_image_is_the_initial_contents(bus: Bus, tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"hello")
    bus.attach(At24("24c02", 0x50, image=image))
    assert bus.transfer([Write(0x50, b"\0"), Read(0x50, 6)]) == [b"hello\xff"]
    assert image.read_bytes() == b"hello"


def test_saved_image_follows_the_contents(bus: Bus, tmp_path: Path) -> None:
    image = tmp_path / "image"
    eeprom = bus.attach(At24("24c01", 0x50, image=image, save=True))
    eeprom.data[0:2] = b"ab"
    bus.transfer([Write(0x50, b"\2cd")])
    assert image.read_bytes() == b"abcd".ljust(128, b"\xff")
    assert eeprom.last_error == ""


def test_saved_image_is_there_for_the_next_eeprom(tmp_path: Path) -> None:
    image = tmp_path / "image"
    At24("24c01", 0x50, image=image, save=True).data[0:2] = b"ab"
    assert At24("24c01", 0x50, image=str(image), save=True).data[0:3] == b"ab\xff"


def test_image_that_another_eeprom_saves_to_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "image"
    first = At24("24c01", 0x50, image=image, save=True)
    with pytest.raises(ImageError, match="another chip saves to it"):
        At24("24c01", 0x50, image=image, save=True)
    with pytest.raises(ImageError, match="another chip saves to it"):
        At24("24c01", 0x50).save_to(image)
    assert At24("24c01", 0x50, image=image).data == first.data


def test_save_without_an_image_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an image"):
        At24("24c02", 0x50, save=True)


def test_image_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="missing"):
        At24("24c02", 0x50, image=tmp_path / "missing")


def test_image_that_is_too_long_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(257))
    eeprom = At24("24c02", 0x50)
    with pytest.raises(ImageError, match="image"):
        eeprom.load_image(image)
    assert eeprom.data == b"\xff" * 256


def test_image_that_cannot_be_saved_any_more_is_told(
    bus: Bus, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    eeprom = bus.attach(At24("24c01", 0x50, image=tmp_path / "image", save=True))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    eeprom.data[0] = 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    _core.flush_log()
    assert eeprom.last_error == "File too large"
    assert "24c01 at 0x50: its image cannot be saved: File too large" in caplog.text


def test_eeprom_cannot_be_subclassed() -> None:
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Mine", (At24,), {})


def test_eeprom_has_no_methods_for_the_bus() -> None:
    with pytest.raises(TypeError, match=r"Bus\.transfer"):
        At24("24c02", 0x50).read(1)
