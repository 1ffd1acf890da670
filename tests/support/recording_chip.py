# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip, written by the byte, that records what happens on its wire."""

from __future__ import annotations

import re

from vhost_device.sim import Device, Direction

# What is read first; each further byte is one more.
FIRST_ANSWER = 0xA0

Messages = list[tuple[str, bytes]]


class RecordingChip(Device):
    """Acknowledges everything. `events` has words such as "20 start write", "20 read a0", "20 stop".

    Chips that are given the same list show in which order they were used.
    """

    def __init__(self, address: int, events: list[str] | None = None) -> None:
        super().__init__(address)
        self.events = [] if events is None else events
        self._prefix = f"{address:02x}"
        self._answer = FIRST_ANSWER

    def start(self, direction: Direction) -> None:
        self._record(f"start {direction.name}")

    def write_byte(self, value: int) -> None:
        self._record(f"write {value:02x}")

    def read_byte(self) -> int:
        value = self._answer
        self._answer = (value + 1) & 0xFF
        self._record(f"read {value:02x}")
        return value

    def stop(self) -> None:
        self._record("stop")

    def _record(self, event: str) -> None:
        self.events.append(f"{self._prefix} {event}")


def transactions(events: list[str]) -> list[Messages]:
    """The transactions that one chip recorded, each as its messages: direction and data."""
    done: list[Messages] = []
    messages: Messages = []
    for event in events:
        _, word, *rest = event.split()
        if word == "start":
            messages.append((rest[0], b""))
        elif word == "stop":
            done.append(messages)
            messages = []
        else:
            direction, data = messages[-1]
            messages[-1] = (direction, data + bytes.fromhex(rest[0]))
    return done


# As Linux prints its tracepoints, include/trace/events/i2c.h.
_TRACED = re.compile(
    r"i2c_(?P<event>write|reply|result): i2c-(?P<bus>\d+) (?:n=\d+ ret=(?P<result>-?\d+)"
    r"|#(?P<index>\d+) a=(?P<address>[0-9a-f]+) f=[0-9a-f]+ l=\d+ \[(?P<data>[0-9a-f-]*)\])"
)


def traced_transactions(trace: str, bus: int, address: int) -> list[Messages]:
    """The transactions with `address` in a trace of the kernel's i2c events, and what they transferred."""
    done: list[Messages] = []
    messages: dict[int, tuple[str, bytes]] = {}
    for match in _TRACED.finditer(trace):
        if int(match["bus"]) != bus:
            continue
        if match["event"] == "result":
            done.append([messages[index] for index in sorted(messages)])
            messages = {}
        elif int(match["address"], 16) == address:
            direction = "write" if match["event"] == "write" else "read"
            messages[int(match["index"])] = (direction, bytes.fromhex(match["data"].replace("-", "")))
    return [each for each in done if each]
