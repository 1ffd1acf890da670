# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""User Mode Linux inside of the guest that plays the host: the guest of a guest."""

from __future__ import annotations

from pathlib import Path

from host_guest import HostGuest
from user_mode_linux import command, init_script, output, shell_command

LIMIT_S = 120.0
_PROGRAM = "/run/user-mode-linux"
_ROOT = "/mnt"
_INIT = "/user-mode-linux.init"
_SOCKET = "/run/vhost-device/vi2c.sock0"
_RANDOM = "/proc/sys/kernel/randomize_va_space"


class UserModeLinuxGuest:
    """Runs commands in a kernel that has the bus of the daemon there as its adapter 0."""

    def __init__(self, host: HostGuest, program: Path) -> None:
        self._guest = host.guest
        self._guest.write_file(_PROGRAM, program.read_bytes())
        self._guest.run(f"chmod 755 {_PROGRAM} && mount --bind / {_ROOT}", check=True)
        # A random gap behind the program is added to the memory that the kernel has to set up.
        self._random = self._guest.read_file(_RANDOM)
        self._guest.write_file(_RANDOM, b"0")

    def run(self, commands: str) -> str:
        """Boots, and returns what shell commands print."""
        self._guest.write_file(_INIT, init_script(commands).encode())
        self._guest.run(f"chmod 755 {_INIT}", check=True)
        words = command(_PROGRAM, _SOCKET, root=_ROOT, init=_INIT)
        return output(self._guest.run(shell_command(words), timeout=LIMIT_S).text)

    def remove(self) -> None:
        """Takes it away again."""
        self._guest.write_file(_RANDOM, self._random)
        self._guest.run(f"umount {_ROOT} && rm -f {_PROGRAM} {_INIT}", check=True)
