# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a chip measures follows a function of time, a CSV file or a Renode Sensor Data file.

    sensor.follow("temperature", lambda t: 20 + t)
    sensor.follow("temperature", Csv("run.csv", time="t", value="temp", interpolate="linear"))
    sensor.follow("temperature", Resd("run.resd"))

`t` is in seconds on the clock of the chip's bus, so with a ManualClock a test says when it is.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from vhost_device import _core
from vhost_device._core import Device
from vhost_device._csv_series import Csv
from vhost_device._resd_series import Resd
from vhost_device._scripts import ScriptLog
from vhost_device.errors import StimulusError

__all__ = ["Csv", "Following", "Resd", "StimulusError", "ramp", "sine", "steps"]

Source = Callable[[float], Any]

# For chips on no bus: their errors are logged.
_unattended = _core.ScriptSupervisor(ScriptLog().on_error)


class Following:
    """A property of a chip that follows a source, until stop() or the end of a with block.

    It goes on when this object is forgotten.
    """

    def __init__(self, chip: Device, name: str, source: Source, start: float | None) -> None:
        self.chip = chip
        self.property = name
        self.source = source
        self._stimulus = _core.add_stimulus(
            chip, name, _Setter(name, source), unattended=_unattended, start=start
        )

    def stop(self) -> None:
        """The property keeps its value from now on. May be called again."""
        _core.remove_stimulus(self.chip, self._stimulus)

    def __enter__(self) -> Following:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{self.property} of {self.chip!r} follows {self.source!r}>"


class _Setter:
    """Puts a source's value into a chip's property. It keeps no chip alive: the chip has it."""

    def __init__(self, name: str, source: Source) -> None:
        self._name = name
        self._source = source
        self._refused: str | None = None

    def __call__(self, chip: Device, seconds: float) -> None:
        try:
            value = self._source(seconds)
        except Exception as error:
            raise StimulusError(f"{self._what(chip, seconds)}: {type(error).__name__}: {error}") from error
        if value is None or repr(value) == self._refused:  # which was told once
            return
        try:
            # A sensor may take a value that is set for a new one, and convert it at once.
            if getattr(chip, self._name, None) != value:
                setattr(chip, self._name, value)
        except Exception as error:
            self._refused = repr(value)
            raise StimulusError(
                f"{self._what(chip, seconds)}: value {value!r} is refused: {error}"
            ) from error
        self._refused = None

    def _what(self, chip: Device, seconds: float) -> str:
        return f"{chip.name} at {chip.address}: {self._name} at t={seconds:g} s"


def follow(chip: Device, name: str, source: Source, start: float | None) -> Following:
    """Device.follow()."""
    if not callable(source):
        raise TypeError(f"source {source!r}: expected a function of time, a Csv or a Resd")
    if not isinstance(name, str):
        raise TypeError(f"property {name!r}: expected the name of one, such as 'temperature'")
    _check_property(chip, name)
    return Following(chip, name, source, start)


def ramp(first: float, last: float, duration: float) -> Callable[[float], float]:
    """Straight from one value to another, and then that one; `duration` in seconds."""
    if not duration > 0:
        raise ValueError(f"duration {duration}: expected more than 0 seconds")
    return lambda t: first + (last - first) * min(max(t / duration, 0.0), 1.0)


def sine(mean: float, amplitude: float, period: float, phase: float = 0) -> Callable[[float], float]:
    """A wave around a mean value; `period` in seconds, `phase` in radians."""
    if not period > 0:
        raise ValueError(f"period {period}: expected more than 0 seconds")
    return lambda t: mean + amplitude * math.sin(2 * math.pi * t / period + phase)


def steps(values: Mapping[float, Any]) -> Callable[[float], Any]:
    """Each value from its time on, as in steps({0: 20.0, 5: 85.0}); before the first, nothing changes."""
    times = sorted(values, reverse=True)
    return lambda t: next((values[time] for time in times if time <= t), None)


def _check_property(chip: Device, name: str) -> None:
    nothing = object()
    found = inspect.getattr_static(type(chip), name, nothing)
    if isinstance(found, property) and found.fset is None:
        raise AttributeError(f"{chip.name} at {chip.address}: {name} cannot be set, and so follow nothing")
    if found is nothing or (callable(found) and not hasattr(type(found), "__set__")):
        if found is nothing and inspect.getattr_static(chip, name, nothing) is not nothing:
            return  # an attribute of a chip that is written in Python
        known = _settable(chip)
        nearest = difflib.get_close_matches(name, known, n=1)
        hint = f"; do you mean {nearest[0]!r}?" if nearest else f"; there are: {', '.join(known) or 'none'}"
        raise AttributeError(f"{chip.name} at {chip.address} has no property {name!r}{hint}")


def _settable(chip: Device) -> list[str]:
    names = set(getattr(chip, "__dict__", {}))
    for base in type(chip).__mro__:
        for name, value in vars(base).items():
            is_read_only = isinstance(value, property) and value.fset is None
            if hasattr(type(value), "__set__") and not is_read_only:
                names.add(name)
    return sorted(name for name in names if not name.startswith("_"))
