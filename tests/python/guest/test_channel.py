# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The host's end of the agent's protocol, without a guest."""

from __future__ import annotations

import subprocess

import pytest

from vhost_device.guest.channel import (
    MAX_OUTPUT,
    ChannelError,
    ChannelReader,
    Done,
    Dropped,
    Hello,
    encode_run,
    shell_word,
)
from vhost_device.guest.result import CommandResult

OLD_BOOT = "00000000-1111-2222-3333-444444444444"
NEW_BOOT = "55555555-6666-7777-8888-999999999999"


def test_reader_given_every_cut_finds_the_same_messages() -> None:
    stream = b"hello b\ndone 7 3 4 2\n\n\x00\xffqE\ndropped 8\n"
    expected = [Hello("b"), Done(7, CommandResult(3, b"\n\x00\xffq", b"E\n")), Dropped(8)]
    for cut in range(len(stream) + 1):
        reader = ChannelReader()
        assert reader.feed(stream[:cut]) + reader.feed(stream[cut:]) == expected


def test_reader_given_single_bytes_finds_all_messages() -> None:
    reader = ChannelReader()
    found = [m for byte in b"done 1 0 3 0\nok\ndone 2 1 0 0\n" for m in reader.feed(bytes((byte,)))]
    assert found == [Done(1, CommandResult(0, b"ok\n", b"")), Done(2, CommandResult(1, b"", b""))]


@pytest.mark.parametrize(
    "line", [b"", b"done 1 2 3", b"done 1 2 3 x", b"done 1 2 3 -4", b"nonsense", b"\xff"]
)
def test_reader_given_foreign_line_refuses_it(line: bytes) -> None:
    with pytest.raises(ChannelError, match="expected hello, done or dropped"):
        ChannelReader().feed(line + b"\n")


def test_reader_given_endless_line_refuses_it() -> None:
    with pytest.raises(ChannelError, match="without an end of line"):
        ChannelReader().feed(b"d" * 5000)


def test_reader_given_oversized_output_names_the_limit() -> None:
    with pytest.raises(ChannelError, match=str(MAX_OUTPUT)):
        ChannelReader().feed(b"done 1 0 %d 1\n" % MAX_OUTPUT)


def test_reader_after_reset_skips_what_the_last_boot_left() -> None:
    reader = ChannelReader()
    reader.feed(b"done 1 0 100 0\nhalf")
    reader.skip_to_hello(OLD_BOOT)
    assert reader.feed(b" of it\nhello %s\n" % OLD_BOOT.encode()) == []
    assert reader.feed(b"\xff\nhello %s\ndropped 1\n" % NEW_BOOT.encode()) == [Hello(NEW_BOOT), Dropped(1)]


@pytest.mark.parametrize(
    "text", ["", "plain words", "a'b\"c`d$e", "back\\slash", "two\nlines\ttab", " é中 ", "!x *?[a-z] ~ {a,b}"]
)
def test_shell_word_given_any_text_comes_back_from_a_shell(text: str) -> None:
    word = shell_word(text)
    assert b"\n" not in word
    shell = subprocess.run([b"bash", b"-c", b"printf %s " + word], capture_output=True, check=True)
    assert shell.stdout.decode() == text


def test_shell_word_given_nul_refuses_it() -> None:
    with pytest.raises(ValueError, match="NUL"):
        shell_word("a\0b")


def test_run_request_has_size_then_code_then_input() -> None:
    assert encode_run(5, "cat", b"\x00\n") == b"run 5 2 $'cat'\n\x00\n"
