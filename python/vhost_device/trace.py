# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What moved on a bus: to look at, to assert on, and as files.

    bus.trace.assert_written(0x48, b"\\x01\\x60")
    bus.trace.save("run.pcapng")

A simulated bus has a trace from the beginning; Tracer gives one to any other adapter.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from types import TracebackType

from vhost_device import _core
from vhost_device._checks import check_adapter, check_clock, check_path, checked_address
from vhost_device._core import Adapter, Address, Clock, RealClock, TracedMessage, Transaction
from vhost_device._files import CLOSE_LIMIT_S, PathLike

__all__ = ["LiveTrace", "Trace", "TracedMessage", "Tracer", "Transaction"]

_BUS = "i2c"  # what files call it
_SHOWN = 20  # messages in the text of a failed assertion


class Trace:
    """The last transactions on a bus, as far as `limit` bytes of memory allow.

    Those that failed are in it, too, also when nothing was put on the wire for them. Times are the
    bus's clock's, and include waiting for the bus.
    """

    def __init__(self, tracer: _core.Tracer) -> None:
        self._tracer = tracer

    def __repr__(self) -> str:
        return f"<Trace of {len(self.transactions)} transactions>"

    # ---- what was recorded

    @property
    def transactions(self) -> list[Transaction]:
        """In the order in which they ended."""
        return self._tracer._transactions()

    @property
    def dropped(self) -> int:
        """How many older ones are not there any more."""
        return self._tracer._dropped

    def messages(self, address: int | Address | None = None, read: bool | None = None) -> list[TracedMessage]:
        """The messages of all transactions: to one address, and of one direction, if those are given."""
        wanted = None if address is None else checked_address(address)
        return [
            message
            for transaction in self.transactions
            for message in transaction.messages
            if (wanted is None or message.address == wanted) and (read is None or message.read == read)
        ]

    def assert_written(self, address: int | Address, data: bytes | Iterable[int]) -> TracedMessage:
        """AssertionError, which lists what was written there, unless one message wrote exactly `data`.

        Returns the last such message. One that failed does not count.
        """
        if isinstance(data, int):  # of which bytes() makes so many zeros
            raise TypeError(f"data {data!r}: expected bytes or a list of numbers, such as [{data!r}]")
        try:
            expected = bytes(data)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"data {data!r}: expected bytes or a list of numbers from 0 to 255") from None
        written = self.messages(address, read=False)
        for message in reversed(written):
            if message.ok and message.data == expected:
                return message
        raise AssertionError(self._not_written(address, expected, written))

    def clear(self) -> None:
        """Forgets everything, also `dropped`. Files that are written live go on."""
        self._tracer._clear()

    # ---- how much is recorded

    @property
    def limit(self) -> int:
        """The memory for transactions, in bytes; what is over it is forgotten, the oldest first."""
        return self._tracer._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._tracer._limit = limit

    @property
    def enabled(self) -> bool:
        """Whether anything is recorded."""
        return self._tracer._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._tracer._enabled = enabled

    # ---- files

    def text(self) -> str:
        """One line for each transaction; docs/TRACE.md tells how to read them."""
        return self._tracer._text(_BUS).decode("utf-8", "replace")

    def save(self, path: PathLike) -> None:
        """Writes what was recorded to a file: .pcapng for Wireshark, .vcd for PulseView, else text.

        OSError if that cannot be, as when a live trace or a recording is being written to it.
        """
        check_path(path)
        self._tracer._save(path, _BUS)

    def to(self, path: PathLike) -> LiveTrace:
        """Writes what is transferred from now on to such a file, as it happens.

        Until the end of a `with` block, or close(): keep what is returned, since it ends with that, too.
        A file that is slow or full does not hold up the bus: see LiveTrace.dropped. OSError if it cannot be
        made, or if another trace or a recording is being written to it.
        """
        check_path(path)
        return LiveTrace(self._tracer._write_to(path, _BUS), os.fspath(path))

    # ---- inside

    @staticmethod
    def _not_written(address: int | Address, data: bytes, written: list[TracedMessage]) -> str:
        where = checked_address(address)
        text = f"{where}: expected a write of {_hex(data)}"
        if not written:
            return f"{text}, and nothing was written there"
        lines = [f"  {_hex(m.data)}{'' if m.error is None else f'  ({m.error})'}" for m in written[-_SHOWN:]]
        left_out = len(written) - len(lines)
        if left_out > 0:
            lines.insert(0, f"  ... {left_out} more")
        return "\n".join([f"{text}, and what was written there is:", *lines])


class LiveTrace:
    """A file that a trace is written to, until it is closed or its `with` ends.

    As an open file, it ends when nobody has it any more; that is a ResourceWarning.
    """

    def __init__(self, live: _core.LiveTrace, path: str) -> None:
        self._live = live
        self._path = path
        self._closed = False

    def __repr__(self) -> str:
        return f"<LiveTrace to {self._path}>"

    @property
    def dropped(self) -> int:
        """How many transactions are not in the file, since it took them too slowly or not at all."""
        return self._live.dropped

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closed

    def close(self) -> None:
        """Writes what waits still, and closes the file. TimeoutError if nobody takes it for 2 seconds."""
        self._closed = True
        if not self._live.close(CLOSE_LIMIT_S):
            raise TimeoutError(f"{self._path}: not written to its end within {CLOSE_LIMIT_S:g} s")

    def __enter__(self) -> LiveTrace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            try:
                warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self, stacklevel=2)
            finally:
                self.close()  # who keeps the warning keeps this


class Tracer(_core.Tracer):
    """Records what moves on an adapter: transfer on this one, or serve it, instead of that one.

    Its clock is the host's unless one is given, such as that of a simulated bus.
    """

    def __init__(self, adapter: Adapter, clock: Clock | None = None) -> None:
        check_adapter(adapter)
        check_clock(clock)
        super().__init__(adapter, RealClock() if clock is None else clock)
        self._adapter = adapter

    @property
    def adapter(self) -> Adapter:
        """What it records."""
        return self._adapter

    @property
    def trace(self) -> Trace:
        """What was recorded."""
        return Trace(self)


def _hex(data: bytes) -> str:
    return data.hex(" ") if data else "(the address alone)"
