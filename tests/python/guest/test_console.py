# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The console's end, and a panic on it."""

from __future__ import annotations

from pathlib import Path

from vhost_device.guest.console import Console

PANIC = b"[ 1.0] Kernel panic - not syncing: sysrq triggered crash\r\n[ 1.1] CPU: 0\r\n"


def test_tail_is_the_last_lines_without_carriage_returns() -> None:
    console = Console()
    console.feed(b"".join(b"line %d\r\n" % i for i in range(100)))
    assert console.tail(3) == "line 97\nline 98\nline 99"


def test_text_has_no_terminal_control_sequences() -> None:
    console = Console()
    console.feed(b"\x1bc\x1b[?7lSeaBIOS\x1b[2J done\n")
    assert console.text == "SeaBIOS done\n"


def test_panic_is_seen_with_its_reason_across_pieces() -> None:
    console = Console()
    for byte in PANIC:
        console.feed(bytes((byte,)))
    assert console.panic == "sysrq triggered crash"
    assert not console.panic_complete
    console.feed(b"---[ end Kernel panic - not syncing: sysrq triggered crash ]---\n")
    assert console.panic_complete


def test_ordinary_text_is_no_panic() -> None:
    console = Console()
    console.feed(b"kernel panic timeout set to 0\n")
    assert console.panic is None


def test_console_started_again_has_forgotten_the_panic() -> None:
    console = Console()
    console.feed(PANIC)
    console.start_again()
    assert (console.panic, console.text) == (None, "")


def test_log_file_gets_everything(tmp_path: Path) -> None:
    console = Console(tmp_path / "log")
    console.feed(b"one\n")
    console.start_again()
    console.feed(b"two\n")
    console.close()
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"
