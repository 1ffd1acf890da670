# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Simulated buses and their chips."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from vhost_device import _core
from vhost_device import snapshot as snapshots
from vhost_device._checks import check_clock
from vhost_device._core import (
    Address,
    Ads1015,
    Adxl345,
    At24,
    At24Data,
    Bmp280,
    Channel,
    ChipFamily,
    Clock,
    Device,
    Direction,
    Ds1307,
    Ee1004,
    Eeprom,
    Ina2xx,
    Jc42,
    Level,
    Lm75,
    ManualClock,
    Mcp4725,
    Mpu6050,
    Mux,
    Pca953x,
    Pca954x,
    Pcf8563,
    PmbusSupply,
    Read,
    RealClock,
    Sht3x,
    Tmp102,
    Write,
    chip_families,
)
from vhost_device._scripts import ScriptError, ScriptLog, Supervisor
from vhost_device.errors import BoardError, ImageError, Nack, ScriptTimeout, SnapshotError
from vhost_device.faults import ActiveFault, Fault
from vhost_device.registers import Field, PointerRules, Register, RegisterDevice
from vhost_device.snapshot import Snapshot
from vhost_device.trace import Trace

__all__ = [
    "Address",
    "Ads1015",
    "Adxl345",
    "At24",
    "At24Data",
    "Bmp280",
    "BoardError",
    "Bus",
    "Channel",
    "ChipFamily",
    "Clock",
    "Device",
    "Direction",
    "Ds1307",
    "Ee1004",
    "Eeprom",
    "Field",
    "ImageError",
    "Ina2xx",
    "Jc42",
    "Level",
    "Lm75",
    "ManualClock",
    "Mcp4725",
    "Mpu6050",
    "Mux",
    "Nack",
    "Pca953x",
    "Pca954x",
    "Pcf8563",
    "PmbusSupply",
    "PointerRules",
    "Read",
    "RealClock",
    "Register",
    "RegisterDevice",
    "ScriptError",
    "ScriptTimeout",
    "Sht3x",
    "SnapshotError",
    "Tmp102",
    "Write",
    "chip_families",
]

_D = TypeVar("_D", bound=Device)


class Bus(_core.Bus, Supervisor):
    """A simulated bus: chips that answer at addresses.

    Chips come and go while guests use it, also from inside a chip's own methods. The general call
    address (0x00) is nobody's.

    A bus keeps its chips alive. Python's garbage collector does not see that: where a chip that is
    written in Python keeps its bus, too, neither is freed before clear() or detach() parts them.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        check_clock(clock)
        self._clock = RealClock() if clock is None else clock
        super().__init__(self._clock)
        self._supervise(ScriptLog())
        self._set_supervisor(self._supervisor)
        self._draws_faults = False  # whether the seed decided about faults

    if not TYPE_CHECKING:  # to which any name would be fine

        def __getattr__(self, name: str) -> NoReturn:
            # Asked for what is not there.
            if name in ("_clock", "_scripts", "_supervisor"):
                raise TypeError("Bus.__init__() was not called; call super().__init__() before using the bus")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def from_board(cls, board: str | os.PathLike[str], clock: Clock | None = None) -> Bus:
        """A bus with the chips of a devicetree file, as load_board() takes it; warnings are logged."""
        bus = cls(clock)
        for warning in bus.load_board(board):
            _core.log(30, warning)
        return bus

    @property
    def clock(self) -> Clock:
        """The time of its chips: the host's, or with Bus(clock=ManualClock()) what advance() makes it."""
        return self._clock

    @property
    def trace(self) -> Trace:
        """What moved on the bus, for guests and for scripts: the last 4 MiB of it."""
        return Trace(self._tracer)

    def fault(self, *faults: Fault) -> ActiveFault:
        """Has faults of vhost_device.faults happen from now on: in a with statement, or until release().

        They come before the chips, for guests and for scripts, and are noted in the trace.
        """
        active = ActiveFault(self._injector, self._supervisor, faults)
        self._draws_faults = self._draws_faults or any(fault.probability < 1 for fault in faults)
        return active

    def clear_bus(self) -> bool:
        """Nine pulses on SCL, as a controller frees an SDA that a chip holds (UM10204, 3.1.16).

        False when the bus is still stuck, because something holds SCL.
        """
        return self._injector.clear_bus()

    def clear_faults(self, seed: int | None = None) -> None:
        """Takes every fault away, and begins the draw of probabilities anew: by `seed`, or the one before."""
        self._injector.clear_faults(seed)
        self._draws_faults = False

    def attach(self, device: _D) -> _D:
        """Puts a chip on the bus and returns it.

        ValueError, with the bus as it was, when one of its addresses is taken or is the general call
        address, or when the chip is on a bus already.
        """
        if not isinstance(device, Device):
            raise TypeError(f"{device!r} is no chip; expected a Device, such as Lm75(address=0x48)")
        self._attach(device, self._supervisor)
        return device

    def snapshot(self) -> Snapshot:
        """The state of all chips, those behind muxes too, at one moment between transactions.

        It is made of what JSON has. SnapshotError if a chip that is written in Python cannot tell its state.
        """
        return snapshots.take(self)

    def save_snapshot(self, path: str | os.PathLike[str]) -> None:
        """Writes snapshot() as JSON that is easy to read and to compare."""
        snapshots.save(snapshots.take(self), path)

    def restore(self, wanted: Mapping[str, Any] | str | os.PathLike[str]) -> None:
        """Brings all chips to their state in a snapshot, or in a file of save_snapshot().

        SnapshotError, with every chip as it was, when one is missing, is not in the snapshot, or cannot have
        that state. The clock goes on; moments in a state are counted from now.
        """
        snapshots.restore(self, wanted)
