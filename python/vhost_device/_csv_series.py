# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Samples from a table of comma-separated values."""

from __future__ import annotations

import csv
import math
import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TextIO, Union

from vhost_device._series import Interpolate, Number, Sample, Series, Value
from vhost_device.errors import StimulusError

MAX_ROWS = 10_000_000
MAX_LINE = 65_536  # characters
_MAX_LINES_OF_A_ROW = 16  # quoted text may have several

Columns = Union[str, Sequence[str]]


class Csv(Series):
    """The columns `time`, in seconds, and `value` of a CSV file, which begins with their names.

    With several names for `value` it is a tuple. `time_scale` is for other times: 0.001 for
    milliseconds. The whole file is read at once; StimulusError names the line that is wrong.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        time: str,
        value: Columns,
        *,
        scale: float = 1,
        offset: float = 0,
        interpolate: Interpolate = "hold",
        repeat: bool = False,
        time_scale: float = 1,
        delimiter: str = ",",
    ) -> None:
        super().__init__(interpolate, repeat, scale, offset)
        if not time_scale > 0:
            raise ValueError(f"time_scale {time_scale}: expected more than 0")
        self.path = os.fspath(path)
        self._is_single = isinstance(value, str)
        names = [value] if isinstance(value, str) else list(value)
        if not names:
            raise ValueError("value: expected the name of a column")
        self._times = array("d")
        self._columns = [array("d") for _ in names]
        self._are_whole = True  # then so are the values
        try:
            with open(self.path, encoding="utf-8-sig", newline="") as file:
                self._read(file, [time, *names], time_scale, delimiter)
        except OSError as error:
            raise StimulusError(f"{self.path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise StimulusError(f"{self.path}: byte {error.start} is no UTF-8") from error
        if not self._times:
            raise StimulusError(f"{self.path}: expected at least one row below the names of the columns")

    def __repr__(self) -> str:
        return f"<Csv {self.path}: {len(self._times)} rows, {self.start:g} s to {self.end:g} s>"

    @property
    def start(self) -> float:
        return self._times[0]

    @property
    def end(self) -> float:
        return self._times[-1]

    def _around(self, t: float) -> tuple[Sample | None, Sample | None]:
        after = bisect_right(self._times, t)
        return self._sample(after - 1), self._sample(after)

    def _sample(self, index: int) -> Sample | None:
        if not 0 <= index < len(self._times):
            return None
        return self._times[index], self._value(index)

    def _value(self, index: int) -> Value:
        values = [column[index] for column in self._columns]
        numbers: list[Number] = [int(value) for value in values] if self._are_whole else [*values]
        return numbers[0] if self._is_single else tuple(numbers)

    def _read(self, file: TextIO, names: list[str], time_scale: float, delimiter: str) -> None:
        lines = _Lines(file, self.path)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            header = [name.strip() for name in next(rows, [])]
            lines.begin_row()
            places = [self._place(name, header) for name in names]
            for row in rows:
                if row:
                    self._add(row, places, names, time_scale, lines.where)
                lines.begin_row()
        except csv.Error as error:
            raise StimulusError(f"{lines.where}: {error}") from error

    def _place(self, name: str, header: list[str]) -> int:
        count = header.count(name)
        if count == 1:
            return header.index(name)
        known = ", ".join(repr(each) for each in header) or "none"
        what = "no column" if count == 0 else f"{count} columns"
        raise StimulusError(f"{self.path}, line 1: {what} {name!r}; there are: {known[:500]}")

    def _add(
        self, row: list[str], places: list[int], names: list[str], time_scale: float, where: str
    ) -> None:
        if len(self._times) == MAX_ROWS:
            raise StimulusError(f"{where}: more than {MAX_ROWS} rows")
        time, *values = (_number(row, place, name, where) for place, name in zip(places, names))
        time *= time_scale
        if self._times and time < self._times[-1]:
            raise StimulusError(f"{where}: the time {time:g} s is before that of the row above")
        self._times.append(time)
        for column, value in zip(self._columns, values):
            column.append(value)
            self._are_whole = self._are_whole and value.is_integer()


class _Lines(Iterator[str]):
    """The lines of a file, none of which may be endless."""

    def __init__(self, file: TextIO, path: str) -> None:
        self._file = file
        self._path = path
        self._number = 0
        self._row = 0

    @property
    def where(self) -> str:
        return f"{self._path}, line {self._number}"

    def begin_row(self) -> None:
        self._row = self._number

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) > MAX_LINE:
            raise StimulusError(f"{self.where}: more than {MAX_LINE} characters")
        if self._number > self._row + _MAX_LINES_OF_A_ROW:
            raise StimulusError(f"{self.where}: a row of more than {_MAX_LINES_OF_A_ROW} lines")
        return line


def _number(row: list[str], place: int, name: str, where: str) -> float:
    if place >= len(row):
        raise StimulusError(f"{where}: no {name!r}; the row has {len(row)} of the columns")
    try:
        number = float(row[place])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise StimulusError(f"{where}: {name} {row[place][:80]!r}: expected a number")
    return number
