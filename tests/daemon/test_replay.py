# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""--record and --replay of the executable: what its guests transfer, and the same again without the chips."""

from __future__ import annotations

import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import DaemonProcess, Daemons
from eventually import eventually

from vhost_device import InProcessGuest
from vhost_device.i2c import BusError, Read, Write

EXIT_FAILURE, EXIT_USAGE = 1, 2
HEADER = "I2C recording 1\n"
TEMPERATURE: list[Read | Write] = [Write(0x48, [0x00]), Read(0x48, 2)]
LIMIT: list[Read | Write] = [Write(0x48, [0x03]), Read(0x48, 2)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="vhd-") as name:
        yield Path(name)


def session(socket: Path) -> list[bytes]:
    """Reads a temperature and a limit, sets the limit, reads it, and asks for a chip that is not there."""
    with InProcessGuest(socket) as guest:
        read = guest.transfer(TEMPERATURE) + guest.transfer(LIMIT)
        guest.transfer([Write(0x48, [0x03, 0x1E, 0x00])])
        with pytest.raises(BusError):
            guest.transfer([Write(0x20, [0x01]), Read(0x20, 1)])
        return read + guest.transfer(LIMIT)


def transactions(text: str) -> list[str]:
    """Those of a recording's lines that are transactions."""
    return [line for line in text.splitlines()[1:] if not line.startswith("#")]


def lines(recording: Path) -> list[str]:
    """The transactions of a recording."""
    text = recording.read_text()
    assert text.startswith(HEADER)
    return transactions(text)


def wait_for_lines(recording: Path, count: int) -> None:
    """Waits until a recording that is written has that many transactions."""
    text = eventually(recording.read_text, lambda text: len(transactions(text)) >= count)
    assert len(transactions(text)) >= count, text


def serve_replay(daemons: Daemons, folder: Path, *arguments: object, sockets: int = 1) -> DaemonProcess:
    """Starts a daemon on `folder`/r and waits until it listens."""
    daemon = daemons.start(f"--socket-path={folder / 'r'}", *arguments)
    daemon.wait_for_log("listening on ", count=sockets)
    return daemon


