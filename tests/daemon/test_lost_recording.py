# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""--record and --trace when a file does not take what they have: who is told, and what is left of it."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import END_LIMIT_S, DaemonProcess, Daemons
from eventually import eventually
from trace_decoders import packets

from vhost_device import InProcessGuest
from vhost_device.i2c import Read, Write

EXIT_OK, EXIT_FAILURE, EXIT_NOT_RECORDED = 0, 1, 3
HEADER = "I2C recording 1\n"
TEMPERATURE: list[Read | Write] = [Write(0x48, [0x00]), Read(0x48, 2)]
LINE = "0x48 W 00  Sr 0x48 R 17 80\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="vhd-") as name:
        yield Path(name)


def limit_files(daemon: DaemonProcess, size: int) -> None:
    """From now on no file of the daemon grows beyond `size` bytes."""
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (size, size))


def read_temperature(socket: Path, times: int = 1) -> None:
    with InProcessGuest(socket) as guest:
        for _ in range(times):
            assert guest.transfer(TEMPERATURE) == [b"\x17\x80"]


def test_recording_on_a_full_disk_is_an_error_at_once_and_an_exit_status(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    daemon = daemons.serve(folder / "s", board, "--record=/dev/full")
    daemon.wait_for_log("recording /dev/full: No space left on device")
    read_temperature(folder / "s", times=2)

    assert daemon.end() == EXIT_NOT_RECORDED
    assert daemon.messages("warning", "error") == [
        "recording /dev/full: No space left on device; nothing more is written to it",
        "recording /dev/full: 2 transactions of this session are not in it",
    ]


def test_recording_that_reaches_a_limit_ends_at_a_whole_line_and_is_replayed(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--record={recording}")
    read_temperature(folder / "s")
    since = "# since 2026-11-22T10:00:00Z\n"
    limit_files(daemon, len(HEADER) + len(since) + 3 * len(LINE) + len(LINE) // 2)

    read_temperature(folder / "s", times=20)
    daemon.wait_for_log(f"recording {recording}: File too large; nothing more is written to it")

    assert daemon.end() == EXIT_NOT_RECORDED
    assert recording.read_text().splitlines(keepends=True)[2:] == [LINE] * 3
    assert daemon.messages("error")[1:] == [
        f"recording {recording}: 18 transactions of this session are not in it"
    ]

    replay = daemons.start(f"-s{folder / 'r'}", f"--replay={recording}")
    replay.wait_for_log("listening on ")
    read_temperature(folder / "r")
    assert replay.messages("warning", "error") == []


def test_trace_that_reaches_a_limit_is_warned_of_and_the_others_go_on(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    trace, recording = folder / "trace.pcapng", folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--trace={trace}", f"--record={recording}")
    read_temperature(folder / "s")
    limit_files(daemon, 600)
    read_temperature(folder / "s", times=12)

    assert daemon.end() == EXIT_OK
    assert daemon.messages("warning", "error") == [
        f"trace {trace}: File too large; nothing more is written to it"
    ]
    assert recording.read_text().count(LINE) == 13
    assert {packet.data for packet in packets(trace)} == {b"\x00", b"\x17\x80"}  # tshark takes it for whole


def test_log_that_reaches_a_limit_does_not_end_the_daemon(
    daemon_program: Path, board: Path, folder: Path
) -> None:
    arguments = [str(daemon_program), f"-s{folder / 's'}", f"-b{board}", f"--record={folder / 'session.txt'}"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "prlimit", "--fsize=60", *arguments], stderr=log
        )
    try:
        eventually((folder / "s").exists, bool)
        read_temperature(folder / "s")
        process.terminate()
        assert process.wait(END_LIMIT_S) == EXIT_NOT_RECORDED
    finally:
        process.kill()
        process.wait()

    assert (folder / "log").stat().st_size == 60


def test_recording_that_nobody_takes_is_not_waited_for_for_ever(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, resource.getpagesize())
    daemon = daemons.serve(folder / "s", board, f"--record={pipe}")
    with InProcessGuest(folder / "s") as guest:
        guest.transfer([Write(0x50, [0x00, 0x00]), Read(0x50, 2 * resource.getpagesize())])

    assert daemon.end() == EXIT_NOT_RECORDED
    os.close(reader)
    assert daemon.messages("error") == [
        (
            f"recording {pipe}: not finished within 500 ms; 1 transactions are not in it; "
            "its disk or reader is too slow, name a faster one"
        )
    ]


@pytest.mark.parametrize("option", ["--record", "--trace"])
def test_pipe_that_nobody_reads_is_refused_with_what_to_do(
    daemons: Daemons, board: Path, folder: Path, option: str
) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)

    done = daemons.run(f"-s{folder / 's'}", f"-b{board}", f"{option}={pipe}")

    assert done.returncode == EXIT_FAILURE
    assert f"{option}: {pipe}: nobody reads this pipe: Broken pipe; start its reader first" in done.stderr


def test_start_that_fails_removes_the_files_that_it_made(daemons: Daemons, board: Path, folder: Path) -> None:
    made = [f"--trace={folder / 'trace'}", f"--record={folder / 'session.txt'}"]

    no_trace = daemons.run(f"-s{folder / 's'}", f"-b{board}", *made, "--trace=/nowhere/trace")
    no_socket = daemons.run(f"-s{folder / 'none' / 's'}", f"-b{board}", *made)

    assert (no_trace.returncode, no_socket.returncode) == (EXIT_FAILURE, EXIT_FAILURE)
    assert list(folder.iterdir()) == []


def test_recording_that_another_daemon_replays_is_not_written_over(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    recording.write_text(HEADER + LINE)
    replay = daemons.start(f"-s{folder / 'r'}", f"--replay={recording}")
    replay.wait_for_log("listening on ")

    done = daemons.run(f"-s{folder / 's'}", f"-b{board}", f"--record={recording}")

    assert done.returncode == EXIT_FAILURE
    assert f"--record: {recording}: it is being replayed" in done.stderr
    assert replay.end() == EXIT_OK
    assert recording.read_text() == HEADER + LINE


def test_start_that_fails_leaves_an_older_recording_as_it_is(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    recording.write_text(HEADER + LINE)

    no_board = daemons.run(f"-s{folder / 's'}", f"-b{folder / 'none.dts'}", f"--record={recording}")
    no_socket = daemons.run(f"-s{folder / 'none' / 's'}", f"-b{board}", f"--record={recording}")

    assert (no_board.returncode, no_socket.returncode) == (EXIT_FAILURE, EXIT_FAILURE)
    assert recording.read_text() == HEADER + LINE


def test_recording_that_another_daemon_writes_is_refused_and_goes_on(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--record={recording}")
    read_temperature(folder / "s")

    other = daemons.run(f"-s{folder / 'o'}", f"-b{board}", f"--trace={folder / '.' / 'session.txt'}")
    read_temperature(folder / "s")

    assert other.returncode == EXIT_FAILURE
    assert "another trace or recording is being written to it" in other.stderr
    assert daemon.end() == EXIT_OK
    assert recording.read_text().count(LINE) == 2


def test_signal_in_the_middle_of_a_session_leaves_all_that_was_answered(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--record={recording}")
    with InProcessGuest(folder / "s") as guest:
        for _ in range(500):
            guest.transfer(TEMPERATURE)
        assert daemon.end(signal.SIGTERM) == EXIT_OK

    assert recording.read_text().count(LINE) == 500


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param(
            "/nowhere/r",
            "--record: /nowhere/r: No such file or directory; make its folder, or name another file",
            id="no folder",
        ),
        pytest.param(
            "/",
            "--record: /: Is a directory; name a file that can be written",
            id="a folder",
        ),
    ],
)
def test_recording_that_cannot_be_made_is_refused_with_what_to_do(
    daemons: Daemons, board: Path, folder: Path, path: str, says: str
) -> None:
    done = daemons.run(f"-s{folder / 's'}", f"-b{board}", f"--record={path}")

    assert done.returncode == EXIT_FAILURE
    assert says in done.stderr
