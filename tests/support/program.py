# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Whole Python programs, and chips for them."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from vhost_device import InProcessGuest
from vhost_device.errors import FrontEndError

LIMIT_S = 30.0

# A chip that takes a while, so that a guest is usually inside of it.
SLOW_SCRIPT = """\
import sys
from vhost_device import Daemon
from vhost_device.sim import Bus, Device

class Slow(Device):
    def read(self, length):
        return bytes(sum(range(20_000)) % 256 for _ in range(length))

bus = Bus()
bus.attach(Slow(0x20))
daemon = Daemon(bus, "vi2c.sock").start()
print("ready", flush=True)
"""


# A chip that waits outside of the interpreter, with a thread inside of it.
WAITING_SCRIPT = """\
import os
import sys
import threading
from vhost_device import InProcessGuest
from vhost_device.i2c import Read
from vhost_device.sim import At24, Bus, Device, Lm75

entered = threading.Event()

class Waits(Device):
    def read(self, length):
        entered.set()
        os.read(0, 1)
        return bytes(length)

bus = Bus()
sensor = bus.attach(Lm75(address=0x48))
eeprom = bus.attach(At24("24c02", address=0x50))
bus.attach(Waits(0x20))
threading.Thread(target=bus.transfer, args=([Read(0x20, 1)],), daemon=True).start()
entered.wait()
print("ready", flush=True)
"""


class Program:
    """A Python program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def start(self, text: str) -> subprocess.Popen[str]:
        (self.folder / "program.py").write_text(text)
        self.process = subprocess.Popen(
            # A shell's background ignores SIGINT, and so would this.
            ["env", "--default-signal=INT", sys.executable, "-X", "faulthandler", "program.py"],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        process = self.start(text)
        out, errors = process.communicate(timeout=LIMIT_S)
        return subprocess.CompletedProcess([], process.returncode, out, errors)

    def guest(self) -> InProcessGuest:
        """Connects to the program's daemon as soon as it is there."""
        assert self.process is not None
        end = time.monotonic() + LIMIT_S
        while self.process.poll() is None and time.monotonic() < end:
            with suppress(FrontEndError):
                return InProcessGuest(self.folder / "vi2c.sock")
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=0.01)
        raise AssertionError("the program has no daemon")

    def sockets(self) -> list[str]:
        return [path.name for path in self.folder.iterdir() if path.name != "program.py"]

    def close(self) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.process.communicate()
