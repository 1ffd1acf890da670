# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""An address that was granted to nobody is never put on the wire."""

from __future__ import annotations

import pytest
from host_guest import HostGuest
from recording_chip import RecordingChip, transactions

from vhost_device.sim import At24

GRANTED = 0x20
OTHER = 0x30


@pytest.mark.parametrize(
    "words",
    [
        "w1@0x30 1",
        "w0@0x30",
        "r1@0x30",
        "w1@0x20 1 r1@0x30",
        "w1@0x20 1 r1@0x20 w1@0x30 1",
        "w1@0x30 1 r1@0x20",
    ],
)
def test_address_not_granted_fails_and_nothing_of_its_group_reaches_the_wire(
    host: HostGuest, words: str
) -> None:
    chips = [host.buses[0].attach(RecordingChip(address)) for address in (GRANTED, OTHER)]
    host.serve("--device-list", f"{host.number()}:{GRANTED}")
    result = host.transfer(words)
    assert result.status == 1
    assert "message 0: I/O error" in result.error_text
    assert [chip.events for chip in chips] == [[], []]
    assert host.transfer("w1@0x20 7").ok
    assert transactions(chips[0].events) == [[("write", b"\x07")]]


def test_guests_of_one_adapter_reach_their_own_chips_only(host: HostGuest) -> None:
    chips = [host.buses[0].attach(RecordingChip(address)) for address in (GRANTED, OTHER)]
    number = host.number()
    host.serve("-c", "2", "-l", f"{number}:{GRANTED}", "-l", f"{number}:{OTHER}")
    assert not host.transfer("w1@0x30 1", socket=0).ok
    assert not host.transfer("w1@0x20 1", socket=1).ok
    assert [chip.events for chip in chips] == [[], []]
    assert host.transfer("w1@0x20 1", socket=0).ok
    assert host.transfer("w1@0x30 1", socket=1).ok
    assert [transactions(chip.events) for chip in chips] == [[[("write", b"\x01")]]] * 2


def test_list_given_once_is_for_all_guests(host: HostGuest) -> None:
    chip = host.buses[0].attach(RecordingChip(GRANTED))
    host.serve("-c", "2", "-l", f"{host.number()}:{GRANTED}")
    assert host.transfer("w1@0x20 1", socket=0).ok
    assert host.transfer("w1@0x20 2", socket=1).ok
    assert transactions(chip.events) == [[("write", b"\x01")], [("write", b"\x02")]]


def test_chips_of_two_adapters_are_on_one_bus(host: HostGuest) -> None:
    eeproms = [
        bus.attach(At24("24c02", address)) for bus, address in zip(host.buses, (0x50, 0x51), strict=True)
    ]
    eeproms[0].data[0:2] = b"ab"
    eeproms[1].data[0:2] = b"cd"
    host.serve("-l", f"{host.name(host.number(0))}:{0x50},{host.number(1)}:0x51")
    assert host.read("w1@0x50 0 r2@0x50") == b"ab"
    assert host.read("w1@0x51 0 r2@0x51") == b"cd"
