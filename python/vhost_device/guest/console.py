# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's console: keeps its end, and sees a kernel panic go by."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

_KEPT_BYTES = 256 << 10
_TAIL_LINES = 30
_PANIC = re.compile(r"Kernel panic - not syncing: (?P<reason>.*)")
_PANIC_END = "---[ end Kernel panic"
_ESCAPE = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[c78])")


class Console:
    """Collects what the guest prints on ttyS0, in memory and, if asked for, in a file."""

    def __init__(self, log: Path | None = None) -> None:
        self._kept = bytearray()
        self._log: BinaryIO | None = log.open("wb", buffering=0) if log else None

    def feed(self, data: bytes) -> None:
        self._kept += data
        del self._kept[:-_KEPT_BYTES]
        if self._log is not None:
            self._log.write(data)

    def start_again(self) -> None:
        """Forgets a panic of an earlier boot; the log file keeps everything."""
        self._kept.clear()

    def close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None

    @property
    def text(self) -> str:
        """The end of the console, at most 256 KiB, without terminal control sequences."""
        return _ESCAPE.sub("", self._kept.decode(errors="replace").replace("\r", ""))

    def tail(self, lines: int = _TAIL_LINES) -> str:
        """The last lines. After a panic, those from its first sign on are among them."""
        return "\n".join(self.text.rstrip().splitlines()[-lines:])

    @property
    def panic(self) -> str | None:
        """What the kernel panicked of, or None."""
        match = _PANIC.search(self.text) if b"Kernel panic" in self._kept else None
        return match["reason"] if match else None

    @property
    def panic_complete(self) -> bool:
        """True once the kernel has said everything about its panic."""
        return _PANIC_END.encode() in self._kept
