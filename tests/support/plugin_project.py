# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A user's project for tests of the pytest plugin, with a stand-in for the virtual machine."""

from __future__ import annotations

import pytest

# Takes the places of vhost_device.guest's LinuxGuest and build_image.
STAND_IN = """
import itertools
import sys

import pytest

import vhost_device.guest
from vhost_device import InProcessGuest


class StandIn:
    numbers = itertools.count()

    def __init__(self, sockets, image=None, accel="tcg", **options):
        self.number = next(self.numbers)
        self.sockets, self.image, self.accel, self.options = sockets, image, accel, options
        self.running = False
        self.unbound = 0
        self.console = f"console of boot {self.number}"

    def start(self):
        self.running = True
        self.adapter = InProcessGuest(self.sockets[0])
        return self

    def close(self):
        self.running = False
        self.adapter.close()

    def run(self, command, *, timeout):
        if not self.running:
            raise vhost_device.guest.GuestError("the guest is gone")
        return vhost_device.guest.CommandResult(0, b"", b"")

    def unbind_all(self):
        self.unbound += 1
        if self.console == "panic":
            raise vhost_device.guest.GuestError("the guest is gone")

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.close()


def build_image():
    print("building the guest", file=sys.stderr)
    return "built image"


vhost_device.guest.LinuxGuest = StandIn
vhost_device.guest.build_image = build_image
"""

HEAD = """
import pytest
from vhost_device.sim import Bus, Device
from vhost_device.i2c import Read, TransferError, Write

class Broken(Device):
    def read(self, length):
        raise RuntimeError("the chip is broken")

def use(adapter):
    with pytest.raises(TransferError):
        adapter.transfer([Read(0x20, 1)])
"""


def run(project: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(HEAD + text)
    warnings = ["-Werror", "-Wignore:Module already imported"]  # by an editable installation
    # Hypothesis is slow to load, and of no use here.
    plugins = ["-pno:cacheprovider", "-pno:hypothesispytest"]
    return project.runpytest_inprocess(*plugins, *warnings, *arguments)
