# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Samples over time, whatever file they are from, as a function of time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, Union

Number = Union[int, float]
Value = Union[int, float, bytes, tuple[Union[int, float], ...]]
Interpolate = Literal["hold", "linear"]
Sample = tuple[float, Value]  # its time in seconds, and what was measured


class Series(ABC):
    """A function of time in seconds, by samples of it.

    Nothing is known before the first one: that is None, and a property that follows it stays as it is.
    "hold" keeps each sample until the next; "linear" goes straight from one to the other. After the end it
    is the last one, or with `repeat` the beginning again. The value is what was measured * scale + offset.
    """

    def __init__(self, interpolate: Interpolate, repeat: bool, scale: float, offset: float) -> None:
        if interpolate not in ("hold", "linear"):
            raise ValueError(f"interpolate {interpolate!r}: expected 'hold' or 'linear'")
        self._is_linear = interpolate == "linear"
        self._repeats = repeat
        self._scale = scale
        self._offset = offset

    @property
    @abstractmethod
    def start(self) -> float:
        """The time of the first sample, in seconds."""

    @property
    @abstractmethod
    def end(self) -> float:
        """When it ends, in seconds; with `repeat` it begins again then."""

    @abstractmethod
    def _around(self, t: float) -> tuple[Sample | None, Sample | None]:
        """The last sample at or before a time, and the first one after it."""

    def __call__(self, t: float) -> Value | None:
        """The value at a time in seconds."""
        start, end = self.start, self.end
        if self._repeats and t >= end > start:
            t = start + (t - start) % (end - start)
        before, after = self._around(t)
        if before is None:
            return None
        if after is None or not self._is_linear or isinstance(before[1], bytes):
            return self._scaled(before[1])
        part = (t - before[0]) / (after[0] - before[0])
        return self._scaled(_between(before[1], after[1], part))

    def _scaled(self, value: Value) -> Value:
        if isinstance(value, bytes) or (self._scale == 1 and self._offset == 0):
            return value
        if isinstance(value, tuple):
            return tuple(each * self._scale + self._offset for each in value)
        return value * self._scale + self._offset


def _between(before: Value, after: Value, part: float) -> Value:
    if isinstance(before, tuple) and isinstance(after, tuple):
        return tuple(one + (other - one) * part for one, other in zip(before, after))
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        return before + (after - before) * part
    return before
