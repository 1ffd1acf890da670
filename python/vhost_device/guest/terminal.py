# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Connects the user's terminal to a shell on the guest's second console."""

from __future__ import annotations

import os
import shutil
import sys
import termios
import tty

from vhost_device.guest.agent import Agent
from vhost_device.guest.errors import QemuExited
from vhost_device.guest.machine import Machine

LEAVE_KEY = b"\x1d"  # Ctrl-]
_PROMPT = b"guest:"  # scripts/profile.sh
_READ_SIZE = 4096
_WAIT_S = 10.0
_START_LIMIT_S = 20.0


def interact(machine: Machine, agent: Agent) -> int:
    """Runs a shell until it ends, the guest powers off, or the user presses Ctrl-].

    Returns the shell's status, or 0. The terminal is as before afterwards, however this ends.
    """
    descriptor = sys.stdin.fileno()
    columns, rows = shutil.get_terminal_size()
    restore = termios.tcgetattr(descriptor) if os.isatty(descriptor) else None
    print("A shell in the guest; leave it with 'exit' or Ctrl-].", flush=True)
    try:
        if restore is not None:
            tty.setraw(descriptor)
        return _serve(machine, agent, descriptor, rows, columns)
    except QemuExited as ended:
        if ended.returncode != 0:
            raise
        return 0
    finally:
        machine.send_shell_output_to(None)
        if restore is not None:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, restore)
        print(flush=True)


def _serve(machine: Machine, agent: Agent, descriptor: int, rows: int, columns: int) -> int:
    output = _Output()
    machine.send_shell_output_to(output.write)
    shell = agent.start(
        # The command leads a session, so the first terminal that it opens becomes its own.
        f"exec <>/dev/hvc0 >&0 2>&1; stty sane rows {rows} columns {columns}; exec sh -l"
    )
    # Keys that come before the shell has its terminal would be lost.
    machine.wait_for("the guest's shell to show its prompt", _START_LIMIT_S, lambda: output.prompted or None)
    reading = True
    while True:
        typed = machine.pump(_WAIT_S, descriptor if reading else None)
        machine.check_alive("the shell to end")
        result = agent.take_result(shell)
        if result is not None:
            return result.status
        if typed:
            keys = os.read(descriptor, _READ_SIZE)
            before, leave, _ = keys.partition(LEAVE_KEY)
            machine.shell.queue(before)
            if leave:
                agent.stop(shell)
                return 0
            if not keys:
                # A script's input has ended: so does the shell's.
                machine.shell.queue(b"\nexit\n")
                reading = False


class _Output:
    """Shows what the shell prints, and notices its first prompt."""

    def __init__(self) -> None:
        self.prompted = False
        self._line = b""

    def write(self, data: bytes) -> None:
        self._line = (self._line + data).rpartition(b"\n")[2]
        self.prompted = self.prompted or self._line.startswith(_PROMPT)
        os.write(sys.stdout.fileno(), data)
