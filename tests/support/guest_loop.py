# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A command that a guest runs again and again in the background, while the test does something else."""

from __future__ import annotations

import itertools

from vhost_device.guest import LinuxGuest

_LIMIT_S = 60.0
_numbers = itertools.count(1)


class GuestLoop:
    """Runs `command` until it fails, or until the end of the `with`, after which nothing of it runs."""

    def __init__(self, guest: LinuxGuest, command: str) -> None:
        self._guest = guest
        self._command = command
        self._files = f"/tmp/loop{next(_numbers)}"

    def __enter__(self) -> GuestLoop:
        files = self._files
        self._guest.run(
            f"touch {files}.count; (while [ ! -e {files}.stop ]"
            f" && {{ {self._command}; }} >{files}.output 2>&1; do echo >>{files}.count; done;"
            f" touch {files}.ended) </dev/null >/dev/null 2>&1 &",
            check=True,
        )
        return self

    @property
    def count(self) -> int:
        """How often the command has succeeded."""
        return int(self._guest.run(f"wc -l <{self._files}.count", check=True).text)

    def wait_for_more(self, runs: int) -> None:
        """Waits until the command has succeeded `runs` times more than now."""
        wanted = self.count + runs
        self._guest.wait_until(
            f"{self._command!r} to succeed {wanted} times",
            f"[ $(wc -l <{self._files}.count) -ge {wanted} ]",
            _LIMIT_S,
        )

    def wait_for_failure(self) -> str:
        """Waits until the command fails; returns what it printed then."""
        files = self._files
        self._guest.wait_until(f"{self._command!r} to fail", f"[ -e {files}.ended ]", _LIMIT_S)
        return self._guest.run(f"cat {files}.output", check=True).text

    def __exit__(self, *error: object) -> None:
        if not self._guest.running:
            return
        files = self._files
        # A reboot ends it, too, and forgets its files.
        self._guest.wait_until(
            f"{self._command!r} to be over",
            f"[ ! -e {files}.count ] || {{ touch {files}.stop; [ -e {files}.ended ]; }}",
            _LIMIT_S,
        )
