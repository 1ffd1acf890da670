# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Snapshots of boards: taken, compared, and put back."""

from __future__ import annotations

import copy
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vhost_device import Guest
from vhost_device.i2c import AddressNack, Read, Write
from vhost_device.sim import (
    At24,
    Bus,
    Device,
    Lm75,
    ManualClock,
    Register,
    RegisterDevice,
    SnapshotError,
)


class Made(RegisterDevice):
    """A made-up chip."""

    config = Register(0x01, reset=0x80)
    limit = Register(0x02, width=16, reset=0x4B00)


class Counter(Device):
    """Counts what it is written; with everything that JSON has in its state, and bytes."""

    def __init__(self, address: int = 0x30) -> None:
        super().__init__(address)
        self.count = 0
        self.last = b""

    def write(self, data: bytes) -> None:
        self.count += 1
        self.last = data

    def get_state(self) -> dict[str, Any]:
        return {"count": self.count, "last": self.last}

    def set_state(self, state: dict[str, Any]) -> None:
        if state["count"] < 0:
            raise ValueError("a count cannot be negative")
        self.count, self.last = state["count"], state["last"]


@pytest.fixture
def bus(clock: ManualClock) -> Bus:
    bus = Bus(clock)
    for chip in (Lm75(address=0x48), At24("24c02", address=0x50), Made(0x20), Counter()):
        bus.attach(chip)
    return bus


def change(bus: Bus) -> None:
    """What a guest might do: a limit, a page of a memory, a configuration, a command."""
    bus.transfer([Write(0x48, b"\x03\x32\x00")])
    bus.transfer([Write(0x50, b"\x10hello")])
    bus.transfer([Write(0x20, b"\x01\x42")])
    bus.transfer([Write(0x30, b"\xaa\xbb")])


def test_snapshot_has_all_chips_by_their_places(bus: Bus, clock: ManualClock) -> None:
    clock.advance(seconds=12.5)
    snapshot = bus.snapshot()
    assert (snapshot["format"], snapshot["version"]) == ("vhost-device board snapshot", 1)
    assert snapshot["time_s"] == 12.5
    assert list(snapshot["chips"]) == ["Made@20", "Counter@30", "lm75@48", "24c02@50"]
    assert snapshot["chips"]["Made@20"] == {
        "part": "Made",
        "class": "Made",
        "addresses": ["0x20"],
        "state": {
            "registers": {"config": "0x80", "limit": "0x4b00"},
            "pointer": snapshot["chips"]["Made@20"]["state"]["pointer"],
            "auto_increment": True,
        },
    }
    assert snapshot["chips"]["24c02@50"]["state"]["contents"] == ["0000-00ff: ff"]


def test_restored_board_is_as_it_was(bus: Bus, clock: ManualClock) -> None:
    before = bus.snapshot()
    change(bus)
    clock.advance(seconds=1)
    assert bus.snapshot()["chips"] != before["chips"]
    bus.restore(before)
    assert bus.transfer([Write(0x48, b"\x03"), Read(0x48, 2)])[0] == b"\x50\x00"
    assert bus.transfer([Write(0x50, b"\x10"), Read(0x50, 5)])[0] == b"\xff" * 5
    assert bus.transfer([Write(0x20, b"\x01"), Read(0x20, 1)])[0] == b"\x80"


def test_other_board_can_be_brought_to_it(bus: Bus, clock: ManualClock) -> None:
    change(bus)
    other = Bus(clock)
    for chip in (Lm75(address=0x48), At24("24c02", address=0x50), Made(0x20), Counter()):
        other.attach(chip)
    other.restore(json.loads(json.dumps(bus.snapshot())))
    assert other.snapshot() == bus.snapshot()


