# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The executable with virtual machines; what needs none is in tests/daemon."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from daemon_process import Daemons
from i2c_tools import as_grid, detected

from vhost_device.guest import LinuxGuest, build_image, qemu

ROOT = Path(__file__).parents[2]
DOCUMENTED_SOCKET = "/tmp/vi2c.sock"
DOCUMENTED_BOARDS = ("examples/boards/demo.dts", "board.dts")
BOARD_ADDRESSES = (0x48, 0x49, 0x50, 0x57)

EEPROM = 0x50
TEXT = b"kept by the daemon"
SAVED_BOARD = """/dts-v1/;
/ { i2c { #address-cells = <1>; #size-cells = <0>;
    eeprom@50 {
        compatible = "atmel,24c02"; reg = <0x50>;
        vhost-device,image = "contents.bin"; vhost-device,save;
    };
}; };
"""


def command_in(text: str, program: str) -> list[str]:
    """The first command line of `program` that a document shows, split as a shell would."""
    lines = text.replace("\\\n", " ").splitlines()
    shown = next(line for line in lines if line.strip().startswith(f"{program} "))
    return shlex.split(shown)


def documented(source: str, daemons: Daemons) -> str:
    return daemons.run("--help").stdout if source == "--help" else (ROOT / source).read_text()


def put_in_place_of_dots(line: Sequence[str], others: Sequence[str]) -> list[str]:
    where = line.index("...")
    return [*line[:where], *others, *line[where + 1 :]]


@pytest.mark.parametrize("source", ["--help", "README.md"])
def test_documented_command_lines_give_a_guest_the_board(
    daemons: Daemons, tmp_path: Path, board: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    text = documented(source, daemons).replace(DOCUMENTED_SOCKET, str(tmp_path / "vi2c.sock"))
    for name in DOCUMENTED_BOARDS:
        text = text.replace(f"--board={name}", f"--board={board}")
    daemons.start(*command_in(text, "vhost-device-i2c")[1:]).wait_for_log("listening on")
    shown = command_in(text, "qemu-system-x86_64")
    usual = qemu.command_line

    def with_shown(options: qemu.QemuOptions, descriptors: dict[str, int]) -> list[str]:
        line = usual(options, descriptors)
        # The document has its own words for the memory; the rest stands in the place of its "...".
        line[line.index("-machine") + 1] = "q35"
        for option in ("-m", "-object"):
            del line[line.index(option) : line.index(option) + 2]
        return put_in_place_of_dots(shown, line[1:])

    monkeypatch.setattr(qemu, "command_line", with_shown)
    with LinuxGuest(image=build_image()) as guest:
        listing = guest.run("i2cdetect -l | grep i2c_virtio", check=True).text
        number = listing.split()[0].rpartition("-")[2]
        grid = guest.run(f"i2cdetect -y {number}", check=True).text
    assert detected(grid) == as_grid(*BOARD_ADDRESSES)


def test_guest_that_returns_finds_what_the_one_before_wrote_and_so_does_the_file(
    daemons: Daemons, tmp_path: Path
) -> None:
    board = tmp_path / "board.dts"
    board.write_text(SAVED_BOARD)
    daemon = daemons.serve(tmp_path / "vi2c.sock", board)
    with LinuxGuest([tmp_path / "vi2c.sock"], image=build_image()) as guest:
        guest.bind("24c02", EEPROM).write_bytes("eeprom", TEXT)
    with LinuxGuest([tmp_path / "vi2c.sock"], image=build_image()) as guest:
        assert guest.bind("24c02", EEPROM).read_bytes("eeprom", length=len(TEXT)) == TEXT
    assert daemon.messages("warn", "error") == []
    daemon.end(signal.SIGKILL)
    assert (tmp_path / "contents.bin").read_bytes()[: len(TEXT)] == TEXT


def test_signal_ends_a_daemon_with_a_guest_connected_and_the_guest_goes_on(
    daemons: Daemons, tmp_path: Path, board: Path
) -> None:
    daemon = daemons.serve(tmp_path / "vi2c.sock", board)
    with LinuxGuest([tmp_path / "vi2c.sock"], image=build_image()) as guest:
        guest.run(f"i2cget -y {guest.bus()} {BOARD_ADDRESSES[0]:#x}", check=True)
        assert daemon.end(signal.SIGTERM) == 0
        assert guest.run("echo on", check=True).text == "on\n"
    assert list(tmp_path.iterdir()) == []
    assert daemon.messages("warn", "error") == []
