# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The pins of a GPIO expander, as the guest's gpiolib has them."""

from __future__ import annotations

from collections.abc import Mapping

from vhost_device.guest.files import Runner

_CLASS = "/sys/class/gpio"
_DIRECTIONS = ("in", "low", "high")


class GpioPins:
    """Pins in the guest's /sys/class/gpio, numbered from 0; each method is one command.

    They are exported here, and go away with their device.
    """

    def __init__(self, guest: Runner, base: int, count: int) -> None:
        self.count = count
        self._guest = guest
        self._base = base
        self._run(f"for n in {self._numbers()}; do echo $n >{_CLASS}/export || exit; done")

    def values(self) -> list[int]:
        """What the driver reads of each pin, one after the other."""
        # The shell's own read makes no process for each of them.
        loop = f"for n in {self._numbers()}; do read -r v <{_CLASS}/gpio$n/value || exit; echo $v; done"
        text = self._run(loop)
        return [int(value) for value in text.split()]

    def set_directions(self, directions: Mapping[int, str]) -> None:
        """Makes pins inputs ("in"), or outputs that begin "low" or "high"."""
        for direction in directions.values():
            if direction not in _DIRECTIONS:
                raise ValueError(f"direction {direction!r}: expected one of {', '.join(_DIRECTIONS)}")
        self._write("direction", directions)

    def set_values(self, values: Mapping[int, int]) -> None:
        """Sets outputs to 0 or 1."""
        self._write("value", values)

    def _numbers(self) -> str:
        return " ".join(str(self._base + pin) for pin in range(self.count))

    def _write(self, attribute: str, texts: Mapping[int, object]) -> None:
        for pin in texts:
            if not 0 <= pin < self.count:
                raise ValueError(f"pin {pin}: expected 0 to {self.count - 1}")
        commands = [
            f"echo {text} >{_CLASS}/gpio{self._base + pin}/{attribute}" for pin, text in texts.items()
        ]
        self._run(" && ".join(commands) or "true")

    def _run(self, command: str) -> str:
        return self._guest.run(command, check=True).text