def test_difference_of_two_files_shows_what_a_guest_changed(bus: Bus, tmp_path: Path) -> None:
    with Guest(bus) as guest:
        bus.save_snapshot(tmp_path / "before.json")
        guest.transfer([Write(0x50, b"\x10hello")])
    bus.clock.advance(seconds=1)
    bus.save_snapshot(tmp_path / "after.json")
    before, after = ((tmp_path / f"{name}.json").read_text().splitlines() for name in ("before", "after"))
    assert [line.strip() for line in after if line not in before] == [
        '"time_s": 1.0,',
        '"0000-000f: ff",',
        '"0010: 68 65 6c 6c 6f ff ff ff ff ff ff ff ff ff ff ff",',
        '"0020-00ff: ff"',
        '"pointer": 21,',
        '"busy_until_ns": -995000000,',
    ]


def test_file_is_restored(bus: Bus, tmp_path: Path) -> None:
    file = tmp_path / "board.json"
    bus.save_snapshot(file)
    change(bus)
    bus.clock.advance(seconds=1)
    bus.restore(file)
    assert bus.transfer([Write(0x50, b"\x10"), Read(0x50, 1)])[0] == b"\xff"
    assert [each.name for each in tmp_path.iterdir()] == ["board.json"]


def test_time_of_a_write_cycle_goes_on_where_it_was(clock: ManualClock) -> None:
    bus = Bus(clock)
    bus.attach(At24("24c02", address=0x50, write_cycle_ms=5))
    bus.transfer([Write(0x50, b"\x00\x01")])
    clock.advance(milliseconds=2)
    under_way = bus.snapshot()
    clock.advance(seconds=60)
    bus.restore(under_way)
    assert under_way["chips"]["24c02@50"]["state"]["busy_until_ns"] == 3_000_000
    clock.advance(milliseconds=2.9)
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x50, 1)])
    clock.advance(milliseconds=0.1)
    assert bus.transfer([Read(0x50, 1)]) == [b"\xff"]


def test_snapshot_waits_for_a_transaction_under_way() -> None:
    class Slow(Device):
        """Changes in two steps."""

        def __init__(self) -> None:
            super().__init__(0x10)
            self.steps = [0, 0]
            self.begun = threading.Event()
            self.go_on = threading.Event()

        def write(self, data: bytes) -> None:
            self.steps[0] += 1
            self.begun.set()
            self.go_on.wait(timeout=10)
            self.steps[1] += 1

        def get_state(self) -> dict[str, Any]:
            return {"steps": self.steps}

        def set_state(self, state: dict[str, Any]) -> None:
            self.steps = state["steps"]

    bus = Bus()
    chip = bus.attach(Slow())
    thread = threading.Thread(target=lambda: bus.transfer([Write(0x10, b"\0")]))
    thread.start()
    assert chip.begun.wait(timeout=10)
    threading.Timer(0.02, chip.go_on.set).start()
    assert bus.snapshot()["chips"]["Slow@10"]["script"] == {"steps": [1, 1]}
    thread.join(timeout=10)


def test_followed_property_is_of_this_moment_and_goes_on(bus: Bus, clock: ManualClock) -> None:
    bus.devices[2].follow("temperature", lambda t: 20 + t)
    clock.advance(seconds=5)
    snapshot = bus.snapshot()
    clock.advance(seconds=5)
    bus.restore(snapshot)
    assert snapshot["chips"]["lm75@48"]["state"]["temperature_c"] == 25
    assert bus.devices[2].temperature == 30  # type: ignore[attr-defined]


# ---- what cannot be restored


