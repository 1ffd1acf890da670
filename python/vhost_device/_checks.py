# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Arguments that are refused by their names, with the value and what was expected."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Union

from vhost_device._core import Adapter, Address, Clock

_Choice = Union[int, str]


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


def shown(value: object) -> str:
    """A number as datasheets write addresses and masks, anything else as Python does."""
    return f"{value:#04x}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def check_int(what: str, value: object, first: int, last: int) -> int:
    """TypeError for what is no int, ValueError for one that is not within `first` to `last`."""
    expected = f"expected an int, {first and shown(first)} to {shown(last)}"
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} {value!r}: {expected}") from None
    if not first <= number <= last:
        raise ValueError(f"{what} {shown(number)}: {expected}")
    return number


def check_choice(what: str, value: object, choices: tuple[_Choice, ...], unit: str = "") -> None:
    """ValueError for what is none of the choices."""
    if any(type(value) is type(choice) and value == choice for choice in choices):
        return
    *others, last = (repr(choice) for choice in choices)
    raise ValueError(f"{what} {value!r}: expected {', '.join(others)} or {last}{unit}")


def check_bool(what: str, value: object) -> None:
    """TypeError for what is neither True nor False."""
    if not isinstance(value, bool):
        raise TypeError(f"{what} {value!r}: expected True or False")


@contextmanager
def naming(where: str) -> Iterator[None]:
    """Puts `where` before what is raised."""
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{where}: {error}") from None
