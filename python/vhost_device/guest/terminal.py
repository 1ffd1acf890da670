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
_READ_SIZE = 4096
_WAIT_S = 10.0


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
        machine.send_shell_output_to(_write_stdout)
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
    shell = agent.start(
        f"stty sane rows {rows} columns {columns} <>/dev/hvc0; exec setsid -c sh -l <>/dev/hvc0 >&0 2>&1"
    )
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
                machine.shell.queue(b"\x04")
                reading = False


def _write_stdout(data: bytes) -> None:
    os.write(sys.stdout.fileno(), data)
