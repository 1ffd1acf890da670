# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""QEMU's own models of chips, on a bus whose two wires are moved one by one.

No guest runs: the processor of an Arm board stands still, and its I2C controller, which is two bits in
registers (hw/i2c/arm_sbcon_i2c.c), is written and read over QTest (docs/devel/qtest.rst).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from vhost_device.guest.qmp import QmpReader, encode_command
from vhost_device.i2c import AddressNack, DataNack, Read, Write

PROGRAM = "qemu-system-arm"
END_LIMIT_S = 10.0
ANSWER_LIMIT_S = 30.0

# The Versatile's controller, and the addresses in it that set and clear the bits.
SET = 0x10002000
CLEAR = SET + 4
SCL = 0x1
SDA = 0x2
BITS = range(7, -1, -1)


def move(wire: int, high: bool | int) -> list[str]:
    return [f"writel {SET if high else CLEAR:#x} {wire:#x}"]


def put_bit(bit: bool | int) -> list[str]:
    return [*move(SDA, bit), *move(SCL, True), *move(SCL, False)]


def take_bit() -> list[str]:
    return [*move(SDA, True), *move(SCL, True), f"readl {SET:#x}", *move(SCL, False)]


class QemuModels:
    """A bus with `devices`, each as QEMU's -device has it, and the DS1338 at 0x68 of the board itself."""

    def __init__(self, *devices: str) -> None:
        if shutil.which(PROGRAM) is None:
            raise AssertionError(f"there is no {PROGRAM}; install the package {PROGRAM}")
        # Not its standard input and output: models write there.
        self._tester, far_tester = socket.socketpair()
        self._monitor, far_monitor = socket.socketpair()
        for end in (self._tester, self._monitor):
            end.settimeout(ANSWER_LIMIT_S)
        self._answers = self._tester.makefile("r")
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        with far_tester, far_monitor:
            far = (far_tester.fileno(), far_monitor.fileno())
            self._process = subprocess.Popen(
                self._command(*far, devices),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env={**os.environ, "QEMU_AUDIO_DRV": "none"},
                pass_fds=far,
            )
        self._qmp = QmpReader()
        self._commands = 0
        self._watched: dict[int, bool] = {}
        try:
            self._command_monitor("qmp_capabilities", {})
            self._ask(*move(SDA, True), *move(SCL, True))
        except BaseException:
            self._end()
            raise

    @staticmethod
    def _command(tester: int, monitor: int, devices: Sequence[str]) -> list[str]:
        return [
            *("setpriv", "--pdeathsig", "KILL", PROGRAM),
            *("-machine", "versatilepb", "-S", "-nodefaults", "-display", "none"),
            *("-chardev", f"socket,id=tester,fd={tester}", "-object", "qtest,id=qtest,chardev=tester"),
            *("-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control"),
            *(argument for device in devices for argument in ("-device", device)),
        ]

    def __enter__(self) -> QemuModels:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(END_LIMIT_S)
        for each in (self._answers, self._tester, self._monitor, self._log):
            each.close()

    def _why_it_ended(self) -> str:
        self._log.seek(0)
        return f"{PROGRAM} has ended: {self._log.read()}"

    def transfer(self, messages: Sequence[Read | Write]) -> list[bytes]:
        """One transaction, as Bus.transfer; what each Read got. AddressNack and DataNack as there."""
        reads: list[bytes] = []
        try:
            for index, message in enumerate(messages):
                self._start()
                self._message(index, len(messages), message, reads)
        finally:
            self._stop()
        return reads

    def set_property(self, device: str, name: str, value: object) -> None:
        """Sets a property of the device with that id."""
        self._command_monitor(
            "qom-set", {"path": f"/machine/peripheral/{device}", "property": name, "value": value}
        )

    def watch(self, device: str) -> None:
        """Follows the outputs of the device with that id; one device at most."""
        self._ask(f"irq_intercept_out /machine/peripheral/{device}")

    def level(self, output: int) -> bool:
        """Whether an output of the device watched is high; low until it first changed."""
        self._ask(f"readl {SET:#x}")  # changes come before the answer
        return self._watched.get(output, False)

    def _message(self, index: int, count: int, message: Read | Write, reads: list[bytes]) -> None:
        is_read = isinstance(message, Read)
        if not self._put(message.address.value << 1 | is_read):
            raise AddressNack(message.address, index, count)
        if isinstance(message, Read):
            last = message.length - 1
            reads.append(bytes(self._take(acknowledge=at < last) for at in range(message.length)))
            return
        for byte in message.data:
            if not self._put(byte):
                raise DataNack(message.address, index, count)

    def _start(self) -> None:
        self._ask(*move(SDA, True), *move(SCL, True), *move(SDA, False), *move(SCL, False))

    def _stop(self) -> None:
        self._ask(*move(SDA, False), *move(SCL, True), *move(SDA, True))

    def _put(self, byte: int) -> bool:
        acknowledge = self._ask(
            *(command for bit in BITS for command in put_bit(byte >> bit & 1)), *take_bit()
        )
        return not acknowledge[0]

    def _take(self, acknowledge: bool) -> int:
        bits = self._ask(*(command for _ in BITS for command in take_bit()), *put_bit(not acknowledge))
        return sum(bit << at for bit, at in zip(bits, BITS))

    def _ask(self, *commands: str) -> list[int]:
        """Sends all commands; the level of SDA for each that reads."""
        self._tester.sendall("".join(command + "\n" for command in commands).encode())
        answers = [self._answer() for _ in commands]
        return [int(words[1], 16) >> 1 & 1 for words in answers if len(words) > 1]

    def _answer(self) -> list[str]:
        while (line := self._answers.readline()).startswith("IRQ "):
            _, change, number = line.split()
            self._watched[int(number)] = change == "raise"
        words = line.split()
        assert line, self._why_it_ended()
        assert words[:1] == ["OK"], f"{PROGRAM} answered {line!r}"
        return words

    def _command_monitor(self, command: str, arguments: dict[str, Any]) -> None:
        self._commands += 1
        self._monitor.sendall(encode_command(self._commands, command, arguments))
        while not self._qmp.has_answer(self._commands):
            try:
                received = self._monitor.recv(4096)
            except ConnectionError:
                received = b""
            assert received, self._why_it_ended()
            self._qmp.feed(received)
        self._qmp.take_answer(self._commands, command)
