# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""An EEPROM's contents behave as a bytearray of the same size does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vhost_device.sim import At24

SIZE = 128  # 24c01
contents = st.binary(min_size=SIZE, max_size=SIZE)
slices = st.builds(
    slice,
    st.none() | st.integers(-SIZE - 5, SIZE + 5),
    st.none() | st.integers(-SIZE - 5, SIZE + 5),
    st.none() | st.integers(-5, 5).filter(bool),
)


def filled(data: bytes) -> At24:
    eeprom = At24("24c01", address=0x50)
    eeprom.data[:] = data
    return eeprom


@given(contents, slices)
def test_slice_reads_as_a_bytearray_does(data: bytes, where: slice) -> None:
    assert filled(data).data[where] == data[where]


@given(contents, slices, st.data())
def test_slice_writes_as_a_bytearray_does(data: bytes, where: slice, draw: st.DataObject) -> None:
    length = len(data[where])
    value = draw.draw(st.binary(min_size=length, max_size=length))
    eeprom = filled(data)
    model = bytearray(data)
    eeprom.data[where] = value
    model[where] = value
    assert bytes(eeprom.data) == model


@given(contents, slices, st.binary(max_size=SIZE + 5))
def test_slice_never_changes_the_size(data: bytes, where: slice, value: bytes) -> None:
    eeprom = filled(data)
    model = bytearray(data)
    if len(value) == len(data[where]):
        model[where] = value
        eeprom.data[where] = value
    else:
        with pytest.raises(ValueError, match="keeps its size"):
            eeprom.data[where] = value
    assert eeprom.data == model


@given(contents, st.integers(-SIZE, SIZE - 1), st.integers(0, 255))
def test_index_works_as_a_bytearray_does(data: bytes, where: int, value: int) -> None:
    eeprom = filled(data)
    model = bytearray(data)
    assert eeprom.data[where] == model[where]
    eeprom.data[where] = value
    model[where] = value
    assert eeprom.data == model


@pytest.mark.parametrize("index", [SIZE, -SIZE - 1, 1 << 40])
def test_index_beyond_the_end_is_refused(index: int) -> None:
    data = At24("24c01", address=0x50).data
    with pytest.raises(IndexError, match="has 128 bytes"):
        data[index]
    with pytest.raises(IndexError, match="has 128 bytes"):
        data[index] = 0


@pytest.mark.parametrize("value", [-1, 256])
def test_what_is_no_byte_is_refused(value: int) -> None:
    data = At24("24c01", address=0x50).data
    with pytest.raises(ValueError, match="a byte is 0 to 255"):
        data[0] = value
    assert data[0] == 0xFF


@pytest.mark.parametrize("value", [5, "text", None, 1.5])
def test_slice_takes_bytes_only(value: Any) -> None:
    data = At24("24c01", address=0x50).data
    with pytest.raises(TypeError):
        data[0:5] = value


def test_slice_takes_whatever_has_bytes() -> None:
    data = At24("24c01", address=0x50).data
    data[0:2] = bytearray(b"ab")
    data[2:4] = memoryview(b"cd")
    data[4:6] = [1, 2]
    data[6:12] = At24("24c01", address=0x51).data[0:6]
    assert data[0:7] == b"abcd\1\2\xff"


def test_slice_with_step_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="slice step"):
        At24("24c01", address=0x50).data[::0]


def test_data_is_live() -> None:
    eeprom = At24("24c01", address=0x50)
    data = eeprom.data
    eeprom.data[0] = 1
    assert data[0] == 1


def test_data_outlives_the_reference_to_its_chip() -> None:
    data = At24("24c01", address=0x50).data
    assert len(data) == SIZE


def test_data_is_equal_to_bytes_of_the_same_value() -> None:
    data = filled(bytes(range(SIZE))).data
    assert data == bytes(range(SIZE))
    assert data == filled(bytes(range(SIZE))).data
    assert data == data
    assert data != bytes(SIZE)
    assert data != bytes(range(SIZE - 1))
    assert data != list(range(SIZE))


def test_data_is_iterated_as_it_was_at_the_start() -> None:
    eeprom = filled(bytes(range(SIZE)))
    numbers = iter(eeprom.data)
    eeprom.data[:] = bytes(SIZE)
    assert list(numbers) == list(range(SIZE))


def test_data_contains_bytes_and_numbers() -> None:
    data = filled(bytes(range(SIZE))).data
    assert 5 in data
    assert b"\5\6" in data
    assert 0xFF not in data


def test_data_is_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(At24("24c01", address=0x50).data)


def test_data_shows_its_start() -> None:
    data = filled(b"hello".ljust(SIZE, b"\0")).data
    assert repr(data).startswith(r"<128 bytes of 24c01: b'hello\x00")
