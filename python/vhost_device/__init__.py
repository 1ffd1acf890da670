# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""I2C buses for virtual machines: simulated chips, scripted in Python, under a guest's own drivers.

vhost_device.sim has the buses and chips, Daemon serves them to guests, vhost_device.guest makes such
guests. The log is in logging's "vhost_device".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vhost_device._core import InProcessGuest, __version__
    from vhost_device.daemon import Daemon
    from vhost_device.errors import DaemonError, Error
    from vhost_device.in_process_guest import Guest

__all__ = ["Daemon", "DaemonError", "Error", "Guest", "InProcessGuest", "__version__"]

# Loaded when used: pytest imports this package in every project where it is installed.
_HOMES = {
    "Daemon": "vhost_device.daemon",
    "DaemonError": "vhost_device.errors",
    "Error": "vhost_device.errors",
    "Guest": "vhost_device.in_process_guest",
    "InProcessGuest": "vhost_device._core",
    "__version__": "vhost_device._core",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
