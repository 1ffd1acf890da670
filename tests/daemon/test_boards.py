# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Boards that the executable cannot use: file, node, what was expected, and status 1."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from daemon_process import Daemons

EXIT_FAILURE = 1


def board_of(chips: str) -> str:
    return "/dts-v1/;\n/ { i2c { #address-cells = <1>; #size-cells = <0>;\n" + chips + "\n}; };\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            board_of('sensor@48 { compatible = "national,lm57"; reg = <0x48>; };'),
            ["/i2c/sensor@48", "national,lm57", "national,lm75"],
            id="unknown compatible with a near one",
        ),
        pytest.param(
            board_of(
                'one@50 { compatible = "atmel,24c02"; reg = <0x50>; };'
                'two@50 { compatible = "atmel,24c32"; reg = <0x50>; };'
            ),
            ["/i2c/two@50", "0x50", "/i2c/one@50"],
            id="two chips at one address",
        ),
        pytest.param(
            board_of('eeprom@50 { compatible = "atmel,24c32"; reg = <0x50>; pagesize = <33>; };'),
            ["/i2c/eeprom@50", "pagesize", "33"],
            id="page size that no chip has",
        ),
        pytest.param(
            board_of('eeprom@20 { compatible = "atmel,24c32"; reg = <0x20>; };'),
            ["/i2c/eeprom@20", "0x20", "0x50"],
            id="address that the part cannot have",
        ),
        pytest.param(
            board_of(
                'eeprom@50 { compatible = "atmel,24c32"; reg = <0x50>; vhost-device,image = "none.bin"; };'
            ),
            ["/i2c/eeprom@50", "none.bin", "No such file"],
            id="image that is not there",
        ),
        pytest.param("/dts-v1/;\n/ { i2c { \n", ["syntax error"], id="no devicetree"),
        pytest.param("/dts-v1/;\n/ { };\n", ["i2c"], id="no bus in it"),
    ],
)
def test_bad_board_is_refused_with_file_node_and_reason(
    daemons: Daemons, tmp_path: Path, text: str, says: list[str]
) -> None:
    path = tmp_path / "bad.dts"
    path.write_text(text)
    done = daemons.run(f"--socket-path={tmp_path}/vi2c.sock", f"--board={path}")
    assert (done.returncode, done.stdout) == (EXIT_FAILURE, "")
    assert [word for word in [str(path), " error ", *says] if word not in done.stderr] == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad.dts"]


def saved_board(folder: Path) -> Path:
    path = folder / "saved.dts"
    path.write_text(
        board_of(
            'eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>;'
            ' vhost-device,image = "contents.bin"; vhost-device,save; };'
        )
    )
    return path


def test_image_that_another_daemon_saves_to_is_refused_and_left_alone(
    daemons: Daemons, tmp_path: Path
) -> None:
    board = saved_board(tmp_path)
    first = daemons.serve(tmp_path / "first.sock", board)
    # As if a guest had written it since the start.
    (tmp_path / "contents.bin").write_bytes(b"written".ljust(256, b"\xff"))
    done = daemons.run(f"--socket-path={tmp_path}/second.sock", f"--board={board}")
    assert done.returncode == EXIT_FAILURE
    says = [f"{board}: /i2c/eeprom@50: ", str(tmp_path / "contents.bin"), "another chip saves to it"]
    assert [word for word in says if word not in done.stderr] == []
    assert (tmp_path / "contents.bin").read_bytes() == b"written".ljust(256, b"\xff")
    assert first.running


def test_image_of_a_daemon_that_was_killed_is_free(daemons: Daemons, tmp_path: Path) -> None:
    board = saved_board(tmp_path)
    daemons.serve(tmp_path / "first.sock", board).end(signal.SIGKILL)
    assert daemons.serve(tmp_path / "second.sock", board).running


def test_image_of_two_chips_is_refused(daemons: Daemons, tmp_path: Path) -> None:
    path = tmp_path / "twice.dts"
    chip = (
        'eeprom@5{0} {{ compatible = "atmel,24c02"; reg = <0x5{0}>;'
        ' vhost-device,image = "contents.bin"; vhost-device,save; }};'
    )
    path.write_text(board_of(chip.format(0) + chip.format(1)))
    done = daemons.run(f"--socket-path={tmp_path}/vi2c.sock", f"--board={path}")
    assert done.returncode == EXIT_FAILURE
    assert f"{path}: /i2c/eeprom@51: vhost-device,image: {tmp_path}/contents.bin: another chip" in done.stderr


def test_missing_board_is_named(daemons: Daemons, tmp_path: Path) -> None:
    done = daemons.run(f"--socket-path={tmp_path}/vi2c.sock", f"--board={tmp_path}/none.dts")
    assert done.returncode == EXIT_FAILURE
    assert f"{tmp_path}/none.dts: cannot open: No such file or directory" in done.stderr


def test_good_board_is_counted(daemons: Daemons, tmp_path: Path, board: Path) -> None:
    daemon = daemons.serve(tmp_path / "vi2c.sock", board)
    assert f"{board}: 4 chips on the bus" in daemon.messages("info")
