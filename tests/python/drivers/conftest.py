# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Drivers by others, from PyPI and unmodified, each as its documentation says, on a guest in the process.

A driver that is given its bus gets `i2c` for busio's and `smbus` for smbus2's. One that opens a bus of its
own gets the same by `guest_is_every_bus`. The chip is attached to `bus`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import board
import busio
import pytest
import smbus2

from vhost_device import Guest
from vhost_device.sim import Bus


class Fit(Protocol):
    """Puts a chip on the bus, with the properties of a board file (docs/BOARDS.md)."""

    def __call__(
        self, compatible: str, address: int, *, shunt_resistor: int | None = None, **properties: int | str
    ) -> None: ...


@pytest.fixture
def fit(bus: Bus, tmp_path: Path) -> Fit:
    """For chips by their name in a devicetree: fit("ti,tmp75", 0x48, temperature_millicelsius=-500)."""

    def put(
        compatible: str, address: int, *, shunt_resistor: int | None = None, **properties: int | str
    ) -> None:
        lines = [f'compatible = "{compatible}"', f"reg = <{address:#x}>"]
        if shunt_resistor is not None:
            lines.append(f"shunt-resistor = <{shunt_resistor}>")
        for name, value in properties.items():
            text = f'"{value}"' if isinstance(value, str) else f"<({value})>"
            lines.append(f"vhost-device,{name.replace('_', '-')} = {text}")
        board = tmp_path / "board.dts"
        cells = "#address-cells = <1>; #size-cells = <0>;"
        board.write_text(f"/dts-v1/; / {{ i2c {{ {cells} chip {{ {'; '.join(lines)}; }}; }}; }};")
        assert bus.load_board(board) == []

    return put


@pytest.fixture
def guest(bus: Bus) -> Iterator[Guest]:
    """A guest on the test's bus. An exception in a chip fails the test."""
    with Guest(bus) as guest:
        yield guest
    assert bus.script_errors == []


@pytest.fixture
def i2c(guest: Guest) -> Any:
    """The bus for a driver that uses busio."""
    return guest.busio()


@pytest.fixture
def smbus(guest: Guest) -> Any:
    """The bus for a driver that uses smbus2 or smbus."""
    return guest.smbus()


@pytest.fixture
def guest_is_every_bus(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever bus a driver opens, it is the guest's."""
    for pin in ("SCL", "SDA"):
        monkeypatch.setattr(board, pin, None, raising=False)  # a computer has none
    monkeypatch.setattr(busio, "I2C", guest.busio)
    monkeypatch.setattr(smbus2, "SMBus", guest.smbus)
    monkeypatch.setitem(sys.modules, "smbus", smbus2)  # which has all that smbus has
