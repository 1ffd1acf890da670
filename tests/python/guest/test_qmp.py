# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""QEMU's monitor protocol."""

from __future__ import annotations

import json

import pytest

from vhost_device.guest.errors import QmpError
from vhost_device.guest.qmp import QmpReader, encode_command

GREETING = b'{"QMP": {"version": {}, "capabilities": []}}\r\n'


def test_reader_sorts_greeting_events_and_answers_however_cut() -> None:
    stream = GREETING + b'{"event": "RESET", "timestamp": {}}\r\n{"return": {"running": true}, "id": 4}\r\n'
    reader = QmpReader()
    for byte in stream:
        reader.feed(bytes((byte,)))
    assert reader.greeted
    assert [event["event"] for event in reader.events] == ["RESET"]
    assert reader.has_answer(4)
    assert reader.take_answer(4, "query-status") == {"running": True}
    assert not reader.has_answer(4)


def test_refused_command_raises_with_qemus_reason() -> None:
    reader = QmpReader()
    reader.feed(b'{"error": {"class": "GenericError", "desc": "no such thing"}, "id": 1}\n')
    with pytest.raises(QmpError, match="QEMU refused 'foo': no such thing"):
        reader.take_answer(1, "foo")


def test_command_is_one_line_of_json() -> None:
    line = encode_command(3, "device_del", {"id": "x"})
    assert line.endswith(b"\n")
    assert json.loads(line) == {"execute": "device_del", "id": 3, "arguments": {"id": "x"}}
