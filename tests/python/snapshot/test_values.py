# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""States as JSON: readable, and the same when they come back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vhost_device._snapshot_values as values

few = settings(max_examples=100, deadline=None)


def test_bytes_are_lines_of_sixteen_with_offsets() -> None:
    assert values.bytes_to_lines(bytes(range(20))) == [
        "0000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
        "0010: 10 11 12 13",
    ]


def test_rows_of_one_byte_are_one_line() -> None:
    memory = bytearray(b"\xff" * 4096)
    memory[0x20] = 0xAA
    assert values.bytes_to_lines(bytes(memory)) == [
        "0000-001f: ff",
        "0020: aa ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff",
        "0030-0fff: ff",
    ]


def test_offsets_of_a_large_memory_are_equally_wide() -> None:
    lines = values.bytes_to_lines(b"\1" + bytes(0x1FFFF))
    assert [line.partition(":")[0] for line in lines] == ["00000", "00010-1ffff"]


def test_registers_are_together_and_hexadecimal() -> None:
    state = {"registers.temperature": 0x1980, "registers.config": 5, "pointer": 3, "mode": None}
    assert values.state_to_json(state) == {
        "registers": {"temperature": "0x1980", "config": "0x05"},
        "pointer": 3,
        "mode": None,
    }


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"memory": ["0000: 0g"]}, r"memory: '0000: 0g' \(expected a line of bytes, such as '0010: 00 ff'\)"),
        ({"memory": ["0000: 00", "0002: 00"]}, r"memory: '0002: 00' \(expected the offset 0001\)"),
        ({"memory": ["0000-00ff: 00 01"]}, r"\(expected one byte for a range of offsets\)"),
        ({"memory": ["0000: 00", "0001-0000: 00"]}, r"\(expected one byte for a range of offsets\)"),
        ({"memory": ["00000000-ffffffff: 00"]}, r"\(expected one byte for a range of offsets\)"),
        ({"memory": ["0-ffffff: 00", "1000000-1ffffff: 00"]}, "memory: more than 16777216 bytes"),
        ({"memory": [5]}, r"memory: 5 \(expected a line of bytes"),
        ({"pointer": "five"}, r"pointer: 'five' \(expected a number, a text such as '0x1980', or lines"),
        ({"pointer": {"a": 1}}, r"pointer: \{'a': 1\} \(expected a number"),
        ({"registers": 5}, "registers: expected the registers by name, not 5"),
        ({"registers": {"config": "0x"}}, "registers.config: '0x' "),
    ],
)
def test_what_is_wrong_is_named(state: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        values.state_from_json(state)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"a": [1, {2}]}, r"state\['a'\]\[1\]: a set \(expected what JSON has, or bytes\)"),
        ({"a": {1: 2}}, r"state\['a'\]: the key 1 is no str"),
        ({"bytes": 5}, "state: a dict with nothing but 'bytes' is taken for bytes"),
    ],
)
def test_state_of_a_script_that_has_no_place_in_json_is_named(state: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        values.script_to_json(state, "state")


names = st.text(st.characters(whitelist_categories=["Ll"]), min_size=1).filter(
    lambda name: name != "registers"
)
anything = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2**63 - 1), st.floats(allow_nan=False), st.binary()
)


@few
@given(state=st.dictionaries(st.one_of(names, names.map("registers.{}".format)), anything))
def test_any_state_comes_back_from_json(state: dict[str, Any]) -> None:
    text = json.dumps(values.state_to_json(state))
    assert values.state_from_json(json.loads(text)) == state


@few
@given(data=st.lists(st.tuples(st.binary(min_size=1, max_size=3), st.integers(1, 200))))
def test_any_bytes_come_back(data: list[tuple[bytes, int]]) -> None:
    memory = b"".join(piece * count for piece, count in data)
    assert values.lines_to_bytes("memory", values.bytes_to_lines(memory)) == memory


leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary())
trees = st.recursive(leaves, lambda each: st.lists(each) | st.dictionaries(st.text(min_size=6), each))


@few
@given(state=trees)
def test_any_state_of_a_script_comes_back(state: Any) -> None:
    text = json.dumps(values.script_to_json(state, "state"))
    assert values.script_from_json(json.loads(text), "state") == state
