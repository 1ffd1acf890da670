# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A Linux guest under QEMU, whose I2C buses are vhost-user sockets."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Union

from vhost_device.guest import files, terminal
from vhost_device.guest.agent import Agent
from vhost_device.guest.devices import Binder, SysfsDevice
from vhost_device.guest.errors import (
    CommandFailed,
    CommandTimeout,
    GuestError,
    GuestFailure,
    GuestNotUsable,
    GuestTimeout,
)
from vhost_device.guest.image import GuestImage, find_image
from vhost_device.guest.machine import Machine
from vhost_device.guest.qemu import MAX_BUSES, QemuOptions
from vhost_device.guest.result import CommandResult

PathLike = Union[str, "os.PathLike[str]"]

BOOT_TIMEOUT_S = 60.0
COMMAND_TIMEOUT_S = 30.0
BIND_TIMEOUT_S = 2.0
_SHUTDOWN_TIMEOUT_S = 20.0
_QUIT_LIMIT_S = 5.0
_PROBE_LIMIT_S = 15.0
_ACCELERATORS = ("tcg", "kvm", "auto")


class LinuxGuest:
    """A guest with one I2C bus for each of `sockets`, which must be listening when it starts.

    Use it as a context manager, or call start() and close(). `accel` is "tcg" (works everywhere),
    "kvm", or "auto" (KVM if a short probe boot shows that it works). `console_log` is a file that gets
    everything the guest prints on its console. `packed` gives the buses packed virtqueues instead of
    split ones. All limits are in seconds.

    A lock lets one thread at a time use a guest; different guests are independent.
    """

    def __init__(
        self,
        sockets: Sequence[PathLike] = (),
        *,
        image: GuestImage | None = None,
        accel: str = "tcg",
        memory_mib: int = 256,
        qemu: str = "qemu-system-x86_64",
        extra_args: Sequence[str] = (),
        kernel_args: Sequence[str] = (),
        packed: bool = False,
        boot_timeout: float = BOOT_TIMEOUT_S,
        command_timeout: float = COMMAND_TIMEOUT_S,
        console_log: PathLike | None = None,
    ) -> None:
        if accel not in _ACCELERATORS:
            raise ValueError(f"accel {accel!r}: expected one of {', '.join(_ACCELERATORS)}")
        if len(sockets) > MAX_BUSES:
            raise ValueError(f"{len(sockets)} bus sockets: a guest has room for {MAX_BUSES}")
        self.sockets = tuple(os.fspath(path) for path in sockets)
        self.image = image if image is not None else find_image()
        self.accel = accel
        self._memory_mib = memory_mib
        self._qemu = qemu
        self._extra_args = tuple(extra_args)
        self._kernel_args = tuple(kernel_args)
        self._packed = packed
        self._boot_timeout = boot_timeout
        self._command_timeout = command_timeout
        self._console_log = Path(console_log) if console_log is not None else None
        self._lock = threading.RLock()
        self._machine: Machine | None = None
        self._agent: Agent | None = None
        self._paused = False
        self._binder = Binder(self, len(self.sockets))

    # ---- life

    def start(self) -> LinuxGuest:
        """Starts QEMU and waits until the guest takes commands. On failure nothing is left running."""
        with self._lock:
            if self._machine is not None:
                raise GuestNotUsable("the guest was started before")
            if self.accel == "auto":
                self.accel = "kvm" if kvm_works(self._qemu, self.image) else "tcg"
            machine = Machine(self._options(), self._console_log)
            self._machine, self._agent = machine, Agent(machine)
            try:
                machine.connect_monitor()
                self._agent.wait_for_boot(self._boot_timeout)
            except BaseException:
                machine.kill()
                raise
        return self

    def close(self) -> None:
        """Ends QEMU without asking the guest; may be called again, and always leaves nothing running."""
        with self._lock:
            machine = self._machine
            if machine is None:
                return
            try:
                if machine.running:
                    machine.quit(_QUIT_LIMIT_S)
            except GuestFailure:
                # It is killed below, which is all that was wanted.
                pass
            finally:
                machine.kill()

    def shutdown(self, timeout: float = _SHUTDOWN_TIMEOUT_S) -> None:
        """Powers the guest off from inside and waits until QEMU has ended."""
        with self._lock:
            machine, agent = self._ready("shut down")
            try:
                agent.start("poweroff -f")
                machine.wait_for_exit("the guest to power off", timeout)
            finally:
                machine.kill()

    def reboot(self, *, hard: bool = False, timeout: float | None = None) -> None:
        """Reboots inside the same QEMU and waits until the guest takes commands again.

        `hard` is the reset button: it also works on a guest that hangs or has panicked.
        """
        with self._lock:
            machine, agent = self._ready("reboot", paused=hard)
            machine.restart_streams()
            self._binder.forget()
            if hard:
                machine.qmp("system_reset")
                self._resume(machine)
            else:
                agent.start("reboot -f")
            agent.wait_for_boot(self._boot_timeout if timeout is None else timeout)

    def pause(self) -> None:
        """Stops the guest's processors and devices."""
        with self._lock:
            self._ready("pause")[0].qmp("stop")
            self._paused = True

    def resume(self) -> None:
        """Goes on after pause()."""
        with self._lock:
            self._resume(self._ready("resume", paused=True)[0])

    def __enter__(self) -> LinuxGuest:
        return self if self._machine is not None else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---- state

    @property
    def running(self) -> bool:
        """Whether QEMU is there."""
        return self._machine is not None and self._machine.running

    @property
    def pid(self) -> int:
        """QEMU's process id."""
        return self._started("tell its process id").pid

    @property
    def console(self) -> str:
        """The end of what the guest printed on its console, up to 256 KiB."""
        with self._lock:
            machine = self._started("show its console")
            if machine.running:
                machine.pump(0)
            return machine.console.text

    def dmesg(self, lines: int | None = None) -> str:
        """The guest's kernel log, or its last lines."""
        last = "" if lines is None else f" | tail -n {lines}"
        return self.run(f"dmesg{last}", check=True).text

    # ---- commands and files

    def run(
        self, command: str, *, timeout: float | None = None, check: bool = False, stdin: bytes = b""
    ) -> CommandResult:
        """Runs a shell command in the guest.

        With `check`, a status other than 0 raises CommandFailed. A command over its limit is killed and
        raises CommandTimeout, and the guest stays usable. GuestPanic, QemuExited and GuestRebooted tell
        of a guest that ended under it.
        """
        with self._lock:
            agent = self._ready(f"run {command!r}")[1]
            result = agent.run(command, self._command_timeout if timeout is None else timeout, stdin)
        if check and result.status != 0:
            raise CommandFailed(command, result)
        return result

    def wait_until(self, what: str, condition: str, timeout: float) -> CommandResult:
        """Waits in the guest until the shell command `condition` succeeds; returns its result.

        GuestTimeout, with `what` for a name, if it does not within `timeout`.
        """
        try:
            return self.run(f"until {condition}\ndo usleep 2000; done", timeout=timeout)
        except CommandTimeout as error:
            raise GuestTimeout(what, timeout, error.console) from None

    def write_file(self, path: str, data: bytes) -> None:
        """Makes a file in the guest. GuestOSError if it cannot be made."""
        files.write_file(self, path, data)

    def read_file(self, path: str) -> bytes:
        """The content of a file in the guest. GuestOSError if it cannot be read."""
        return files.read_file(self, path)

    def interact(self) -> int:
        """Gives the user's terminal a shell in the guest until `exit`, power-off or Ctrl-]."""
        with self._lock:
            machine, agent = self._ready("give a shell")
            return terminal.interact(machine, agent)

    # ---- buses and drivers

    def bus(self, index: int = 0) -> int:
        """The guest's number of the adapter that is bus `index`: N of /dev/i2c-N."""
        return self._binder.adapter_number(index)

    def bind(
        self,
        chip: str,
        address: int,
        bus: int = 0,
        *,
        adapter: int | None = None,
        properties: Mapping[str, int | bool] | None = None,
        timeout: float = BIND_TIMEOUT_S,
    ) -> SysfsDevice:
        """Lets the guest's driver for `chip` serve `address` on a bus.

        `chip` is a name that the driver knows ("lm75", "24c32"); its module is loaded. `properties` are
        what a devicetree would say of it: {"pagesize": 32} lets at24 write whole pages instead of single
        bytes, and "match-data" stands for what a devicetree's match table would tell the driver (adxl345
        wants it). `adapter` is a number of the guest's own, for an adapter that is none of our buses.

        Probing is part of creating the device; `timeout` is for the few drivers that probe later.
        DriverNotBound if none took it, GuestOSError (EBUSY) if the address is in use.
        """
        with self._lock:
            number = self.bus(bus) if adapter is None else adapter
            return self._binder.bind(chip, address, number, properties or {}, timeout)

    def unbind(self, device: SysfsDevice) -> None:
        """Takes away what bind() made."""
        with self._lock:
            self._binder.unbind(device)

    def unbind_all(self) -> None:
        """Takes away everything that bind() made and that is still there."""
        with self._lock:
            self._binder.unbind_all()

    # ---- the monitor

    def qmp(self, command: str, arguments: dict[str, Any] | None = None) -> Any:
        """Runs a command of QEMU's monitor. QmpError if QEMU refuses it."""
        with self._lock:
            return self._ready(f"run {command!r}", paused=True)[0].qmp(command, arguments)

    # ---- inside

    def _options(self) -> QemuOptions:
        return QemuOptions(
            image=self.image,
            sockets=self.sockets,
            accel=self.accel,
            memory_mib=self._memory_mib,
            qemu=self._qemu,
            extra_args=self._extra_args,
            kernel_args=self._kernel_args,
            packed=self._packed,
        )

    def _started(self, purpose: str) -> Machine:
        if self._machine is None:
            raise GuestNotUsable(f"cannot {purpose}: the guest was not started")
        return self._machine

    def _ready(self, purpose: str, *, paused: bool = False) -> tuple[Machine, Agent]:
        machine = self._started(purpose)
        machine.require_running(purpose)
        if self._paused and not paused:
            raise GuestNotUsable(f"cannot {purpose}: the guest is paused, call resume() first")
        assert self._agent is not None
        return machine, self._agent

    def _resume(self, machine: Machine) -> None:
        machine.qmp("cont")
        self._paused = False


@functools.cache
def kvm_works(qemu: str, image: GuestImage) -> bool:
    """Whether a guest boots under KVM here. Having /dev/kvm proves nothing, so one is booted, once."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    try:
        with LinuxGuest(image=image, accel="kvm", qemu=qemu, boot_timeout=_PROBE_LIMIT_S):
            return True
    except GuestError:
        return False