def edit(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Puts a value where a path of names, divided by "/", leads."""

    def put(snapshot: dict[str, Any]) -> None:
        *names, last = path.split("/")
        place = snapshot
        for name in names:
            place = place[name]
        place[last] = value

    return put


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    def remove(snapshot: dict[str, Any]) -> None:
        *names, last = path.split("/")
        place = snapshot
        for name in names:
            place = place[name]
        del place[last]

    return remove


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (edit("format", "something"), "no snapshot: expected format 'vhost-device board snapshot'"),
        (edit("version", 2), "version 2: expected 1"),
        (edit("chips", []), "chips: expected the chips by where they are"),
        (edit("chips/lm75@48", 5), "lm75@48: expected part, addresses and state"),
        (drop("chips/lm75@48"), "lm75@48: not in the snapshot"),
        (edit("chips/lm75@4f", {"state": {}}), "lm75@4f: no chip on the bus"),
        (edit("chips/lm75@48/part", "tmp75"), r"lm75@48: part: 'tmp75' \(expected 'lm75'\)"),
        (edit("chips/lm75@48/addresses", []), r"lm75@48: addresses: \[\] \(expected \['0x48'\]\)"),
        (drop("chips/24c02@50/state/contents"), "24c02@50: contents: missing"),
        (edit("chips/24c02@50/state/contents", ["0000-00fe: ff"]), "contents: expected 256 bytes, not 255"),
        (edit("chips/24c02@50/state/contents", ["0000: zz"]), "24c02@50: contents: '0000: zz' "),
        (edit("chips/24c02@50/state/pointer", 256), r"24c02@50: pointer: 256 \(expected 0 to 255\)"),
        (
            edit("chips/24c02@50/state/pointer", 2**70),
            "pointer: 1180591620717411303424 has more than 64 bits",
        ),
        (edit("chips/24c02@50/state/colour", 1), "24c02@50: colour: the chip has no such value"),
        (
            edit("chips/Made@20/state/registers/config", "0x100"),
            r"Made@20: registers.config: 256 \(expected 0 to 255\)",
        ),
        (drop("chips/Counter@30/script"), r"Counter@30: script: Counter has get_state\(\) and set_state\(\)"),
        (edit("chips/lm75@48/script", {}), r"lm75@48: script: Lm75 has no get_state\(\) and set_state\(\)"),
        (
            edit("chips/Counter@30/script/count", -1),
            r"Counter@30: set_state\(\): a count cannot be negative",
        ),
        (drop("chips/Counter@30/script/count"), r"Counter@30: set_state\(\): KeyError: 'count'"),
    ],
)
def test_snapshot_that_does_not_fit_changes_nothing(
    bus: Bus, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    spoilt = copy.deepcopy(bus.snapshot())
    spoil(spoilt)
    change(bus)
    now = bus.snapshot()
    with pytest.raises(SnapshotError, match=message):
        bus.restore(spoilt)
    assert bus.snapshot() == now


def test_snapshot_that_does_not_fit_never_comes_to_an_image(tmp_path: Path) -> None:
    image = tmp_path / "image"
    bus = Bus(ManualClock())
    bus.attach(Lm75(address=0x48))
    memory = bus.attach(At24("24c02", address=0x50, image=image, save=True))
    other = bus.snapshot()
    memory.data[0] = 0x77
    os.utime(image, (0, 0))
    spoilt = edit("chips/24c02@50/state/colour", 1)  # the sensor before it and the contents are good
    spoilt(refused := copy.deepcopy(other))
    with pytest.raises(SnapshotError):
        bus.restore(refused)
    assert (image.stat().st_mtime, image.read_bytes()[0]) == (0, 0x77)
    bus.restore(other)
    assert image.read_bytes() == b"\xff" * 256


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"board\.json: not JSON: Expecting value"),
        ("[1, 2", r"board\.json: not JSON: "),
        ("[" * 100_000, r"board\.json: not JSON: "),
        ("[]", r"board\.json: no snapshot: expected format"),
    ],
)
def test_file_that_is_no_snapshot_is_named(bus: Bus, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "board.json"
    file.write_text(content)
    with pytest.raises(SnapshotError, match=message):
        bus.restore(file)


def test_missing_file_is_named(bus: Bus, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"none\.json: No such file"):
        bus.restore(tmp_path / "none.json")


def test_script_that_cannot_tell_its_state_is_named(bus: Bus) -> None:
    class Half(Device):
        def get_state(self) -> dict[str, Any]:
            return {}

    bus.attach(Half(0x11))
    with pytest.raises(
        SnapshotError, match=r"Half@11: Half has one of get_state\(\) and set_state\(\), not both"
    ):
        bus.snapshot()


def test_script_without_a_state_has_none(bus: Bus) -> None:
    bus.attach(Device(0x12, name="plain"))
    assert bus.snapshot()["chips"]["plain@12"]["state"] == {}
