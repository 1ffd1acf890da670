# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A Linux guest for tests: built from Debian's packages, booted by QEMU, driven from Python.

The whole of it is LinuxGuest and what its bind() returns; all errors are GuestErrors.
"""

from vhost_device.guest.build import build_image
from vhost_device.guest.devices import SysfsDevice
from vhost_device.guest.errors import (
    CommandFailed,
    CommandTimeout,
    DriverNotBound,
    GuestBuildError,
    GuestError,
    GuestFailure,
    GuestNotUsable,
    GuestOSError,
    GuestPanic,
    GuestRebooted,
    GuestTimeout,
    QemuExited,
    QmpError,
)
from vhost_device.guest.gpio import GpioPins
from vhost_device.guest.image import GuestImage, default_cache, find_image
from vhost_device.guest.linux_guest import LinuxGuest, kvm_works
from vhost_device.guest.result import CommandResult

__all__ = [
    "CommandFailed",
    "CommandResult",
    "CommandTimeout",
    "DriverNotBound",
    "GpioPins",
    "GuestBuildError",
    "GuestError",
    "GuestFailure",
    "GuestImage",
    "GuestNotUsable",
    "GuestOSError",
    "GuestPanic",
    "GuestRebooted",
    "GuestTimeout",
    "LinuxGuest",
    "QemuExited",
    "QmpError",
    "SysfsDevice",
    "build_image",
    "default_cache",
    "find_image",
    "kvm_works",
]
