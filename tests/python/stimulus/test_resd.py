# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Renode Sensor Data files: what is in them, when, and what is said of those that are wrong."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resd_writer import (
    ACCELERATION,
    ANGULAR_RATE,
    HEADER,
    PRESSURE,
    TEMPERATURE,
    VOLTAGE,
    arbitrary,
    binary,
    block,
    constant,
    write,
)

from vhost_device.stimulus import Resd, StimulusError

SECOND = 10**9

# The beginning of the file that Renode's documentation shows: temperatures, one in 600 s, of which the
# first is 0x00039bcc. It ends here after four of its samples.
RENODE_EXAMPLE = bytes.fromhex(
    "52 45 53 44 01 00 00 00  02 01 00 00 00 28 00 00"
    "00 00 00 00 00 00 00 00  00 00 00 00 00 00 70 c9"
    "b2 8b 00 00 00 00 00 00  00 00 00 00 00 cc 9b 03"
    "00 c4 95 03 00 79 9b 03  00 18 9a 03 00"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run.resd"


def test_example_of_renodes_documentation_is_read(file: Path) -> None:
    file.write_bytes(RENODE_EXAMPLE)
    run = Resd(file)
    assert [run(t) for t in (0, 599.9, 600, 1800)] == [236.492, 236.492, 234.948, 236.056]
    assert (run.unit, run.start, run.end) == ("degC", 0, 2400)


def test_constant_frequency_block_begins_at_its_start(file: Path) -> None:
    run = Resd(write(file, constant(TEMPERATURE, [(1000,), (2000,)], period_ns=SECOND, start_ns=5 * SECOND)))
    assert [run(t) for t in (4.999999999, 5, 5.5, 6, 100)] == [None, 1, 1, 2, 2]


def test_arbitrary_timestamps_count_from_the_start_of_the_block(file: Path) -> None:
    samples = [(SECOND, (10_000,)), (3 * SECOND, (30_000,)), (3 * SECOND + 1, (-5,))]
    run = Resd(write(file, arbitrary(TEMPERATURE, samples, start_ns=2 * SECOND)))
    assert [run(t) for t in (2, 2.999999999, 3, 4.9, 5, 5.000000001)] == [None, None, 10, 10, 30, -0.005]


def test_linear_goes_straight_from_sample_to_sample_and_from_block_to_block(file: Path) -> None:
    run = Resd(
        write(
            file,
            constant(TEMPERATURE, [(0,), (10_000,)], period_ns=SECOND),
            constant(TEMPERATURE, [(30_000,)], period_ns=SECOND, start_ns=3 * SECOND),
        ),
        interpolate="linear",
    )
    assert [run(t) for t in (0, 0.25, 1, 2, 3, 9)] == [0, 2.5, 10, 20, 30, 30]


def test_repeat_begins_again_after_the_last_sample(file: Path) -> None:
    run = Resd(write(file, constant(TEMPERATURE, [(1000,), (2000,)], period_ns=SECOND)), repeat=True)
    assert [run(t) for t in (0, 1, 2, 3, 40.5, 41.5)] == [1, 2, 1, 2, 1, 2]


def test_time_may_go_back(file: Path) -> None:
    samples = [(each * SECOND, (each * 1000,)) for each in range(1000)]
    run = Resd(write(file, arbitrary(TEMPERATURE, samples)))
    assert [run(t) for t in (999, 0, 500, 499, 500, 501)] == [999, 0, 500, 499, 500, 501]


@pytest.mark.parametrize(
    ("sample_type", "raw", "value"),
    [
        (TEMPERATURE, (-40_125,), -40.125),
        (ACCELERATION, (1_000_000, -500_000, 1), (1.0, -0.5, 0.000001)),
        (ANGULAR_RATE, (100_000, 0, -314_159), (1.0, 0.0, -3.14159)),
        (VOLTAGE, (3_300_000,), 3.3),
        (PRESSURE, (101_325_000,), 101_325.0),
    ],
)
def test_sample_is_in_its_unit(file: Path, sample_type: int, raw: tuple[int, ...], value: Any) -> None:
    assert Resd(write(file, constant(sample_type, [raw], period_ns=1)))(0) == value


def test_axis_is_one_of_three(file: Path) -> None:
    write(file, constant(ACCELERATION, [(1_000_000, 2_000_000, 3_000_000)], period_ns=1))
    assert [Resd(file, axis=axis)(0) for axis in ("x", "y", "z")] == [1, 2, 3]


def test_scale_and_offset_make_another_unit_of_it(file: Path) -> None:
    write(file, constant(ACCELERATION, [(1_000_000, 0, -2_000_000)], period_ns=1))
    assert Resd(file, scale=9.5, offset=1)(0) == (10.5, 1.0, -18.0)


def test_binary_samples_are_bytes(file: Path) -> None:
    run = Resd(write(file, binary([b"one", b"", b"three"], period_ns=SECOND)))
    assert [run(t) for t in (0, 1, 2)] == [b"one", b"", b"three"]


def test_channel_and_sample_choose_among_blocks(file: Path) -> None:
    write(
        file,
        constant(TEMPERATURE, [(1000,)], period_ns=1, channel=0),
        constant(TEMPERATURE, [(2000,)], period_ns=1, channel=7),
        constant(VOLTAGE, [(3_000_000,)], period_ns=1, channel=0),
    )
    assert (Resd(file, channel=7)(0), Resd(file, sample="voltage")(0)) == (2, 3)
    with pytest.raises(
        StimulusError, match="expected one kind of samples on channel 0; name it with sample="
    ):
        Resd(file)
    with pytest.raises(StimulusError, match="voltage on channel 7; there is temperature on channel 0, temp"):
        Resd(file, channel=7, sample="voltage")


def test_metadata_and_unknown_blocks_are_passed_over(file: Path) -> None:
    unknown = block(0x7F, 1, 0, b"what a later version may have")
    custom = block(2, 0xF000, 0, struct.pack("<QQQ", 0, 1, 0) + b"of a sensor's own")
    metadata = b"led_a_source\0\x02\x05"
    write(file, unknown, custom, constant(TEMPERATURE, [(1000,)], period_ns=1, metadata=metadata))
    assert Resd(file, sample="temperature")(0) == 1


def test_large_file_is_read_in_pieces(file: Path) -> None:
    write(file, constant(TEMPERATURE, [(each,) for each in range(100_000)], period_ns=SECOND))
    run = Resd(file)
    assert [run(t) for t in (0, 16_383, 16_384, 99_999, 5)] == [0, 16.383, 16.384, 99.999, 0.005]
    assert len(run._file._chunk[1]) <= 1 << 16


WHOLE = constant(TEMPERATURE, [(1000,), (2000,)], period_ns=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a RESD file, which begins with b'RESD', not b''"),
        (b"RIFF\x01\0\0\0", "expected a RESD file, which begins with b'RESD', not b'RIFF'"),
        (b"RESD\x02\0\0\0", r"byte 4: version 2 \(expected 1\)"),
        (b"RESD\x01\0\x05\0", r"bytes 5 to 7: 00 05 00 \(expected zeros\)"),
        (HEADER, "expected samples on channel 0; there is nothing"),
        (HEADER + WHOLE[:12], "byte 8: a block's header: 13 bytes expected, 12 follow"),
        (HEADER + WHOLE[:-1], "byte 8: a block with 32 bytes of data, where 31 follow"),
        (HEADER + block(2, 1, 0, b"\0" * 23), "the block at byte 8: its times: 24 bytes expected, 23 follow"),
        (HEADER + block(0, 1, 0, b""), "byte 8: block type 0, which is reserved"),
        (
            HEADER + block(2, 1, 0, struct.pack("<QQQ", 0, 1, 2**64 - 1)),
            "the block at byte 8: 18446744073709551615 bytes of metadata, where 0 follow",
        ),
        (
            HEADER + block(2, 1, 0, struct.pack("<QQQ", 0, 1, 0) + b"\0" * 7),
            "the block at byte 8: 3 bytes are left after 1 samples of temperature",
        ),
        (
            HEADER + constant(TEMPERATURE, [(1,), (2,)], period_ns=0),
            "the block at byte 8: a period of 0, with 2 samples",
        ),
        (
            HEADER + block(2, 9, 0, struct.pack("<QQQI", 0, 1, 0, 5) + b"four"),
            "the block at byte 8: it ends within a sample",
        ),
        (
            HEADER + block(2, 9, 0, struct.pack("<QQQI", 0, 1, 0, 2**32 - 1)),
            r"a sample of 4294967295 bytes \(expected at most 1048576\)",
        ),
        (
            HEADER + struct.pack("<BHHQ", 2, 1, 0, 2**64 - 1),
            "byte 8: a block with 18446744073709551615 bytes of data, where 0 follow",
        ),
        (
            HEADER + constant(TEMPERATURE, [(1,)], period_ns=1, start_ns=5) + WHOLE,
            "blocks of channel 0 are not in the order of their times",
        ),
        (
            HEADER + block(2, 0xF123, 3, struct.pack("<QQQ", 0, 1, 0)),
            "expected samples on channel 0; there is sample type 0xf123 on channel 3",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_named(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    with pytest.raises(StimulusError, match=message) as error:
        Resd(file)
    assert str(error.value).startswith(f"{file}: ")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StimulusError, match=r"none\.resd: No such file"):
        Resd(tmp_path / "none.resd")


def test_file_that_is_cut_off_later_is_an_error(file: Path) -> None:
    run = Resd(write(file, constant(TEMPERATURE, [(each,) for each in range(100_000)], period_ns=SECOND)))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(StimulusError, match="is shorter than when it was opened"):
        run(90_000)


few = settings(max_examples=50, deadline=None)
numbers = st.integers(-(2**31), 2**31 - 1)


@few
@given(
    samples=st.lists(st.tuples(st.integers(0, 2**40), numbers), min_size=1, max_size=40),
    start=st.integers(0, 2**40),
    t_ns=st.integers(0, 2**42),
)
def test_any_samples_hold_until_the_next(
    tmp_path_factory: pytest.TempPathFactory, samples: list[tuple[int, int]], start: int, t_ns: int
) -> None:
    ordered = sorted(samples, key=lambda sample: sample[0])
    file = tmp_path_factory.getbasetemp() / "any.resd"
    write(file, arbitrary(TEMPERATURE, [(stamp, (raw,)) for stamp, raw in ordered], start_ns=start))
    seen = [None, *(raw / 1000 for stamp, raw in ordered if start + stamp <= t_ns)]
    assert Resd(file)(t_ns / SECOND) == seen[-1]


@few
@given(
    content=st.binary(max_size=200),
    block_type=st.sampled_from([1, 2]),
    sample_type=st.sampled_from([1, 2, 9]),
    t=st.floats(0, 1e9),
)
def test_any_bytes_are_samples_or_a_stimulus_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, block_type: int, sample_type: int, t: float
) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.resd"
    write(file, block(block_type, sample_type, 0, content), content)
    with contextlib.suppress(StimulusError):
        Resd(file, interpolate="linear")(t)
