# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What became of exceptions in scripted chips."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from dataclasses import dataclass
from typing import NoReturn

from vhost_device import _core
from vhost_device._core import Address, Device

MAX_KEPT = 100


@dataclass(frozen=True)
class ScriptError:
    """An exception in a scripted chip.

    `hook` is the method that the bus called. `traceback` is text, as Python prints it; the exception
    itself is kept without, since a traceback keeps everything alive that it passed.
    """

    chip: str
    address: Address
    hook: str
    exception: BaseException
    traceback: str

    def __str__(self) -> str:
        return f"{self.chip} at {self.address}: exception in {self.hook}()\n{self.traceback}"


class ScriptLog:
    """The first exceptions of a bus's chips, and how many there were."""

    def __init__(self) -> None:
        self._errors: list[ScriptError] = []
        self._count = 0

    @property
    def errors(self) -> list[ScriptError]:
        return list(self._errors)

    @property
    def count(self) -> int:
        return self._count

    def take(self) -> list[ScriptError]:
        taken, self._errors, self._count = self._errors, [], 0
        return taken

    def on_error(self, device: Device, hook: str, exception: BaseException) -> None:
        """Called with the bus's lock held, on any thread: may not wait for anything."""
        self._count += 1
        if self._count > MAX_KEPT + 1:
            return
        if self._count == MAX_KEPT + 1:
            # A guest that polls a broken chip would fill any log.
            _core.log(logging.ERROR, f"more than {MAX_KEPT} exceptions in chips; the rest is only counted")
            return
        text = "".join(traceback.format_exception(type(exception), exception, exception.__traceback__))
        error = ScriptError(device.name, device.address, hook, _without_traceback(exception), text)
        self._errors.append(error)
        _core.log(logging.ERROR, str(error).rstrip())


def end_child(chip: Device, hook: str, exception: BaseException | None) -> NoReturn:
    """Ends a process that a chip's method forked off and that came back from it.

    It cannot do its parent's work. One that ended itself by SystemExit has its own status.
    """
    status = 1
    if isinstance(exception, SystemExit):
        code = exception.code
        status = code if isinstance(code, int) else int(code is not None)
    else:
        text = "the child does not serve its parent's guests, and is ended; end it with os._exit()"
        print(f"vhost_device: {chip.name}.{hook}() forked: {text}", file=sys.stderr)
        if exception is not None:
            traceback.print_exception(type(exception), exception, exception.__traceback__)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(status)


def _without_traceback(exception: BaseException) -> BaseException:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [exception]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        each.__traceback__ = None
        waiting += [each.__cause__, each.__context__]
    return exception
