# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The executable's command line: what it prints, what it refuses and with which words and status."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from daemon_process import Daemons

EXIT_OK = 0
EXIT_FAILURE = 1
EXIT_USAGE = 2

OPTIONS = (
    "--help",
    "--version",
    "--print-capabilities",
    "--socket-path PATH",
    "--socket-count COUNT",
    "--socket-mode MODE",
    "--fd FDNUM",
    "--board FILE",
    "--record FILE",
    "--replay FILE",
    "--replay-mode MODE",
    "--log-level LEVEL",
)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_asked_for_shows_every_option_and_exits_with_0(daemons: Daemons, option: str) -> None:
    done = daemons.run(option)
    assert (done.returncode, done.stderr) == (EXIT_OK, "")
    assert [shown for shown in OPTIONS if shown not in done.stdout] == []


def test_help_asked_for_fits_a_screen_of_100_columns(daemons: Daemons) -> None:
    assert [line for line in daemons.run("--help").stdout.splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version_asked_for_is_name_and_number(daemons: Daemons, option: str) -> None:
    done = daemons.run(option)
    assert (done.returncode, done.stderr) == (EXIT_OK, "")
    assert re.fullmatch(r"vhost-device-i2c \d+\.\d+\.\d+\n", done.stdout)


# vhost-user.rst, "Backend program conventions": "--print-capabilities ... and then exit ... ignoring
# all other arguments".
@pytest.mark.parametrize(
    "others",
    [
        [],
        ["--bogus"],
        ["--socket-count=none", "extra"],
        ["--socket-path=never.sock", "--board=none.dts"],
        ["--help"],
    ],
)
def test_capabilities_asked_for_are_json_whatever_else_is_there(
    daemons: Daemons, others: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = daemons.run(*others, "--print-capabilities")
    assert (done.returncode, done.stderr) == (EXIT_OK, "")
    assert json.loads(done.stdout) == {"type": "i2c", "features": []}
    assert list(tmp_path.iterdir()) == []


FORM = "<bus>:<addr>[:<addr>]...[,<bus>:<addr>...]"
GOOD = ("--socket-path=s", "--board=b.dts")


def refused(*arguments: str, says: list[str]) -> object:
    return pytest.param(list(arguments), says, id=" ".join(arguments) or "nothing")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        refused(says=["--socket-path", "--connect", "--fd"]),
        refused("--board=b.dts", says=["--socket-path", "--fd"]),
        refused("--socket-path=s", says=["--device-list", "--board"]),
        refused("--socket-path=s", "--board", says=["--board"]),
        refused("-s", "", "--board=b.dts", says=["--socket-path", "empty"]),
        refused("-s=", "--board=b.dts", says=["--socket-path", "empty"]),
        refused("-s=s", "-b=", says=["--board", "empty"]),
        refused("-s=s", "-l=", says=["--device-list", "the list is empty"]),
        refused("--connect", "", "--board=b.dts", says=["--connect", "empty"]),
        refused(*GOOD, "--board=c.dts", says=["--board"]),
        refused(*GOOD, "--bogus=3", says=["--bogus=3"]),
        refused(*GOOD, "extra", says=["extra"]),
        refused(*GOOD, "--fd=3", says=["--socket-path", "--fd"]),
        refused("--board=b.dts", "--fd=3", "--socket-count=2", says=["--socket-count", "--socket-path"]),
        refused(*GOOD, "--socket-count=0", says=["--socket-count", " 0 ", "1 to 1024"]),
        refused(*GOOD, "--socket-count=1025", says=["--socket-count", " 1025 ", "1 to 1024"]),
        refused(*GOOD, "--socket-count=two", says=["--socket-count", " two ", "1 to 1024"]),
        refused(*GOOD, "--socket-mode=rw", says=["--socket-mode", "'rw'", "octal"]),
        refused(*GOOD, "--socket-mode=0668", says=["--socket-mode", "'0668'", "octal"]),
        refused(*GOOD, "--socket-mode=1000", says=["--socket-mode", "'1000'", "0777"]),
        refused(*GOOD, "--socket-mode=-1", says=["--socket-mode", "'-1'", "octal"]),
        refused("--board=b.dts", "--fd=-1", says=["--fd", " -1 ", "0 to 2147483647"]),
        refused("--board=b.dts", "--fd=three", says=["--fd", " three ", "0 to 2147483647"]),
        refused("-s", "s", "--device-list=", says=["--device-list", "the list is empty", FORM]),
        refused("-s", "s", "--device-list", "", says=["--device-list", "the list is empty", FORM]),
        refused("--device-list=", *GOOD, says=["--device-list", "the list is empty", FORM]),
        refused("-s", "s", "--device-list", "--force", says=["--device-list", "'--force' is an option"]),
        refused("--board=b.dts", "-s", "--force", says=["--socket-path", "'--force' is an option"]),
        refused("--board=", "--socket-path=s", says=["--board", "the value is empty"]),
        refused(*GOOD, "--log-level=loud", says=["--log-level", "loud", "debug"]),
    ],
)
def test_wrong_command_line_names_option_and_value_and_exits_with_2(
    daemons: Daemons, arguments: list[str], says: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = daemons.run(*arguments)
    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert [word for word in says if word not in done.stderr] == []
    assert "--help" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_log_level_error_keeps_the_rest_quiet(daemons: Daemons, tmp_path: Path) -> None:
    done = daemons.run("--log-level=error", f"--socket-path={tmp_path}/s", f"--board={tmp_path}/none.dts")
    assert done.returncode == EXIT_FAILURE
    assert [line.split()[2] for line in done.stderr.splitlines()] == ["error"]


def test_log_level_off_says_nothing_at_all(daemons: Daemons, tmp_path: Path) -> None:
    done = daemons.run("--log-level=off", f"--socket-path={tmp_path}/s", f"--board={tmp_path}/none.dts")
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_FAILURE, "", "")
