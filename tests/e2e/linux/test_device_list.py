# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What --device-list refuses, with which words and which exit status; on a host with real adapters."""

from __future__ import annotations

import re

import pytest
from host_guest import HostGuest
from recording_chip import RecordingChip

SOCKET = "/run/refused.sock"
EXIT_FAILURE = 1
EXIT_USAGE = 2
MUXES = (0x70, 0x71)
# Kept for other bus formats (UM10204, 3.1.12).
RESERVED = 0x03
FORM = "<bus>:<addr>[:<addr>]...[,<bus>:<addr>...]"
RANGE = "0x08 to 0x77"


def run(host: HostGuest, *arguments: str) -> tuple[int, str]:
    result = host.run_daemon("-s", SOCKET, *arguments)
    assert not host.guest.run(f"ls {SOCKET}*").ok
    assert result.stdout == b""
    return result.status, result.error_text


@pytest.mark.parametrize(
    ("device_list", "words"),
    [
        pytest.param("", ["the list is empty", FORM], id="an empty list"),
        pytest.param("0:32,", ["an empty entry", FORM], id="an empty entry"),
        pytest.param(":32", ["':32' has no name or number", FORM], id="no bus"),
        pytest.param("0", ["'0' has no address", "'0:0x50'"], id="a bus without an address"),
        pytest.param("0:", ["'0:' has no address", "'0:0x50'"], id="a bus with an empty address"),
        pytest.param("0:32:32", ["0x20 is given twice"], id="an address twice"),
        pytest.param("0:32,1:0x20", ["0x20 is given twice", "'0'", "'1'"], id="an address on two buses"),
        pytest.param("0:fish", ["'fish'", "is no number", RANGE], id="no address"),
        pytest.param("0:-1", ["'-1'", "is no number", RANGE], id="a negative address"),
        pytest.param("0:32 ", ["'32 '", "is no number", RANGE], id="a blank behind an address"),
        pytest.param("a:b:32", ["'b'", "is given by its number"], id="a name with a colon"),
        pytest.param("0:128", ["'128'", "too large", RANGE], id="more than seven bits"),
        pytest.param("0:99999999999999999999", ["is no number", RANGE], id="more than any number"),
        pytest.param("0:7", ["'7'", "0x07", RANGE, "--allow-reserved"], id="a reserved address, low"),
        pytest.param("0:0x78", ["'0x78'", RANGE, "--allow-reserved"], id="a reserved address, high"),
    ],
)
def test_list_that_is_wrong_in_itself_is_refused(host: HostGuest, device_list: str, words: list[str]) -> None:
    status, error = run(host, "--device-list", device_list)
    assert status == EXIT_USAGE
    for word in ["--device-list", *words]:
        assert word in error


@pytest.mark.parametrize("behind", [["--log-level=warn"], []])
def test_list_without_a_value_is_refused_as_empty(host: HostGuest, behind: list[str]) -> None:
    status, error = run(host, "--device-list=", *behind)
    assert status == EXIT_USAGE
    for word in ["--device-list", "the list is empty", FORM]:
        assert word in error


def test_reserved_address_is_allowed_when_asked_for(host: HostGuest) -> None:
    chip = host.buses[0].attach(RecordingChip(RESERVED))
    host.serve("-l", f"{host.number()}:{RESERVED}", "--allow-reserved")
    assert host.transfer(f"w1@{RESERVED:#x} 1").ok
    assert chip.events


@pytest.mark.parametrize("name", ["no such adapter", "99"])
def test_unknown_adapter_is_refused_with_a_list_of_those_that_exist(host: HostGuest, name: str) -> None:
    status, error = run(host, "--device-list", f"{name}:32")
    assert status == EXIT_FAILURE
    assert re.search(rf"no I2C adapter with the (name|number) '{name}'", error)
    for bus in range(len(host.buses)):
        number = host.number(bus)
        assert re.search(rf"\b{number}\b.*{re.escape(host.name(number))}", error)


@pytest.fixture
def two_of_a_name(host: HostGuest) -> list[int]:
    """Numbers of adapters that have one name: the first channels of two multiplexers on one bus."""
    for address in MUXES:
        host.buses[0].attach(RecordingChip(address))
        host.guest.bind("pca9540", address)
    name = f"i2c-{host.number()}-mux (chan_id 0)"
    found = host.guest.run(f"grep -lxF '{name}' /sys/bus/i2c/devices/i2c-*/name", check=True).text
    return [int(number) for number in re.findall(r"i2c-(\d+)/name", found)]


def test_name_that_two_adapters_share_is_refused_with_their_numbers(
    host: HostGuest, two_of_a_name: list[int]
) -> None:
    assert len(two_of_a_name) == len(MUXES)
    name = f"i2c-{host.number()}-mux (chan_id 0)"
    status, error = run(host, "--device-list", f"{name}:32")
    assert status == EXIT_FAILURE
    assert f"'{name}'" in error
    for number in two_of_a_name:
        assert re.search(rf"\b{number}\b", error)


def test_number_reaches_an_adapter_whose_name_is_not_its_own(
    host: HostGuest, two_of_a_name: list[int]
) -> None:
    chip = host.buses[0].attach(RecordingChip(0x20))
    host.serve("-l", f"{two_of_a_name[1]}:32")
    assert host.transfer("w1@0x20 1").ok
    assert chip.events


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "3", "-l", "0:32", "-l", "0:33"], ["2 times", "3 guests"]),
        (["--allow-reserved", "-b", "board.dts"], ["--device-list"]),
        (["--force", "-b", "board.dts"], ["--device-list"]),
        (["--timeout", "0", "-l", "0:32"], ["--timeout", "10"]),
        ([], ["--device-list", "--board"]),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    host: HostGuest, arguments: list[str], words: list[str]
) -> None:
    status, error = run(host, *arguments)
    assert status == EXIT_USAGE
    for word in words:
        assert word in error
