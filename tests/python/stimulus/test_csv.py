# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""CSV files as what a property follows."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vhost_device._csv_series
from vhost_device.stimulus import Csv, StimulusError

RUN = "t,temp,note\n0,20.5,start\n10,30.5,\n20,-5,end\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "run.csv"
    path.write_text(RUN)
    return path


def test_hold_keeps_each_value_until_the_next(file: Path) -> None:
    run = Csv(file, time="t", value="temp")
    assert [run(t) for t in (-1, 0, 9.99, 10, 19, 20, 99)] == [None, 20.5, 20.5, 30.5, 30.5, -5, -5]


def test_linear_goes_straight_from_row_to_row(file: Path) -> None:
    run = Csv(file, time="t", value="temp", interpolate="linear")
    assert [run(t) for t in (-1, 0, 5, 10, 11, 20, 99)] == [None, 20.5, 25.5, 30.5, 26.95, -5, -5]


def test_repeat_begins_again_at_the_last_time(file: Path) -> None:
    run = Csv(file, time="t", value="temp", interpolate="linear", repeat=True)
    assert [run(t) for t in (5, 20, 25, 30, 45)] == [25.5, 20.5, 25.5, 30.5, 25.5]


def test_scale_offset_and_time_scale(file: Path) -> None:
    run = Csv(file, time="t", value="temp", scale=2, offset=1, time_scale=0.001)
    assert [run(t) for t in (0, 0.01, 0.02)] == [42, 62, -9]


def test_several_columns_are_a_tuple(tmp_path: Path) -> None:
    file = tmp_path / "axes.csv"
    file.write_text("z;x;t;y\n3;1;0;2\n")
    assert Csv(file, time="t", value=("x", "y", "z"), delimiter=";")(0) == (1, 2, 3)


def test_whole_numbers_are_ints(tmp_path: Path) -> None:
    file = tmp_path / "whole.csv"
    file.write_text("t,code\n0.5,3\n1.5,255\n")
    assert repr(Csv(file, time="t", value="code")(2)) == "255"


def test_byte_order_mark_spaces_and_empty_lines_are_no_matter(tmp_path: Path) -> None:
    file = tmp_path / "spreadsheet.csv"
    file.write_bytes(b"\xef\xbb\xbft , temp\r\n0, 1.5\r\n\r\n1, 2.5\r\n")
    assert Csv(file, time="t", value="temp")(1) == 2.5


def test_two_rows_at_one_time_are_a_step(tmp_path: Path) -> None:
    file = tmp_path / "step.csv"
    file.write_text("t,temp\n0,0\n1,0\n1,8\n2,8\n")
    run = Csv(file, time="t", value="temp", interpolate="linear")
    assert [run(t) for t in (0.999, 1, 1.5)] == [0, 8, 8]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"line 1: no column 't'; there are: none"),
        ("time,temp\n0,1\n", r"line 1: no column 't'; there are: 'time', 'temp'"),
        ("t,temp,temp\n0,1,1\n", r"line 1: 2 columns 'temp'; there are: 't', 'temp', 'temp'"),
        ("t,temp\n", r"run\.csv: expected at least one row below the names of the columns"),
        ("t,temp\n0,warm\n", r"line 2: temp 'warm': expected a number"),
        ("t,temp\n0,1\nnan,2\n", r"line 3: t 'nan': expected a number"),
        ("t,temp\n0,inf\n", r"line 2: temp 'inf': expected a number"),
        ("t,temp\n0\n", r"line 2: no 'temp'; the row has 1 of the columns"),
        ("t,temp\n5,1\n4,1\n", r"line 3: the time 4 s is before that of the row above"),
        ('t,temp\n0,"1\n', r"line 2: unexpected end of data"),
        ("t,temp\n0," + "1" * 70_000, r"line 2: more than 65536 characters"),
        ('t,temp\n0,"' + "\n" * 50 + '"', r"line 18: a row of more than 16 lines"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "run.csv"
    file.write_text(content)
    with pytest.raises(StimulusError, match=message) as error:
        Csv(file, time="t", value="temp")
    assert str(error.value).startswith(str(file))


def test_file_that_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    with pytest.raises(StimulusError, match=r"run\.csv: No such file"):
        Csv(file, time="t", value="temp")
    file.write_bytes(b"t,temp\n0,\xff\n")
    with pytest.raises(StimulusError, match="byte 9 is no UTF-8"):
        Csv(file, time="t", value="temp")


def test_rows_are_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vhost_device._csv_series, "MAX_ROWS", 2)
    with pytest.raises(StimulusError, match="line 4: more than 2 rows"):
        Csv(file, time="t", value="temp")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interpolate": "cubic"}, "interpolate 'cubic': expected 'hold' or 'linear'"),
        ({"time_scale": 0}, "time_scale 0: expected more than 0"),
        ({"value": ()}, "value: expected the name of a column"),
    ],
)
def test_argument_that_makes_no_sense_is_a_value_error(
    file: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Csv(file, **{"time": "t", "value": "temp", **arguments})


few = settings(max_examples=50, deadline=None)
finite = st.floats(-1e6, 1e6)


@few
@given(rows=st.lists(st.tuples(finite, finite), min_size=1, max_size=50), t=finite)
def test_any_table_holds_until_the_next_row(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float]], t: float
) -> None:
    ordered = sorted(rows, key=lambda row: row[0])
    file = tmp_path_factory.getbasetemp() / "any.csv"
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([("t", "temp"), *((repr(a), repr(b)) for a, b in ordered)])
    seen = [None, *(value for time, value in ordered if time <= t)]
    assert Csv(file, time="t", value="temp")(t) == seen[-1]


@few
@given(content=st.binary(max_size=200), t=finite)
def test_any_bytes_are_a_table_or_a_stimulus_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, t: float
) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.csv"
    file.write_bytes(b"t,temp\n" + content)
    with contextlib.suppress(StimulusError):
        Csv(file, time="t", value="temp", interpolate="linear")(t)
