# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The executable's sockets in the file system: made, shared, refused, removed."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import Daemons
from vhost_user_wire import FrontEnd, Request

EXIT_OK = 0
EXIT_FAILURE = 1
MAX_SOCKET_PATH = 107  # sun_path of sockaddr_un, less its final NUL

# VIRTIO_F_VERSION_1 (VIRTIO 1.3, 6) and VHOST_USER_F_PROTOCOL_FEATURES (vhost-user.rst).
NEEDED_FEATURES = 1 << 32 | 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vi2c.sock"


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def is_served(path: Path) -> bool:
    with FrontEnd.connect(path) as front_end:
        return front_end.ask(Request.GET_FEATURES).u64 & NEEDED_FEATURES == NEEDED_FEATURES


# ---- made


def test_single_socket_is_served_at_the_path_itself_too(daemons: Daemons, path: Path, board: Path) -> None:
    daemon = daemons.serve(path, board)
    assert names_in(path.parent) == ["vi2c.sock", "vi2c.sock0"]
    assert os.readlink(path) == "vi2c.sock0"
    assert (is_served(path), is_served(Path(f"{path}0"))) == (True, True)
    assert daemon.messages("warn", "error") == []


def test_two_sockets_are_numbered_and_both_served(daemons: Daemons, path: Path, board: Path) -> None:
    daemons.serve(path, board, "--socket-count=2", sockets=2)
    assert names_in(path.parent) == ["vi2c.sock0", "vi2c.sock1"]
    assert (is_served(Path(f"{path}0")), is_served(Path(f"{path}1"))) == (True, True)


def test_relative_path_is_served(
    daemons: Daemons, path: Path, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    daemons.serve(Path(path.name), board)
    assert is_served(path)


def test_longest_path_is_served(
    daemons: Daemons, tmp_path: Path, board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    longest = "s" * (MAX_SOCKET_PATH - len("0"))
    daemons.serve(Path(longest), board)
    assert is_served(Path(f"{longest}0"))


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    previous = os.umask(request.param)
    yield
    os.umask(previous)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(
    ("options", "mode"), [([], 0o600), (["--socket-mode=0660"], 0o660), (["--socket-mode=777"], 0o777)]
)
def test_socket_has_the_mode_asked_for_whatever_the_umask(
    daemons: Daemons, path: Path, board: Path, options: list[str], mode: int
) -> None:
    daemons.serve(path, board, *options)
    status = os.lstat(f"{path}0")
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == mode


# ---- found there already


def test_socket_left_by_a_killed_daemon_is_replaced(daemons: Daemons, path: Path, board: Path) -> None:
    first = daemons.serve(path, board)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert names_in(path.parent) == ["vi2c.sock", "vi2c.sock0"]
    second = daemons.serve(path, board)
    assert is_served(path)
    assert second.messages("warn", "error") == []


def test_live_socket_is_refused_and_goes_on_being_served(daemons: Daemons, path: Path, board: Path) -> None:
    first = daemons.serve(path, board)
    done = daemons.run(f"--socket-path={path}", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert f"socket {path}0: another process listens there" in done.stderr
    assert is_served(path)
    assert first.running


def make_file(path: Path) -> None:
    path.write_text("precious")


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def content_state(path: Path) -> tuple[int, int, int, int]:
    """What changes if it is replaced or written; a link that is followed has another time of access."""
    status = os.lstat(path)
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns


def make_link(path: Path) -> None:
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("make", [make_file, make_folder, make_pipe, make_link])
@pytest.mark.parametrize("suffix", ["", "0"])
def test_other_kind_of_file_is_refused_and_left_alone(
    daemons: Daemons, path: Path, board: Path, make: object, suffix: str
) -> None:
    taken = Path(f"{path}{suffix}")
    assert callable(make)
    make(taken)
    before = content_state(taken)
    done = daemons.run(f"--socket-path={path}", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert f"socket {taken}: " in done.stderr
    assert "remove it or choose another path" in done.stderr
    assert content_state(taken) == before
    assert names_in(path.parent) == [taken.name]


def test_second_socket_refused_takes_the_first_away_again(daemons: Daemons, path: Path, board: Path) -> None:
    make_file(Path(f"{path}1"))
    done = daemons.run(f"--socket-path={path}", "--socket-count=2", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert names_in(path.parent) == ["vi2c.sock1"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none/vi2c.sock", "No such file or directory"),
        ("s" * MAX_SOCKET_PATH, f"a socket's may have {MAX_SOCKET_PATH}; choose a shorter one"),
    ],
)
def test_impossible_path_is_refused_with_the_reason(
    daemons: Daemons, tmp_path: Path, board: Path, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = daemons.run(f"--socket-path={name}", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert f"socket {name}0: " in done.stderr
    assert says in done.stderr
    assert names_in(tmp_path) == []


# ---- removed


@pytest.mark.parametrize("end_signal", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("sockets", [1, 2])
def test_signal_ends_an_idle_daemon_and_removes_its_sockets(
    daemons: Daemons, path: Path, board: Path, end_signal: signal.Signals, sockets: int
) -> None:
    daemon = daemons.serve(path, board, f"--socket-count={sockets}", sockets=sockets)
    assert daemon.end(end_signal) == EXIT_OK
    assert names_in(path.parent) == []
    assert daemon.messages("warn", "error") == []


@pytest.mark.parametrize("end_signal", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_a_daemon_with_a_front_end_connected(
    daemons: Daemons, path: Path, board: Path, end_signal: signal.Signals
) -> None:
    daemon = daemons.serve(path, board)
    with FrontEnd.connect(path) as front_end:
        front_end.ask(Request.GET_FEATURES)
        assert daemon.end(end_signal) == EXIT_OK
        assert front_end.is_closed_by_peer()
    assert names_in(path.parent) == []


def test_socket_of_a_successor_is_left_alone_at_the_end(daemons: Daemons, path: Path, board: Path) -> None:
    daemon = daemons.serve(path, board)
    os.unlink(f"{path}0")
    with socket.socket(socket.AF_UNIX) as successor:
        successor.bind(f"{path}0")
        assert daemon.end() == EXIT_OK
    assert names_in(path.parent) == ["vi2c.sock0"]


# ---- used again and again


def descriptors_while_served(path: Path, pid: int) -> int:
    with FrontEnd.connect(path) as front_end:
        # An answer means that the one before has been closed: they are served one after the other.
        front_end.ask(Request.GET_FEATURES)
        return len(os.listdir(f"/proc/{pid}/fd"))


def test_front_ends_that_come_and_go_leave_no_descriptor_behind(
    daemons: Daemons, path: Path, board: Path
) -> None:
    daemon = daemons.serve(path, board)
    first = descriptors_while_served(path, daemon.pid)
    assert [descriptors_while_served(path, daemon.pid) for _ in range(20)] == [first] * 20
