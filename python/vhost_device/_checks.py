# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Arguments that are refused by their names, with the value and what was expected."""

from __future__ import annotations

import os

from vhost_device._core import Adapter, Address, Clock


def checked_address(value: int | Address) -> Address:
    """TypeError or ValueError for what is no address."""
    return value if isinstance(value, Address) else Address(value)


def check_adapter(adapter: object) -> None:
    """TypeError for what is no adapter."""
    if not isinstance(adapter, Adapter):
        raise TypeError(f"adapter {adapter!r}: expected a bus, such as I2cDev(0, [0x48])")


def check_clock(clock: object) -> None:
    """TypeError for what is no clock, and not None."""
    if not (clock is None or isinstance(clock, Clock)):
        raise TypeError(f"clock {clock!r}: expected a Clock, such as ManualClock()")


def check_path(path: object) -> None:
    """TypeError for what is no path."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path {path!r}: expected a path")
