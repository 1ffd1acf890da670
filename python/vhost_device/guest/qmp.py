# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""QEMU's monitor protocol (docs/interop/qmp-spec.txt), without I/O: bytes in, answers out."""

from __future__ import annotations

import json
from typing import Any

from vhost_device.guest.errors import QmpError

Json = dict[str, Any]


class QmpReader:
    """Splits the monitor's stream into objects and sorts them: greeting, answers, events."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.greeted = False
        self.events: list[Json] = []
        self._answers: dict[int, Json] = {}

    def feed(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if line.strip():
                self._sort(json.loads(line))

    def _sort(self, message: Json) -> None:
        if "QMP" in message:
            self.greeted = True
        elif "event" in message:
            self.events.append(message)
        elif "id" in message:
            self._answers[message["id"]] = message

    def has_answer(self, command_id: int) -> bool:
        return command_id in self._answers

    def take_answer(self, command_id: int, command: str) -> Any:
        """What the command returned; QmpError if QEMU refused it."""
        answer = self._answers.pop(command_id)
        if "error" in answer:
            error = answer["error"]
            raise QmpError(f"QEMU refused {command!r}: {error.get('desc', error)}")
        return answer.get("return")


def encode_command(command_id: int, command: str, arguments: Json | None = None) -> bytes:
    message: Json = {"execute": command, "id": command_id}
    if arguments:
        message["arguments"] = arguments
    return json.dumps(message).encode() + b"\n"
