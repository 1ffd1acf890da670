# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A chip that records its wire and answers what a test says."""

from __future__ import annotations

from recording_chip import RecordingChip

# What an open bus shows.
_NOTHING = 0xFF


class AnsweringChip(RecordingChip):
    """Each read begins with the first of `answer`; behind its end there is nothing."""

    def __init__(self, address: int, answer: bytes = b"") -> None:
        super().__init__(address)
        self.answer = answer
        self._position = 0

    def stop(self) -> None:
        super().stop()
        self._position = 0

    def read_byte(self) -> int:
        value = self.answer[self._position] if self._position < len(self.answer) else _NOTHING
        self._position += 1
        self._record(f"read {value:02x}")
        return value
