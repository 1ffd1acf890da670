# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Samples from a Renode Sensor Data file."""

from __future__ import annotations

import os
from bisect import bisect_right
from typing import Literal

from vhost_device._resd_file import SAMPLE_TYPES, Block, ResdFile, SampleType, sample_type_name
from vhost_device._series import Interpolate, Sample, Series, Value
from vhost_device.errors import StimulusError

_NS = 10**9
_AXES = ("x", "y", "z")


class Resd(Series):
    """One channel of a Renode Sensor Data file (.resd, version 1).

    `sample` is what to take, where a channel has more than one: "temperature" (in degrees Celsius),
    "acceleration" (g), "angular_rate" (rad/s), "voltage" (V), "ecg" (V), "humidity" (% RH), "pressure" (Pa),
    "magnetic_flux_density" (T), "illuminance" (lx) or "binary" (bytes). What has three axes is a tuple, or
    the one of "x", "y" and "z" that `axis` names.

    The file is checked when it is opened, and read as time goes on. StimulusError says what is wrong.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        channel: int = 0,
        *,
        sample: str | None = None,
        axis: Literal["x", "y", "z"] | None = None,
        scale: float = 1,
        offset: float = 0,
        interpolate: Interpolate = "hold",
        repeat: bool = False,
    ) -> None:
        super().__init__(interpolate, repeat, scale, offset)
        if axis not in (None, *_AXES):
            raise ValueError(f"axis {axis!r}: expected 'x', 'y' or 'z'")
        self._file = ResdFile(path)
        self.path = self._file.path
        self.channel = channel
        self._type = self._choose(channel, sample)
        if axis and len(self._type.format) != 4:
            raise ValueError(f"axis {axis!r}: a {self._type.name} has no axes")
        self._axis = _AXES.index(axis) if axis else None
        self._blocks = [
            block
            for block in self._file.blocks
            if (block.sample_type, block.channel) == (self._type.code, channel) and block.count
        ]
        self._starts = [block.start for block in self._blocks]
        if self._starts != sorted(self._starts):
            raise StimulusError(
                f"{self.path}: blocks of channel {channel} are not in the order of their times"
            )
        self._hint = (0, 0)  # the block and the sample found last

    def __repr__(self) -> str:
        return f"<Resd {self.path}: {self._type.name} of channel {self.channel}, until {self.end:g} s>"

    @property
    def unit(self) -> str:
        """Of the values, before `scale`."""
        return self._type.unit

    @property
    def start(self) -> float:
        return self._file.time(self._blocks[0], 0) / _NS

    @property
    def end(self) -> float:
        return self._file.end(self._blocks[-1]) / _NS

    def _choose(self, channel: int, sample: str | None) -> SampleType:
        there = {(block.sample_type, block.channel): None for block in self._file.blocks if block.count}
        fits = [
            SAMPLE_TYPES[code]
            for code, its_channel in there
            if its_channel == channel and sample in (None, SAMPLE_TYPES[code].name)
        ]
        if len(fits) == 1:
            return fits[0]
        present = {(block.sample_type, block.channel): None for block in self._file.blocks}
        names = [f"{sample_type_name(code)} on channel {its_channel}" for code, its_channel in present]
        wanted = f"{sample or 'samples'} on channel {channel}"
        if fits:
            wanted = f"one kind of samples on channel {channel}; name it with sample="
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        listed = (", ".join(names[:10]) or "nothing") + more
        raise StimulusError(f"{self.path}: expected {wanted}; there is {listed}")

    def _around(self, t: float) -> tuple[Sample | None, Sample | None]:
        time = round(t * _NS)
        number = bisect_right(self._starts, time) - 1
        if number < 0:
            return None, self._sample(0, 0)
        index = self._last_at(number, time)
        self._hint = (number, max(index, 0))
        if index >= 0:
            return self._sample(number, index), self._sample(number, index + 1)
        if number == 0:
            return None, self._sample(0, 0)
        # The block has begun, but not its first sample.
        return self._sample(number - 1, self._blocks[number - 1].count - 1), self._sample(number, 0)

    def _last_at(self, number: int, time: int) -> int:
        """The last sample of a block at or before a time; -1 if there is none."""
        block = self._blocks[number]
        if block.period is not None:
            return min((time - block.start) // block.period, block.count - 1) if block.period else 0
        low, high = -1, block.count
        if self._hint[0] == number:
            # Most often it is the same as before, or the next.
            for near in range(self._hint[1], min(self._hint[1] + 2, block.count)):
                if self._file.time(block, near) <= time:
                    low = near
                else:
                    high = near
                    break
        while high - low > 1:
            middle = (low + high) // 2
            if self._file.time(block, middle) <= time:
                low = middle
            else:
                high = middle
        return low

    def _sample(self, number: int, index: int) -> Sample | None:
        block: Block = self._blocks[number]
        if index == block.count:
            return self._sample(number + 1, 0) if number + 1 < len(self._blocks) else None
        time, raw = self._file.sample(block, index)
        return time / _NS, self._physical(raw)

    def _physical(self, raw: bytes | tuple[int, ...]) -> Value:
        if isinstance(raw, bytes):
            return raw
        values = tuple(number / self._type.divisor for number in raw)
        if self._axis is not None:
            return values[self._axis]
        return values if len(values) > 1 else values[0]
