# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a guest command gave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandResult:
    """Exit status and both outputs of a command. A command killed by signal N has status 128 + N."""

    status: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """stdout as text; bytes that are not UTF-8 are shown as replacement characters."""
        return self.stdout.decode(errors="replace")

    @property
    def error_text(self) -> str:
        """stderr as text."""
        return self.stderr.decode(errors="replace")

    @property
    def ok(self) -> bool:
        return self.status == 0
