# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""vhost_device.replay: recorded sessions, as buses without chips."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vhost_device import Daemon, InProcessGuest
from vhost_device._core import flush_log
from vhost_device.errors import Error
from vhost_device.i2c import Adapter, Address, AddressNack, BusError, NotPermitted, Read, Router, Write
from vhost_device.replay import Difference, Recorder, RecordingError, Replayer
from vhost_device.sim import Bus, Lm75
from vhost_device.trace import Tracer

ROOT = Path(__file__).parents[2]
HEADER = "I2C recording 1\n"
TEMPERATURE: list[Read | Write] = [Write(0x48, [0]), Read(0x48, 2)]
LIMIT_S = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.txt"


def recorded(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return path


def test_recorder_writes_what_is_transferred_and_hands_it_on(bus: Bus, path: Path) -> None:
    bus.attach(Lm75(address=0x48, temperature=23.5))
    with Recorder(bus, path) as recorder:
        assert recorder.transfer(TEMPERATURE) == [b"\x17\x80"]
        with pytest.raises(AddressNack):
            recorder.transfer([Read(0x20, 1)])
        assert recorder.adapter is bus
    assert recorder.transfer(TEMPERATURE) == [b"\x17\x80"]  # not recorded any more
    assert path.read_text() == HEADER + "0x48 W 00  Sr 0x48 R 17 80\n0x20 R [1]  ! address NACK\n"
    assert recorder.dropped == 0


def test_recording_that_is_not_whole_is_an_error_in_the_log_and_at_the_end(
    bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    reason = "recording /dev/full: No space left on device; nothing more is written to it"
    recorder = Recorder(bus, "/dev/full")
    with caplog.at_level(logging.ERROR, "vhost_device"):
        for _ in range(2):
            with pytest.raises(AddressNack):
                recorder.transfer([Read(0x20, 1)])
        with pytest.raises(RecordingError, match=f"^{reason}; 2 transactions are not in it$"):
            recorder.close()
        flush_log()

    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(logging.ERROR, reason)]


def test_file_that_is_recorded_to_already_is_refused_by_every_name(bus: Bus, path: Path) -> None:
    other = path.with_name("other.txt")
    other.symlink_to(path)
    with Recorder(bus, path) as recorder:
        with pytest.raises(OSError, match=r"other\.txt: another trace or recording is being written to it"):
            Recorder(bus, other)
        with pytest.raises(AddressNack):
            recorder.transfer([Read(0x20, 1)])
    assert path.read_text() == HEADER + "0x20 R [1]  ! address NACK\n"
    Recorder(bus, other).close()


def alone(replayer: Replayer) -> Adapter:
    return replayer


def routed(replayer: Replayer) -> Adapter:
    return Router([replayer])


@pytest.mark.parametrize("wrapped", [alone, routed, Tracer])
def test_replay_is_not_recorded_to_its_own_file(path: Path, wrapped: Callable[[Replayer], Adapter]) -> None:
    adapter = wrapped(Replayer(recorded(path, "0x20 R 01")))
    other = path.with_name("other.txt")
    os.link(path, other)
    with pytest.raises(OSError, match=r"other\.txt: it is being replayed"):
        Recorder(adapter, other)
    assert path.read_text() == HEADER + "0x20 R 01\n"


def test_trace_is_not_written_over_a_file_that_is_replayed(path: Path) -> None:
    tracer = Tracer(Replayer(recorded(path, "0x20 R 01")))
    with pytest.raises(OSError, match="it is being replayed"):
        tracer.trace.save(path)
    with pytest.raises(OSError, match="it is being replayed"):
        tracer.trace.to(path)
    assert path.read_text() == HEADER + "0x20 R 01\n"


def test_file_whose_replayers_are_gone_is_recorded_over(bus: Bus, path: Path) -> None:
    first, second = (Replayer(recorded(path, "0x20 R 01")) for _ in range(2))
    del first
    with pytest.raises(OSError, match="it is being replayed"):
        Recorder(bus, path)
    del second
    Recorder(bus, path).close()
    assert path.read_text() == HEADER


def test_replayer_answers_guests_as_the_recorded_chip_did(bus: Bus, path: Path, socket: Path) -> None:
    sensor = bus.attach(Lm75(address=0x48, temperature=23.5))
    with Recorder(bus, path) as recorder:
        recorder.transfer(TEMPERATURE)
        sensor.temperature = 25
        recorder.transfer(TEMPERATURE)
    replayer = Replayer(path)
    with Daemon(replayer, socket), InProcessGuest(socket) as guest:
        seen = [guest.transfer(TEMPERATURE)[0] for _ in range(3)]
    assert seen == [b"\x17\x80", b"\x19\x00", b"\x19\x00"]
    assert (replayer.mode, replayer.differences, replayer.difference_count) == ("state", [], 0)


def test_differences_are_kinds_with_their_counts(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    replayer = Replayer(recorded(path, "0x48 W 00  Sr 0x48 R 17 80"))
    with caplog.at_level(logging.WARNING, "vhost_device"):
        for _ in range(2):
            replayer.transfer([Write(0x48, [1, 0x60])])
        with pytest.raises(BusError):
            replayer.transfer([Write(0x48, [5]), Read(0x48, 1)])
        flush_log()
    assert replayer.differences == [
        Difference("0x48 W 01 60: never written; acknowledged, to no effect", 2),
        Difference("0x48 W 05  Sr 0x48 R [1]: never read so; fails", 1),
    ]
    assert replayer.difference_count == 3
    assert replayer.report().splitlines()[1:] == [f"  {each}" for each in replayer.differences]
    assert caplog.messages == [f"replay {path}: new: {each.text}" for each in replayer.differences]


def test_strict_replayer_wants_the_same_order(path: Path) -> None:
    replayer = Replayer(recorded(path, "0x48 W 01 60", "0x48 W 01  Sr 0x48 R 60"), "strict")
    with pytest.raises(BusError):
        replayer.transfer([Write(0x48, [1]), Read(0x48, 1)])
    replayer.transfer([Write(0x48, [1, 0x60])])
    assert replayer.transfer([Write(0x48, [1]), Read(0x48, 1)]) == [b"\x60"]
    assert [each.text for each in replayer.differences] == [
        "expected line 2: 0x48 W 01 60; came: 0x48 W 01  Sr 0x48 R [1]"
    ]
    assert "2 of 2 recorded transactions were replayed" in replayer.report()


def test_rewound_replayer_begins_anew(path: Path) -> None:
    replayer = Replayer(recorded(path, "0x20 R 01", "0x20 R 02"))
    first = [replayer.transfer([Read(0x20, 1)]) for _ in range(2)]
    replayer.rewind()
    assert [replayer.transfer([Read(0x20, 1)]) for _ in range(2)] == first == [[b"\x01"], [b"\x02"]]


def test_replayer_has_its_addresses_in_a_router(bus: Bus, path: Path) -> None:
    bus.attach(Lm75(address=0x48, temperature=23.5))
    replayer = Replayer(recorded(path, "0x1c R 5a", "0x30 R [1]  ! address NACK"))
    router = Router([replayer, bus])
    assert replayer.addresses == (Address(0x1C),)
    assert router.transfer([Read(0x1C, 1)]) == [b"\x5a"]
    assert router.transfer(TEMPERATURE) == [b"\x17\x80"]
    with pytest.raises(NotPermitted):
        Router([replayer]).transfer([Read(0x30, 1)])


def test_one_of_several_buses_is_chosen(path: Path) -> None:
    recorded(path, "guest0  0x20 R 01", "guest1  0x20 R 02")
    assert Replayer(path, bus="guest1").transfer([Read(0x20, 1)]) == [b"\x02"]
    with pytest.raises(RecordingError, match=r"has the buses 'guest0', 'guest1'; choose one"):
        Replayer(path)
    with pytest.raises(RecordingError, match="choose one"):
        Replayer(path, bus="guest2")


def test_recording_that_was_cut_off_is_used_with_a_warning(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(f"{HEADER}0x20 R 01\n0x20 R 0")
    assert Replayer(path).transfer([Read(0x20, 1)]) == [b"\x01"]
    flush_log()
    assert [text for text in caplog.messages if "no end and is left out" in text] != []


# Whose types do not matter here.
any_replayer: Any = Replayer
any_recorder: Any = Recorder


def test_what_cannot_be_is_refused(bus: Bus, path: Path) -> None:
    recorded(path, "0x48 W 1")
    with pytest.raises(RecordingError, match=re.escape(f"{path}:2: unexpected '1'; expected bytes of two")):
        Replayer(path)
    with pytest.raises(RecordingError, match=r"none: No such file or directory; name a file"):
        Replayer(path.parent / "none")
    with pytest.raises(ValueError, match=r"mode 'loose': expected 'state' or 'strict'"):
        Replayer(path, "loose")
    with pytest.raises(TypeError, match=r"adapter 'bus': expected a bus"):
        any_recorder("bus", path)
    with pytest.raises(FileNotFoundError):
        Recorder(bus, path.parent / "none" / "file")
    assert issubclass(RecordingError, Error)


def test_document_s_example_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "REPLAY.md").read_text()
    [example] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    [recording] = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert example.count("assert") >= 3
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "session.txt").read_text() == recording
