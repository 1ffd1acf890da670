# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""--trace of the executable: what its guests transfer, as text, pcapng and VCD."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import Daemons
from trace_decoders import decoded, packets

from vhost_device import InProcessGuest
from vhost_device.i2c import BusError, Read, Write

EXIT_FAILURE, EXIT_USAGE = 1, 2
READ_LIMIT_S = 10.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="vhd-") as name:
        yield Path(name)


def transfer(socket: Path) -> None:
    """Reads an LM75, and asks for a chip that is not there."""
    with InProcessGuest(socket) as guest:
        guest.transfer([Write(0x48, [0x00]), Read(0x48, 2)])
        with pytest.raises(BusError):
            guest.transfer([Write(0x20, [0x01])])


def messages(line: str) -> str:
    """A line of text without the time."""
    return line.split(None, 1)[1]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=lambda end: str(end.name))
def test_each_file_has_all_that_was_transferred_when_a_signal_ends_the_daemon(
    daemons: Daemons, board: Path, folder: Path, end: signal.Signals
) -> None:
    names = ["trace.txt", "trace.pcapng", "trace.vcd"]
    daemon = daemons.serve(folder / "s", board, *(f"--trace={folder / name}" for name in names))
    transfer(folder / "s")

    assert daemon.end(end) == 0

    header, read, failed = (folder / "trace.txt").read_text().splitlines()
    assert header.startswith("# I2C trace: seconds since 20")
    assert messages(read) == "guest0  0x48 W 00  Sr 0x48 R 17 80"
    assert messages(failed) == "guest0  0x20 W NACK [1]  ! address NACK"
    assert [(packet.bus, packet.address, packet.data) for packet in packets(folder / "trace.pcapng")] == [
        ("guest0", 0x48, b"\x00"),
        ("guest0", 0x48, b"\x17\x80"),
        ("guest0", 0x20, b""),
    ]
    addresses = [
        text for text in decoded(folder / "trace.vcd", "", "i2c=addr-data") if text.startswith("Address")
    ]
    assert addresses == ["Address write: 48", "Address read: 48", "Address write: 20"]


def test_guests_are_told_apart(daemons: Daemons, board: Path, folder: Path) -> None:
    trace = folder / "trace.txt"
    daemon = daemons.serve(folder / "s", board, "--socket-count=2", f"--trace={trace}", sockets=2)
    transfer(folder / "s1")
    transfer(folder / "s0")

    assert daemon.end() == 0

    guests = [line.split()[1] for line in trace.read_text().splitlines()[1:]]
    assert guests == ["guest1", "guest1", "guest0", "guest0"]


def test_text_on_standard_output_comes_while_the_daemon_runs(
    daemon_program: Path, board: Path, folder: Path
) -> None:
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", daemon_program, f"-s{folder / 's'}", f"-b{board}", "--trace=-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(READ_LIMIT_S, process.kill)
    watchdog.start()
    process.stdout.readline()  # the header: the daemon is about to listen

    with process:
        transfer(connectable(folder / "s", process))
        line = process.stdout.readline()
        process.terminate()
    watchdog.cancel()

    assert messages(line) == "guest0  0x48 W 00  Sr 0x48 R 17 80\n"


def connectable(socket: Path, process: subprocess.Popen[str]) -> Path:
    """The socket, as soon as it is there; the caller's watchdog ends the wait."""
    while not socket.is_socket() and process.poll() is None:
        threading.Event().wait(0.01)
    return socket


def test_disk_that_is_full_is_warned_of_once_and_guests_go_on(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    daemon = daemons.serve(folder / "s", board, "--trace=/dev/full")
    transfer(folder / "s")
    transfer(folder / "s")

    assert daemon.end() == 0
    assert daemon.messages("warning") == [
        "trace /dev/full: No space left on device; nothing more is written to it"
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param(
            ["--trace=/nowhere/trace.vcd"],
            EXIT_FAILURE,
            "--trace: /nowhere/trace.vcd: No such file or directory; make its folder, or name another file",
            id="no such folder",
        ),
        pytest.param(["--trace="], EXIT_USAGE, "--trace: the value is empty", id="empty"),
    ],
)
def test_trace_that_cannot_be_is_refused_with_what_to_do(
    daemons: Daemons, board: Path, folder: Path, arguments: list[str], status: int, says: str
) -> None:
    done = daemons.run(f"--socket-path={folder / 's'}", f"--board={board}", *arguments)

    assert done.returncode == status
    assert says in done.stderr
