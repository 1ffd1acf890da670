# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Starts QEMU, holds the streams to it, and makes sure that it never outlives us."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from vhost_device.guest.errors import GuestError
from vhost_device.guest.image import GuestImage

# Buses sit at fixed slots of the PCI root, so that each is found again in the guest; QEMU places
# everything else in the slots below.
FIRST_BUS_SLOT = 0x10
MAX_BUSES = 0x1F - FIRST_BUS_SLOT
AGENT_PORT = "guest.agent"

_KERNEL_ARGUMENTS = (
    "console=ttyS0",
    # Whatever goes wrong in a driver is to be seen at once: an oops becomes a panic, a panic stays.
    "oops=panic",
    "panic=0",
    # Known good on QEMU, and slow to find out.
    "tsc=reliable",
    "no_timer_check",
    "cryptomgr.notests",
    "mitigations=off",
    "8250.nr_uarts=1",
    # An EEPROM's write cycle, in ms: at24 gives up after 25, and an emulated machine on a busy host may
    # stand still for longer than that between two tries.
    "at24.write_timeout=1000",
)
_STREAMS = ("console", "agent", "shell", "qmp")
_READ_SIZE = 1 << 16
_STDERR_KEPT = 4096


@dataclass(frozen=True)
class QemuOptions:
    """What decides QEMU's command line."""

    image: GuestImage
    sockets: Sequence[str] = ()
    accel: str = "tcg"
    memory_mib: int = 256
    qemu: str = "qemu-system-x86_64"
    extra_args: Sequence[str] = ()
    kernel_args: Sequence[str] = ()
    packed: bool = False


def command_line(options: QemuOptions, descriptors: dict[str, int]) -> list[str]:
    """QEMU's command line; `descriptors` are the inherited ends of the streams."""
    memory = f"{options.memory_mib}M"
    line = [
        options.qemu,
        *("-nodefaults", "-no-user-config", "-display", "none", "-nic", "none"),
        *("-machine", "q35,memory-backend=memory", "-accel", options.accel, "-m", memory),
        *("-cpu", "host" if options.accel == "kvm" else "qemu64"),
        *("-object", f"memory-backend-memfd,id=memory,size={memory},share=on"),
        *("-kernel", str(options.image.kernel), "-initrd", str(options.image.initramfs)),
        *("-append", " ".join((*_KERNEL_ARGUMENTS, *options.kernel_args))),
    ]
    for name, descriptor in descriptors.items():
        line += ["-chardev", f"socket,id={name},fd={descriptor}"]
    line += [
        *("-serial", "chardev:console", "-mon", "chardev=qmp,mode=control"),
        *("-device", "virtio-serial-pci", "-device", "virtconsole,chardev=shell"),
        *("-device", f"virtserialport,chardev=agent,name={AGENT_PORT}"),
    ]
    ring = ",packed=on" if options.packed else ""
    for index, path in enumerate(options.sockets):
        escaped = path.replace(",", ",,")
        slot = FIRST_BUS_SLOT + index
        line += ["-chardev", f"socket,id=bus{index},path={escaped}"]
        line += ["-device", f"vhost-user-i2c-pci,id=i2c{index},chardev=bus{index},addr={slot:#x}{ring}"]
    return [*line, *options.extra_args]


@dataclass
class Stream:
    """Our end of one of QEMU's character devices; reading never blocks."""

    socket: socket.socket
    open: bool = True
    _waiting: bytearray = field(default_factory=bytearray)

    def read(self) -> bytes:
        """What there is; b"" and `open` False once QEMU is gone."""
        collected = bytearray()
        while self.open:
            try:
                data = self.socket.recv(_READ_SIZE)
            except BlockingIOError:
                break
            except ConnectionError:
                data = b""
            if not data:
                self.open = False
            collected += data
        return bytes(collected)

    def queue(self, data: bytes) -> None:
        """Hands `data` over for sending; flush() sends what fits."""
        self._waiting += data
        self.flush()

    def flush(self) -> None:
        while self._waiting and self.open:
            try:
                sent = self.socket.send(self._waiting)
            except BlockingIOError:
                return
            except (BrokenPipeError, ConnectionError):
                self.open = False
                return
            del self._waiting[:sent]

    def forget(self) -> None:
        """Drops what was not sent yet."""
        self._waiting.clear()

    @property
    def interest(self) -> int:
        return select.POLLIN | (select.POLLOUT if self._waiting else 0)


class QemuProcess:
    """A running QEMU and the streams to it."""

    def __init__(self, options: QemuOptions) -> None:
        pairs = {name: socket.socketpair() for name in _STREAMS}
        theirs = {name: pair[1].fileno() for name, pair in pairs.items()}
        self.command = command_line(options, theirs)
        self.streams = {name: Stream(pair[0]) for name, pair in pairs.items()}
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 (kept until kill())
        for stream in self.streams.values():
            stream.socket.setblocking(False)
        try:
            self._process = _start(self.command, tuple(theirs.values()), self._stderr.fileno())
            self.exit_descriptor = os.pidfd_open(self._process.pid)
        except BaseException:
            self._close_streams()
            self._stderr.close()
            raise
        finally:
            for pair in pairs.values():
                pair[1].close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def last_words(self) -> str:
        """The end of what QEMU printed on stderr."""
        size = os.fstat(self._stderr.fileno()).st_size
        start = max(0, size - _STDERR_KEPT)
        return os.pread(self._stderr.fileno(), _STDERR_KEPT, start).decode(errors="replace").strip()

    def kill(self) -> None:
        """Ends QEMU at once and frees everything; may be called again."""
        if self._stderr.closed:
            return
        self._process.kill()
        self._process.wait()
        os.close(self.exit_descriptor)
        self._close_streams()
        self._stderr.close()

    def _close_streams(self) -> None:
        for stream in self.streams.values():
            stream.open = False
            stream.socket.close()


def _start(command: Sequence[str], descriptors: tuple[int, ...], stderr: int) -> subprocess.Popen[bytes]:
    """Starts QEMU so that the kernel kills it when this process ends, however it ends.

    The kernel ties that to the thread that started the child, so a thread is kept for it which lives as
    long as QEMU does.
    """
    for program, package in ((command[0], "qemu-system-x86"), ("setpriv", "util-linux")):
        if shutil.which(program) is None:
            raise GuestError(f"{program!r} is missing: run 'apt-get install {package}' as root")
    started = threading.Event()
    outcome: list[subprocess.Popen[bytes] | BaseException] = []

    def run() -> None:
        try:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                pass_fds=descriptors,
                # A Ctrl-C in the terminal is for us; we end QEMU in good order.
                start_new_session=True,
            )
        except BaseException as error:
            outcome.append(error)
            started.set()
            return
        outcome.append(process)
        started.set()
        # Only watches: it is reaped by whoever asks for its return code, perhaps before this returns.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    threading.Thread(target=run, name="qemu-keeper", daemon=True).start()
    started.wait()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def describe_exit(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended with status {returncode}"
