# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The conformance suite: the daemon passes it, and back-ends with a rule broken fail what they should."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conformance_report import RING_PACKED, listed, shortcomings
from daemon_process import Daemons

ROOT = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 300.0
EXIT_PASSED = 0
EXIT_FAILED = 1
EXIT_NOT_POSSIBLE = 2


@dataclass(frozen=True)
class Run:
    """A run of the suite that has ended."""

    status: int
    text: str
    json: dict[str, Any]

    def names(self, outcome: str, ring: str = "split") -> list[str]:
        cases = self.json["cases"]
        return [case["name"] for case in cases if case["outcome"] == outcome and case["ring"] == ring]


class Suite:
    """The suite's program."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder

    def start(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=RUN_LIMIT_S,
        )

    def run(self, socket: Path, *arguments: object) -> Run:
        report = self.folder / "report.json"
        done = self.start(socket, f"--json={report}", f"--junit={self.folder / 'report.xml'}", *arguments)
        return Run(done.returncode, done.stdout + done.stderr, json.loads(report.read_text()))


@pytest.fixture
def build(daemon_program: Path) -> Path:
    """The folder that the daemon under test was built in."""
    return daemon_program.parents[1]


@pytest.fixture
def suite(build: Path, tmp_path: Path) -> Suite:
    return Suite(build / "tests" / "conformance" / "vhost-device-i2c-conformance", tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vi2c.sock"


@pytest.fixture
def wrong(build: Path) -> Iterator[Daemons]:
    """Starts back-ends that break one rule each."""
    with Daemons(build / "tests" / "support" / "wrong-i2c-back-end") as factory:
        yield factory


def run_against(wrong: Daemons, suite: Suite, path: Path, what: str, *areas: str) -> Run:
    back_end = wrong.start(what, path)
    back_end.wait_for_log("listening on ")
    return suite.run(path, "--limit=1000", *(f"--only={area}" for area in areas))


# ---- a back-end that conforms


def test_daemon_passes_every_case_on_both_kinds_of_ring(
    suite: Suite, daemons: Daemons, path: Path, board: Path
) -> None:
    daemon = daemons.serve(path, board)
    run = suite.run(path)
    assert shortcomings(run.json) == []
    assert run.json["features"] & RING_PACKED
    assert len(run.names("passed", "packed")) > 100
    assert run.status == EXIT_PASSED
    assert daemon.running


def test_reports_agree_with_one_another(suite: Suite, daemons: Daemons, path: Path, board: Path) -> None:
    daemons.serve(path, board)
    run = suite.run(path, "--only=request", "--only=group/last-fails", "--name=the daemon <0.1> & more")
    tree = ElementTree.parse(suite.folder / "report.xml").getroot()
    cases = [case.attrib["name"] for case in tree.iter("testcase")]
    assert cases == [f"{case['name']} ({case['ring']})" for case in run.json["cases"]]
    assert sum(int(each.attrib["tests"]) for each in tree.iter("testsuite")) == len(cases)
    assert all(case["name"] in run.text for case in run.json["cases"])
    assert run.json["back_end"] == "the daemon <0.1> & more"
    assert run.json["cases"][0].keys() == {
        "name", "area", "level", "clause", "ring", "requirement", "outcome", "reason", "seconds", "did",
        "came_back",
    }  # fmt: skip
    assert all(case["did"] and case["clause"] for case in run.json["cases"])


def test_eeprom_is_left_as_it_was(
    suite: Suite, daemons: Daemons, path: Path, tmp_path: Path, build: Path
) -> None:
    image = tmp_path / "contents.bin"
    image.write_bytes(bytes(range(256)) * 16)
    board = tmp_path / "board.dts"
    board.write_text(
        '/dts-v1/; / { i2c { #address-cells = <1>; #size-cells = <0>; eeprom@50 { compatible = "atmel,24c32";'
        f' reg = <0x50>; vhost-device,image = "{image}"; }}; }}; }};'
    )
    daemons.serve(path, board)
    assert suite.run(path, "--only=framing").status == EXIT_PASSED
    transfer = build / "tests" / "support" / "vhost-user-i2ctransfer"
    read = subprocess.run(
        [transfer, path, "w2@0x50", "0x0f", "0xf8", "r8@0x50"], capture_output=True, check=True, text=True
    )
    assert read.stdout.split() == [f"0x{value:02x}" for value in range(0xF8, 0x100)]


def test_one_byte_pointer_is_used_where_it_is_described(
    suite: Suite, daemons: Daemons, path: Path, tmp_path: Path
) -> None:
    board = tmp_path / "board.dts"
    board.write_text(
        '/dts-v1/; / { i2c { #address-cells = <1>; #size-cells = <0>; eeprom@51 { compatible = "atmel,24c02";'
        " reg = <0x51>; }; }; };"
    )
    daemons.serve(path, board)
    run = suite.run(path, "--eeprom=0x51:1", "--absent=0x50", "--only=request", "--only=framing")
    assert run.status == EXIT_PASSED, run.text
    assert run.json["bus"] == "EEPROM at 0x51 (pointer of 1, 256 bytes), nobody at 0x50"


# ---- back-ends that do not


def test_back_end_with_no_rule_broken_passes(wrong: Daemons, suite: Suite, path: Path) -> None:
    run = run_against(wrong, suite, path, "nothing", "request", "group", "framing")
    assert run.status == EXIT_PASSED, run.text


@pytest.mark.parametrize("ring", ["split", "packed"])
def test_fail_next_ignored_fails_the_cases_about_the_rest_of_a_group(
    wrong: Daemons, suite: Suite, path: Path, ring: str
) -> None:
    run = run_against(wrong, suite, path, "fail-next-ignored", "request", "group", "framing", "life")
    assert run.names("failed", ring) == [
        "group/rest-is-not-executed",
        "group/rest-has-error",
        "group/first-fails",
        "group/failure-crosses-kicks",
    ]
    assert run.status == EXIT_FAILED


def test_used_length_that_is_too_large_fails_the_cases_that_look_at_it(
    wrong: Daemons, suite: Suite, path: Path
) -> None:
    run = run_against(wrong, suite, path, "used-length", "negotiation", "request", "group", "notification")
    assert run.names("failed") == ["request/used-length", "request/used-length-of-failed-read"]
    assert run.status == EXIT_FAILED


def test_all_that_waits_as_one_transaction_fails_the_cases_about_separate_requests(
    wrong: Daemons, suite: Suite, path: Path
) -> None:
    run = run_against(wrong, suite, path, "one-group", "request")
    assert run.names("failed") == ["request/used-length", "request/own-status"]
    assert run.status == EXIT_FAILED


def test_answers_out_of_order_fail_the_case_in_which_they_show(
    wrong: Daemons, suite: Suite, path: Path
) -> None:
    run = run_against(wrong, suite, path, "out-of-order", "in-order")
    assert run.names("failed") == ["in-order/groups"]
    assert "buffers are not used in order" in run.text
    assert run.names("not applicable") == []
    assert run.status == EXIT_FAILED


def test_assumptions_on_framing_fail_the_cases_with_another_one(
    wrong: Daemons, suite: Suite, path: Path
) -> None:
    run = run_against(wrong, suite, path, "framing", "request", "group", "framing")
    assert run.names("passed")[-2:] == ["group/never-ended", "group/failed-and-never-ended"]
    assert run.names("failed") == [
        "framing/header-in-two",
        "framing/header-in-bytes",
        "framing/data-in-bytes",
        "framing/across-header-and-data",
        "framing/data-with-status",
        "framing/data-cut-before-status",
        "framing/header-with-data",
        "framing/zero-length",
        "framing/long-read-in-parts",
    ]
    assert run.status == EXIT_FAILED


@pytest.mark.parametrize("how", ["dies", "hangs"])
def test_back_end_that_is_lost_fails_the_case_and_leaves_the_rest_not_run(
    wrong: Daemons, suite: Suite, path: Path, how: str
) -> None:
    chosen = ("request/order", "hostile/loop-of-one", "hostile/loop", "hostile/no-status")
    run = run_against(wrong, suite, path, how, *chosen)
    assert run.names("passed") == ["request/order"]
    assert run.names("failed") == ["hostile/loop-of-one"]
    assert run.names("not run") == ["hostile/loop", "hostile/no-status"]
    assert "the back-end is gone since the case hostile/loop-of-one" in run.text
    assert run.status == EXIT_FAILED


def test_bus_that_is_not_as_described_is_said_at_the_beginning(
    suite: Suite, daemons: Daemons, path: Path, board: Path
) -> None:
    daemons.serve(path, board)
    run = suite.run(path, "--eeprom=0x51", "--only=request/order")
    assert "is the bus as described? See --eeprom" in run.json["notes"][0]
    assert run.status == EXIT_FAILED


# ---- the program


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "SOCKET is required"),
        (["--eeprom=0x90", "s"], "'0x90' is not a 7-bit address from 0x08 to 0x77"),
        (["--eeprom=0x50:3", "s"], "'3' is not a number of pointer bytes: 1 or 2"),
        (["--eeprom=0x50:1:512", "s"], "'512' is not a size in bytes from 128 to 256"),
        (["--absent=here", "s"], "'here' is not a 7-bit address from 0x08 to 0x77"),
        (["--only=nothing", "s"], "there is no case or area 'nothing'; --list has their names"),
        (["--without=nothing", "s"], "--without: there is no case or area 'nothing'; --list has their names"),
        (["/nowhere/vi2c.sock"], "/nowhere/vi2c.sock: cannot connect: No such file or directory"),
    ],
)
def test_what_is_not_possible_is_said_with_its_reason(suite: Suite, arguments: list[str], says: str) -> None:
    done = suite.start(*arguments)
    assert done.returncode == EXIT_NOT_POSSIBLE
    assert says in done.stderr


def test_table_in_the_documentation_is_the_list_of_the_program(suite: Suite) -> None:
    done = suite.start("--list", "--markdown")
    assert done.returncode == EXIT_PASSED
    text = (ROOT / "docs" / "CONFORMANCE.md").read_text()
    remedy = "replace the table in docs/CONFORMANCE.md by the output of --list --markdown"
    assert done.stdout in text, remedy


def test_cases_are_chosen_by_what_to_run_and_what_to_leave_out(suite: Suite) -> None:
    area = listed(suite.start("--list", "--only=group").stdout)
    chosen = listed(
        suite.start("--list", "--only=group", "--only=life/base", "--without=group/last-fails").stdout
    )
    assert chosen == [name for name in area if name != "group/last-fails"] + ["life/base"]


def test_help_names_every_option_and_exit_status(suite: Suite) -> None:
    done = suite.start("--help")
    assert done.returncode == EXIT_PASSED
    for word in (
        "SOCKET",
        "--eeprom",
        "--absent",
        "--only",
        "--without",
        "--json",
        "--junit",
        "Exit status: 0",
    ):
        assert word in done.stdout
