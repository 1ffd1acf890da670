# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A board of 112 chips behind a tree of muxes, beside one of two chips.

Times are printed (pytest -rP shows them) and not asserted on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from vhost_device._scan import scan
from vhost_device.i2c import Read, Write
from vhost_device.sim import Bus, ManualClock

_T = TypeVar("_T")

OUTER, INNER, SENSOR = 0x70, 0x71, 0x48
PLACES = [(outer, inner) for outer in range(7) for inner in range(4)]
SENSORS = range(SENSOR, SENSOR + 4)
CHIPS = len(PLACES) * len(SENSORS)

CELLS = "#address-cells = <1>; #size-cells = <0>;"


def sensors(temperature: int) -> str:
    """Four of them, at the temperature and half a degree more each."""
    return "".join(
        f'sensor@{address:x} {{ compatible = "national,lm75"; reg = <{address:#x}>; '
        f"vhost-device,temperature-millicelsius = <{1000 * temperature + 500 * index}>; }}; "
        for index, address in enumerate(SENSORS)
    )


def inner_mux(outer: int) -> str:
    channels = "".join(
        f"i2c@{inner} {{ reg = <{inner}>; {CELLS} {sensors(4 * outer + inner)} }}; " for inner in range(4)
    )
    return f'mux@{INNER:x} {{ compatible = "nxp,pca9546"; reg = <{INNER:#x}>; {CELLS} {channels} }};'


def tree() -> str:
    channels = "".join(
        f"i2c@{outer} {{ reg = <{outer}>; {CELLS} {inner_mux(outer)} }}; " for outer in range(7)
    )
    return f'mux@{OUTER:x} {{ compatible = "nxp,pca9548"; reg = <{OUTER:#x}>; {CELLS} {channels} }};'


def two() -> str:
    return "".join(
        f'sensor@{address:x} {{ compatible = "national,lm75"; reg = <{address:#x}>; }}; '
        for address in (0x48, 0x49)
    )


def board(folder: Path, chips: str) -> Bus:
    file = folder / "board.dts"
    file.write_text(f"/dts-v1/; / {{ i2c {{ {CELLS} {chips} }}; }};")
    return Bus.from_board(file, clock=ManualClock())


def select(bus: Bus, outer: int, inner: int) -> None:
    bus.transfer([Write(OUTER, bytes([1 << outer]))])
    bus.transfer([Write(INNER, bytes([1 << inner]))])


def timed(what: str, function: Callable[[], _T]) -> _T:
    begin = time.perf_counter()
    result = function()
    print(f"{what}: {1e3 * (time.perf_counter() - begin):.2f} ms")
    return result


def test_every_chip_comes_back_where_it_was(tmp_path: Path) -> None:
    bus = board(tmp_path, tree())
    for outer, inner in PLACES:
        select(bus, outer, inner)
        for address in SENSORS:
            bus.transfer([Write(address, bytes([3, 4 * outer + inner, 0x80]))])
    before = bus.snapshot()

    other = board(tmp_path, tree())
    other.restore(before)

    assert len(before["chips"]) == CHIPS + 1 + 7
    assert other.snapshot() == before
    for outer, inner in PLACES:
        select(other, outer, inner)
        read = [other.transfer([Write(address, b"\3"), Read(address, 2)])[0] for address in SENSORS]
        assert read == [bytes([4 * outer + inner, 0x80])] * len(SENSORS)


@pytest.mark.parametrize(("name", "chips"), [("112 chips", tree()), ("2 chips", two())])
def test_times_of_a_board(name: str, chips: str, tmp_path: Path) -> None:
    bus = timed(f"{name}: load the board", lambda: board(tmp_path, chips))
    found = timed(f"{name}: scan", lambda: scan(bus))
    traced = timed(f"{name}: the scan's trace", bus.trace.messages)
    snapshot = timed(f"{name}: snapshot", bus.snapshot)
    timed(f"{name}: snapshot to a file", lambda: bus.save_snapshot(tmp_path / "board.json"))
    timed(f"{name}: restore", lambda: bus.restore(snapshot))
    timed(f"{name}: restore from a file", lambda: bus.restore(tmp_path / "board.json"))
    assert len(traced) >= len(found) > 0
    assert bus.snapshot() == snapshot
