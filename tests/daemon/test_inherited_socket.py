# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""--fd: a socket that a service manager or a management layer made and the executable inherits."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import Daemons
from vhost_user_wire import FrontEnd, Request

EXIT_OK = 0
EXIT_FAILURE = 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "activated.sock"


@pytest.fixture
def listening(path: Path) -> Iterator[int]:
    """A listening socket, as systemd hands one over."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.bind(os.fspath(path))
        made.listen()
        yield made.fileno()


@pytest.fixture
def pair() -> Iterator[tuple[FrontEnd, socket.socket]]:
    """Both ends of a connection: the front-end's, and the one for the daemon."""
    ours, theirs = socket.socketpair()
    with FrontEnd(ours) as front_end, theirs:
        yield front_end, theirs


# ---- listening


def test_listening_socket_is_served_to_one_front_end_after_the_other(
    daemons: Daemons, path: Path, board: Path, listening: int
) -> None:
    daemon = daemons.start(f"--fd={listening}", f"--board={board}", pass_fds=[listening])
    for _ in range(3):
        with FrontEnd.connect(path) as front_end:
            assert front_end.ask(Request.GET_FEATURES).is_reply
    assert daemon.end() == EXIT_OK
    assert daemon.messages("warn", "error") == []


def test_listening_socket_stays_its_makers_when_the_daemon_ends(
    daemons: Daemons, path: Path, board: Path, listening: int
) -> None:
    first = daemons.start(f"--fd={listening}", f"--board={board}", pass_fds=[listening])
    with FrontEnd.connect(path) as front_end:
        front_end.ask(Request.GET_FEATURES)
        assert first.end(signal.SIGINT) == EXIT_OK
    assert path.is_socket()
    daemons.start(f"--fd={listening}", f"--board={board}", pass_fds=[listening])
    with FrontEnd.connect(path) as front_end:
        assert front_end.ask(Request.GET_FEATURES).is_reply


# ---- connected


def test_connected_socket_is_served_until_its_front_end_leaves(
    daemons: Daemons, board: Path, pair: tuple[FrontEnd, socket.socket]
) -> None:
    front_end, theirs = pair
    fd = theirs.fileno()
    daemon = daemons.start(f"--fd={fd}", f"--board={board}", pass_fds=[fd])
    theirs.close()
    assert front_end.ask(Request.GET_FEATURES).is_reply
    front_end.close()
    assert daemon.wait() == EXIT_OK
    assert daemon.messages("warn", "error") == []


def test_signal_ends_a_daemon_with_a_connected_socket(
    daemons: Daemons, board: Path, pair: tuple[FrontEnd, socket.socket]
) -> None:
    front_end, theirs = pair
    fd = theirs.fileno()
    daemon = daemons.start(f"--fd={fd}", f"--board={board}", pass_fds=[fd])
    theirs.close()
    front_end.ask(Request.GET_FEATURES)
    assert daemon.end() == EXIT_OK
    assert front_end.is_closed_by_peer()


# ---- others


def test_descriptor_that_is_not_open_is_refused(daemons: Daemons, board: Path) -> None:
    done = daemons.run("--fd=77", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert "descriptor 77 is not a socket: Bad file descriptor" in done.stderr


def test_descriptor_of_a_file_is_refused(daemons: Daemons, board: Path) -> None:
    done = daemons.run("--fd=0", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    assert "descriptor 0 is not a socket" in done.stderr


@pytest.mark.parametrize(
    ("family", "kind"), [(socket.AF_UNIX, socket.SOCK_DGRAM), (socket.AF_INET, socket.SOCK_STREAM)]
)
def test_socket_of_another_kind_is_refused(
    daemons: Daemons, board: Path, family: socket.AddressFamily, kind: socket.SocketKind
) -> None:
    with socket.socket(family, kind) as other:
        fd = other.fileno()
        done = daemons.run(f"--fd={fd}", f"--board={board}", pass_fds=[fd])
    assert done.returncode == EXIT_FAILURE
    assert f"descriptor {fd} is not a Unix stream socket" in done.stderr
