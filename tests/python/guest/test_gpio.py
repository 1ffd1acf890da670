# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""GPIO pins of the guest, as far as they go without one."""

from __future__ import annotations

import pytest

from vhost_device.guest.gpio import GpioPins
from vhost_device.guest.result import CommandResult


class NotedCommands:
    """Answers each command with the same text."""

    def __init__(self, answer: bytes = b"") -> None:
        self.commands: list[str] = []
        self._answer = answer

    def run(
        self, command: str, *, timeout: float | None = None, check: bool = False, stdin: bytes = b""
    ) -> CommandResult:
        self.commands.append(command)
        return CommandResult(0, self._answer, b"")


def test_pins_are_exported_by_their_numbers_in_the_guest() -> None:
    guest = NotedCommands()
    GpioPins(guest, base=504, count=3)
    assert guest.commands == ["for n in 504 505 506; do echo $n >/sys/class/gpio/export || exit; done"]


def test_values_are_numbers_in_the_order_of_the_pins() -> None:
    assert GpioPins(NotedCommands(b"1\n0\n1\n"), base=504, count=3).values() == [1, 0, 1]


def test_directions_are_written_in_one_command() -> None:
    guest = NotedCommands()
    GpioPins(guest, base=504, count=8).set_directions({0: "low", 7: "in"})
    assert guest.commands[1:] == [
        "echo low >/sys/class/gpio/gpio504/direction && echo in >/sys/class/gpio/gpio511/direction"
    ]


def test_direction_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="direction 'out': expected one of in, low, high"):
        GpioPins(NotedCommands(), base=504, count=8).set_directions({0: "out"})


def test_pin_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="pin 8: expected 0 to 7"):
        GpioPins(NotedCommands(), base=504, count=8).set_values({8: 1})
