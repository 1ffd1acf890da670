# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What becomes of exceptions in scripted chips, and in the conditions of faults."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import Any, NoReturn

from vhost_device import _core
from vhost_device._core import Address

MAX_KEPT = 100

_CAUSE: Any = BaseException.__dict__["__cause__"]
_CONTEXT: Any = BaseException.__dict__["__context__"]

# Held for some assignments only. One for all logs, so that a process that is forked off meanwhile can have
# another one.
_lock = threading.RLock()


@dataclass(frozen=True)
class ScriptError:
    """An exception in a scripted chip, or in the condition of a fault.

    `hook` is the method that the bus called: "when" for a condition, and then `chip` is the fault, such as
    "fault nack(times=2)", and `address` that of the message. `traceback` is text, as Python prints it; the
    exception itself is kept without, since a traceback keeps everything alive that it passed.
    """

    chip: str
    address: Address
    hook: str
    exception: BaseException
    traceback: str

    def __str__(self) -> str:
        return f"{self.chip} at {self.address}: exception in {self.hook}()\n{self.traceback}"


class ScriptLog:
    """The first exceptions of a bus's chips and faults, and how many there were."""

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
        with _lock:
            taken, self._errors, self._count = self._errors, [], 0
        return taken

    def on_error(self, name: str, address: Address, hook: str, exception: BaseException) -> None:
        """Called on any thread, for a chip with its bus's lock held: may not wait for anything."""
        # A text takes its time, and is made for those only that may be kept.
        text = _text_of(exception) if self._count < MAX_KEPT else ""
        error = ScriptError(name, address, hook, _without_traceback(exception), text)
        with _lock:
            self._count += 1
            count = self._count
            if count <= MAX_KEPT:
                self._errors.append(error)
        if count <= MAX_KEPT:
            _core.log(logging.ERROR, str(error).rstrip())
        elif count == MAX_KEPT + 1:
            # A guest that polls a broken chip would fill any log.
            _core.log(logging.ERROR, f"more than {MAX_KEPT} exceptions in scripts; the rest is only counted")


class Supervisor:
    """What a bus has for its scripts. Buses derive from it; `_supervise` is for their __init__()."""

    _scripts: ScriptLog
    _supervisor: _core.ScriptSupervisor

    def _supervise(self, scripts: ScriptLog, supervisor: _core.ScriptSupervisor | None = None) -> None:
        self._scripts = scripts
        self._supervisor = _core.ScriptSupervisor(scripts.on_error) if supervisor is None else supervisor

    @property
    def script_limit_ms(self) -> int:
        """How long one call into a chip or a condition of a fault may take; 0 for as long as it likes.

        After that ScriptTimeout is raised in it, and the transaction ends in a timeout. Code that waits
        outside of the interpreter (a sleep, a socket) is not interrupted; give it limits of its own. Who
        waits for the bus meanwhile is interrupted by Ctrl-C, and a guest's transfer has its own limit.
        """
        return self._supervisor.limit_ms

    @script_limit_ms.setter
    def script_limit_ms(self, limit_ms: int) -> None:
        self._supervisor.limit_ms = limit_ms

    @property
    def script_errors(self) -> list[ScriptError]:
        """The exceptions of chips, other than Nack, and of conditions of faults: the first 100 of them."""
        return self._scripts.errors

    @property
    def script_error_count(self) -> int:
        """How many there were in all."""
        return self._scripts.count

    def take_script_errors(self) -> list[ScriptError]:
        """Returns script_errors and forgets them; for a test that expects some."""
        return self._scripts.take()


def end_child(name: str, hook: str, exception: BaseException | None) -> NoReturn:
    """Ends a process that a script forked off and that came back from it.

    It cannot do its parent's work. One that ended itself by SystemExit has its own status.
    """
    status = 1
    if isinstance(exception, SystemExit):
        code = exception.code
        status = code if isinstance(code, int) else int(code is not None)
    else:
        text = "the child does not serve its parent's guests, and is ended; end it with os._exit()"
        print(f"vhost_device: {name}.{hook}() forked: {text}", file=sys.stderr)
        if exception is not None:
            traceback.print_exception(type(exception), exception, exception.__traceback__)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(status)


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)


def _text_of(exception: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(type(exception), exception, exception.__traceback__))
    except Exception as error:  # for instance where there is no stack left
        return f"{type(exception).__name__}, of which no traceback can be made: {type(error).__name__}\n"


def _without_traceback(exception: BaseException) -> BaseException:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [exception]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        # Not as attributes, which a script's own class may guard.
        BaseException.with_traceback(each, None)
        waiting += [_CAUSE.__get__(each), _CONTEXT.__get__(each)]
    return exception
