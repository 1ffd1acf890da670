# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip's state in JSON, so that a line that differs says what differs.

Registers are texts such as "0x1980". Bytes are a list of lines, each of 16 bytes with the offset of the
first: "0010: 00 01 02"; rows in which all bytes are the same are one line: "0010-0fff: ff".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

MAX_BYTES = 1 << 24  # of one value; the largest memory that there is has 2**18

_ROW = 16
_REGISTERS = "registers"
_LINE = re.compile(r"([0-9a-fA-F]{1,8})(?:-([0-9a-fA-F]{1,8}))?: ([0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})*)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_BYTES = "bytes"


# ---- chips


def state_to_json(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a chip, as the chip tells it; its registers together."""
    result: dict[str, Any] = {}
    for name, value in state.items():
        group, _, rest = name.partition(".")
        if group == _REGISTERS:
            text = hex_text(value) if type(value) is int and value >= 0 else _value_to_json(value)
            result.setdefault(_REGISTERS, {})[rest] = text
        else:
            result[name] = _value_to_json(value)
    return result


def state_from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The opposite. ValueError with the value's name."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name != _REGISTERS:
            result[name] = _value_from_json(name, value)
            continue
        if not isinstance(value, Mapping):
            raise ValueError(f"{name}: expected the registers by name, not {_short(value)}")
        for register, number in value.items():
            path = f"{_REGISTERS}.{register}"
            result[path] = _value_from_json(path, number)
    return result


def _value_to_json(value: Any) -> Any:
    return bytes_to_lines(value) if isinstance(value, bytes) else value


def _value_from_json(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) and _HEX.fullmatch(value):
        return int(value, 16)
    if isinstance(value, list):
        return lines_to_bytes(name, value)
    raise ValueError(
        f"{name}: {_short(value)} (expected a number, a text such as '0x1980', or lines of bytes)"
    )


# ---- chips that are written in Python


def script_to_json(value: Any, name: str) -> Any:
    """Whatever a chip's get_state() returned. TypeError with the name of what has no place in JSON."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return {_BYTES: bytes_to_lines(bytes(value))}
    if isinstance(value, (list, tuple)):
        return [script_to_json(each, f"{name}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, Mapping):
        if set(value) == {_BYTES}:
            raise TypeError(f"{name}: a dict with nothing but {_BYTES!r} is taken for bytes")
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{name}: the key {key!r} is no str")
        return {key: script_to_json(each, f"{name}[{key!r}]") for key, each in value.items()}
    raise TypeError(f"{name}: a {type(value).__name__} (expected what JSON has, or bytes)")


def script_from_json(value: Any, name: str) -> Any:
    """The opposite: what set_state() is given."""
    if isinstance(value, list):
        return [script_from_json(each, f"{name}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, Mapping):
        if set(value) == {_BYTES}:
            return lines_to_bytes(name, value[_BYTES])
        return {key: script_from_json(each, f"{name}[{key!r}]") for key, each in value.items()}
    return value


# ---- numbers and bytes


def hex_text(number: int) -> str:
    """Of a register: 0x05, 0x1980."""
    digits = max(2, (number.bit_length() + 7) // 8 * 2)
    return f"0x{number:0{digits}x}"


def bytes_to_lines(data: bytes) -> list[str]:
    """Lines of 16 bytes. Whole rows of one and the same byte are a single line."""
    width = max(4, len(f"{len(data):x}"))
    rows = [data[offset : offset + _ROW] for offset in range(0, len(data), _ROW)]
    lines = []
    offset = 0
    for row, equal in groupby(rows):
        count = len(list(equal))
        size = len(row) * count
        if len(row) == _ROW and len(set(row)) == 1:
            lines.append(f"{offset:0{width}x}-{offset + size - 1:0{width}x}: {row[0]:02x}")
        else:
            lines += [f"{offset + index * _ROW:0{width}x}: {row.hex(' ')}" for index in range(count)]
        offset += size
    return lines


def lines_to_bytes(name: str, lines: Any) -> bytes:
    """The opposite. ValueError with the name and the line that is wrong."""
    if not isinstance(lines, list):
        raise ValueError(f"{name}: expected lines of bytes, not {_short(lines)}")
    data = bytearray()
    for line in lines:
        match = _LINE.fullmatch(line) if isinstance(line, str) else None
        if not match:
            raise ValueError(f"{name}: {_short(line)} (expected a line of bytes, such as '0010: 00 ff')")
        first, last, row = match.groups()
        if int(first, 16) != len(data):
            raise ValueError(f"{name}: {_short(line)} (expected the offset {len(data):04x})")
        values = bytes.fromhex(row)
        if last is not None:
            count = int(last, 16) + 1 - len(data)
            if len(values) != 1 or not 0 < count <= MAX_BYTES:
                raise ValueError(f"{name}: {_short(line)} (expected one byte for a range of offsets)")
            values *= count
        if len(data) + len(values) > MAX_BYTES:
            raise ValueError(f"{name}: more than {MAX_BYTES} bytes")
        data += values
    return bytes(data)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
