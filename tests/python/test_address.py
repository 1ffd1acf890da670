# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Addresses as scripts write them."""

from __future__ import annotations

from typing import Any

import pytest

from vhost_device.i2c import Address, Read, Write


def test_seven_bit_address_is_equal_to_its_number() -> None:
    assert Address(0x50) == 0x50
    assert Address(0x50) == Address(0x50)
    assert hash(Address(0x50)) == hash(0x50)
    assert Address(0x50) != 0x51
    assert Address(0x50) != "0x50"


def test_ten_bit_address_is_equal_to_no_number() -> None:
    assert Address.ten_bit(0x50) != 0x50
    assert Address.ten_bit(0x50) != Address(0x50)
    assert Address.ten_bit(0x50) == Address.ten_bit(0x50)
    assert len({Address.ten_bit(0x50), Address.ten_bit(0x50), Address(0x50)}) == 2


def test_address_converts_to_int() -> None:
    assert int(Address(0x48)) == 0x48
    assert hex(Address(0x48)) == "0x48"
    assert Address.ten_bit(0x3FF).value == 0x3FF


def test_address_shows_itself_as_it_is_written() -> None:
    assert repr(Address(0x48)) == "Address(0x48)"
    assert repr(Address.ten_bit(0x150)) == "Address.ten_bit(0x150)"
    assert str(Address.ten_bit(0x150)) == "0x150 (10-bit)"


@pytest.mark.parametrize("number", [-1, 0x80, 1 << 40, -(1 << 70), 1 << 70])
def test_number_that_is_no_address_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="expected 0x00 to 0x7f"):
        Address(number)


@pytest.mark.parametrize("number", [0x400, 0xFFFFFFFF])
def test_number_that_is_no_ten_bit_address_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="0x000 to 0x3ff"):
        Address.ten_bit(number)


@pytest.mark.parametrize("value", [0.5, "0x50", None, b"P"])
def test_what_is_no_number_is_no_address(value: Any) -> None:
    with pytest.raises(TypeError):
        Address(value)


# UM10204, 3.1.12.
@pytest.mark.parametrize(("number", "reserved"), [(0x07, True), (0x08, False), (0x77, False), (0x78, True)])
def test_reserved_addresses_are_those_of_the_specification(number: int, reserved: bool) -> None:
    assert Address(number).is_reserved is reserved


def test_messages_show_what_they_are() -> None:
    assert repr(Read(0x50, 4)) == "Read(0x50, 4)"
    assert repr(Read(Address.ten_bit(0x150), 4)) == "Read(Address.ten_bit(0x150), 4)"
    assert repr(Write(0x50, b"\0")) == r"Write(0x50, b'\x00')"
    assert Write(0x50).data == b""


def test_write_takes_what_bytes_takes() -> None:
    assert Write(0x50, bytearray(b"ab")).data == b"ab"
    assert Write(0x50, [1, 2]).data == b"\1\2"


@pytest.mark.parametrize("data", [[256], [-1]])
def test_write_of_no_bytes_is_refused(data: list[int]) -> None:
    with pytest.raises(ValueError, match="expected bytes, or ints from 0 to 255"):
        Write(0x50, data)


def test_write_of_text_is_refused() -> None:
    with pytest.raises(TypeError):
        Write(0x50, "text")  # type: ignore[arg-type]


def test_read_of_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length -1: expected an int from 0 to 65535"):
        Read(0x50, -1)
