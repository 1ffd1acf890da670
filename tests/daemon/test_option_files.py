# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""--trace, --record, --replay and --board that mean one file are refused before it is touched."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from daemon_process import RUN_LIMIT_S, Daemons

EXIT_USAGE = 2
CONTENT = "I2C recording 1\n0x48 W 00\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a recording by several names, and names of a file to come."""
    monkeypatch.chdir(tmp_path)
    Path("old").write_text(CONTENT)
    Path("sub").mkdir()
    Path("symbolic").symlink_to("old")
    os.link("old", "hard")
    Path("to-new").symlink_to("sub/to-new")
    Path("sub/to-new").symlink_to("../new")
    Path("same").symlink_to(".")
    return tmp_path


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def refused(*arguments: str, says: str) -> object:
    return pytest.param(arguments, says, id=" ".join(arguments))


BOTH = "give one of them another name"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        refused(
            "--board={board}",
            "--trace=old",
            "--trace=old",
            says="--trace: 'old' is given twice; leave one out",
        ),
        refused(
            "--board={board}",
            "--trace=/dev/null",
            "--trace=/dev/null",
            says="--trace: '/dev/null' is given twice; leave one out",
        ),
        refused(
            "--board={board}",
            "--trace=old",
            "--trace=./old",
            says=f"--trace: './old' is the same file as --trace 'old'; {BOTH}",
        ),
        refused(
            "--board={board}",
            "--trace=old",
            "--trace=hard",
            says=f"--trace: 'hard' is the same file as --trace 'old'; {BOTH}",
        ),
        refused(
            "--board={board}",
            "--record=symbolic",
            "--trace=hard",
            says=f"--record: 'symbolic' is the same file as --trace 'hard'; {BOTH}",
        ),
        refused(
            "--board={board}",
            "--trace=new",
            "--record=sub/../new",
            says=f"--record: 'sub/../new' is the same file as --trace 'new'; {BOTH}",
        ),
        refused(
            "--board={board}",
            "--trace=to-new",
            "--record=new",
            says=f"--record: 'new' is the same file as --trace 'to-new'; {BOTH}",
        ),
        refused(
            "--board={board}",
            "--trace=same/new",
            "--record={folder}/new",
            says=f"--record: '{{folder}}/new' is the same file as --trace 'same/new'; {BOTH}",
        ),
        refused(
            "--replay=old",
            "--record=hard",
            says="--record: 'hard' is the same file as --replay 'old', which it would overwrite; "
            "give --record another name",
        ),
        refused(
            "--replay=./old",
            "--trace=symbolic",
            says="--trace: 'symbolic' is the same file as --replay './old', which it would overwrite; "
            "give --trace another name",
        ),
        refused(
            "--board=old:i2c1",
            "--trace=hard",
            says="--trace: 'hard' is the same file as --board 'old', which it would overwrite; "
            "give --trace another name",
        ),
    ],
)
def test_two_names_of_one_file_are_refused_and_nothing_is_written(
    daemons: Daemons, board: Path, folder: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = sorted(folder.iterdir())

    done = daemons.run("-s=s", *(argument.format(folder=folder, board=board) for argument in arguments))

    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert says.format(folder=folder) in one_line(done.stderr)
    assert Path("old").read_text() == CONTENT
    assert sorted(folder.iterdir()) == before


def test_trace_to_the_file_that_standard_output_is_is_refused(
    daemon_program: Path, board: Path, folder: Path
) -> None:
    with open("out", "w") as out:
        done = subprocess.run(
            [daemon_program, "--socket-path=s", f"--board={board}", "--trace=-", "--trace=sub/../out"],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
            timeout=RUN_LIMIT_S,
        )

    assert done.returncode == EXIT_USAGE
    assert f"--trace: 'sub/../out' is the same file as --trace '-' (standard output); {BOTH}" in one_line(
        done.stderr
    )


def test_device_may_be_written_by_several(daemons: Daemons, board: Path, folder: Path) -> None:
    daemon = daemons.serve(
        Path("s"), board, "--trace=/dev/null", "--trace=/dev/../dev/null", "--record=/dev/null"
    )

    assert daemon.end() == 0