def test_recording_has_every_transaction_and_replays_alike(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--record={recording}")
    seen = session(folder / "s")
    assert daemon.end() == 0
    assert lines(recording) == [
        "0x48 W 00  Sr 0x48 R 17 80",
        "0x48 W 03  Sr 0x48 R 50 00",
        "0x48 W 03 1e 00",
        "0x20 W 01  ! address NACK  Sr 0x20 R [1]",
        "0x48 W 03  Sr 0x48 R 1e 00",
    ]

    serve_replay(daemons, folder, f"--replay={recording}")

    assert session(folder / "r") == seen == [b"\x17\x80", b"\x50\x00", b"\x1e\x00"]


def test_killed_daemon_leaves_a_recording_that_can_be_used(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, f"--record={recording}")
    session(folder / "s")
    wait_for_lines(recording, 5)
    assert daemon.end(signal.SIGKILL) == -signal.SIGKILL

    serve_replay(daemons, folder, f"--replay={recording}")

    with InProcessGuest(folder / "r") as guest:
        assert guest.transfer(TEMPERATURE) == [b"\x17\x80"]


def test_new_access_is_logged_once_and_reported_at_the_end(daemons: Daemons, folder: Path) -> None:
    recording = folder / "session.txt"
    recording.write_text(HEADER + "0x48 W 00  Sr 0x48 R 17 80\n")
    daemon = serve_replay(daemons, folder, f"--replay={recording}")
    with InProcessGuest(folder / "r") as guest:
        assert guest.transfer(TEMPERATURE) == [b"\x17\x80"]
        for _ in range(2):
            guest.transfer([Write(0x48, [0x02, 0x4B, 0x00])])
            with pytest.raises(BusError):
                guest.transfer(LIMIT)

    assert daemon.end() == 0
    assert daemon.messages("warning") == [
        f"replay {recording}: new: 0x48 W 02 4b 00: never written; acknowledged, to no effect",
        f"replay {recording}: new: 0x48 W 03  Sr 0x48 R [2]: never read so; fails",
    ]
    assert daemon.messages("info")[-3:] == [
        f"replay {recording}: 5 transactions, 4 of them new",
        f"replay {recording}:   2x  0x48 W 02 4b 00: never written; acknowledged, to no effect",
        f"replay {recording}:   2x  0x48 W 03  Sr 0x48 R [2]: never read so; fails",
    ]


def test_strict_replay_wants_the_same_order(daemons: Daemons, folder: Path) -> None:
    recording = folder / "session.txt"
    recording.write_text(HEADER + "0x48 W 00  Sr 0x48 R 17 80\n0x48 W 03  Sr 0x48 R 50 00\n")
    daemon = serve_replay(daemons, folder, f"--replay={recording}", "--replay-mode=strict")
    with InProcessGuest(folder / "r") as guest:
        with pytest.raises(BusError):
            guest.transfer(LIMIT)
        assert guest.transfer(TEMPERATURE) == [b"\x17\x80"]
        assert guest.transfer(LIMIT) == [b"\x50\x00"]

    assert daemon.end() == 0
    assert daemon.messages("warning") == [
        f"replay {recording}: new: expected line 2: 0x48 W 00  Sr 0x48 R [2]; came: 0x48 W 03  Sr 0x48 R [2]"
    ]
    assert any("2 of 2 recorded transactions were replayed" in text for text in daemon.messages("info"))


def test_replayed_chips_are_beside_simulated_ones(daemons: Daemons, board: Path, folder: Path) -> None:
    recording = folder / "session.txt"
    recording.write_text(HEADER + "0x1c W 00  Sr 0x1c R 5a\n0x30 W 00  ! address NACK\n")
    serve_replay(daemons, folder, f"--replay={recording}", f"--board={board}")
    with InProcessGuest(folder / "r") as guest:
        assert guest.transfer([Write(0x1C, [0]), Read(0x1C, 1)]) == [b"\x5a"]
        assert guest.transfer(TEMPERATURE) == [b"\x17\x80"]


def test_guests_recorded_together_are_replayed_each_for_itself(
    daemons: Daemons, board: Path, folder: Path
) -> None:
    recording = folder / "session.txt"
    daemon = daemons.serve(folder / "s", board, "--socket-count=2", f"--record={recording}", sockets=2)
    with InProcessGuest(folder / "s1") as second, InProcessGuest(folder / "s0") as first:
        second.transfer(LIMIT)
        first.transfer(TEMPERATURE)
    assert daemon.end() == 0
    assert lines(recording) == [
        "guest1  0x48 W 03  Sr 0x48 R 50 00",
        "guest0  0x48 W 00  Sr 0x48 R 17 80",
    ]

    serve_replay(daemons, folder, f"--replay={recording}", "--socket-count=2", sockets=2)

    with InProcessGuest(folder / "r1") as second, InProcessGuest(folder / "r0") as first:
        assert first.transfer(TEMPERATURE) == [b"\x17\x80"]
        assert second.transfer(LIMIT) == [b"\x50\x00"]
        with pytest.raises(BusError):
            first.transfer(LIMIT)


def refused(recording: str, *arguments: str, status: int = EXIT_FAILURE, says: list[str]) -> object:
    return pytest.param(recording, list(arguments), status, says, id=says[-1])


@pytest.mark.parametrize(
    ("recording", "arguments", "status", "says"),
    [
        refused("", "--replay=r.txt", says=["r.txt:1: ", "this is no recording"]),
        refused("0x48 W 1", "--replay=r.txt", says=["r.txt:2: ", "unexpected '1'"]),
        refused("", "--replay=none.txt", says=["none.txt: No such file"]),
        refused("guest1  0x48 W", "--replay=r.txt", says=["bus 'guest1'", "guest0 to guest0"]),
        refused("0x48 W", "--replay=r.txt", "-b{board}", says=["r.txt has 0x48", "demo.dts"]),
        refused(
            "0x48 W", "--replay=r.txt", "--record=/nowhere/r", says=["--record: /nowhere/r: No such file"]
        ),
        refused("", "-b{board}", "--record=-", status=EXIT_USAGE, says=["--record", "- is none"]),
        refused("", "-b{board}", "--record=", status=EXIT_USAGE, says=["--record", "the value is empty"]),
        refused(
            "",
            "--replay=r.txt",
            "--replay-mode=loud",
            status=EXIT_USAGE,
            says=["--replay-mode", "loud", "strict"],
        ),
        refused(
            "",
            "-b{board}",
            "--replay-mode=state",
            status=EXIT_USAGE,
            says=["--replay-mode requires --replay"],
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    daemons: Daemons,
    board: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    recording: str,
    arguments: list[str],
    status: int,
    says: list[str],
) -> None:
    monkeypatch.chdir(folder)
    Path("r.txt").write_text(f"{HEADER}{recording}\n" if recording else "")

    done = daemons.run("-s", "s", *(argument.format(board=board) for argument in arguments))

    assert (done.returncode, done.stdout) == (status, "")
    assert [text for text in says if text not in re.sub(r"\s+", " ", done.stderr)] == []
