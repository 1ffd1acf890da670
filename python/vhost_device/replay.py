# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A session on a bus recorded once, and replayed as a bus of its own, without the chips.

    with Recorder(I2cDev(3, [0x48]), "session.txt") as bus, Daemon(bus, socket_path):
        ...
    with Daemon(Replayer("session.txt"), socket_path):
        ...

docs/REPLAY.md has the rules and the file's grammar.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import TracebackType

from vhost_device import _core
from vhost_device._checks import check_adapter, check_path
from vhost_device._core import Adapter, Address
from vhost_device._files import CLOSE_LIMIT_S, PathLike
from vhost_device.errors import RecordingError

__all__ = ["Difference", "Recorder", "RecordingError", "Replayer"]

_MODES = ("state", "strict")


@dataclass(frozen=True)
class Difference:
    """Something that was done and that the recording does not have: what, and how often."""

    text: str
    count: int

    def __str__(self) -> str:
        return f"{self.count}x  {self.text}"


class Recorder(_core.Recorder):
    """Records what moves on an adapter: transfer on this one, or serve it, instead of that one.

    Each transaction goes into the file as it ends, so that a script that is killed leaves what it has
    done. What was in the file is gone. OSError if it cannot be made, or if another recording or trace is
    being written to it, or a Replayer that is still there has read it.
    """

    def __init__(self, adapter: Adapter, path: PathLike) -> None:
        check_adapter(adapter)
        check_path(path)
        super().__init__(adapter, path)
        self._adapter = adapter
        self._path = os.fspath(path)

    def __repr__(self) -> str:
        return f"<Recorder of {self._adapter!r} to {self._path}>"

    @property
    def adapter(self) -> Adapter:
        """What it records."""
        return self._adapter

    @property
    def dropped(self) -> int:
        """How many transactions are not in the file, since it took them too slowly or not at all."""
        return self._dropped

    def close(self) -> None:
        """Ends the recording; transfers go on.

        TimeoutError if the file takes it not within 2 seconds, RecordingError if it does not have all that
        was transferred, as after the disk was full: what it has can be replayed.
        """
        if not self._close(CLOSE_LIMIT_S):
            raise TimeoutError(f"{self._path}: not written to its end within {CLOSE_LIMIT_S:g} s")
        if self._loss:
            raise RecordingError(f"{self._loss}; {self.dropped} transactions are not in it")

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Replayer(_core.Replayer):
    """A bus made of a recording. Nothing on it is made up: each byte that it answers was on the wire.

    In the mode "state" each chip answers what was last seen of it, in any order; in the mode "strict"
    the same transactions in the same order are answered, and everything else fails. What the recording
    does not have is in `differences`, and, once for each kind, a warning in the log. `bus` chooses one
    of several buses in the file, such as "guest1". As long as a Replayer is there, no recording and no
    trace is written over its file.

    RecordingError, with the line and what to do about it, when the file cannot be used.
    """

    def __init__(self, path: PathLike, mode: str = "state", *, bus: str | None = None) -> None:
        if mode not in _MODES:
            raise ValueError(f"mode {mode!r}: expected 'state' or 'strict'")
        check_path(path)
        super().__init__(path, mode == "strict", bus)
        self._path = os.fspath(path)
        self._mode = mode

    def __repr__(self) -> str:
        return f"<Replayer of {self._path}, {self._mode}>"

    @property
    def path(self) -> str:
        """Of the recording, as it was given."""
        return self._path

    @property
    def mode(self) -> str:
        """ "state" or "strict"."""
        return self._mode

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Those of the recording's chips, which it has in a Router; in the mode "strict", all in it."""
        return tuple(self._addresses())

    @property
    def differences(self) -> list[Difference]:
        """What was done and the recording does not have, each kind once; the first 256 of them."""
        return [Difference(text, count) for text, count in self._differences()]

    @property
    def difference_count(self) -> int:
        """How often there was one, of whatever kind."""
        return self._difference_count

    def report(self) -> str:
        """All of it as lines of text: how many transactions, and what was new in them."""
        return self._report()

    def rewind(self) -> None:
        """Begins the recording anew, and forgets the differences."""
        self._rewind()
