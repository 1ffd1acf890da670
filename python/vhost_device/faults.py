# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Faults on a bus, simulated or real: each function makes one, and a bus or FaultInjector has it happen.

    with i2c_bus.fault(nack(address=0x48, times=2)) as fault:
        ...
    assert fault.hits == 2

Every one takes the same conditions:

address
    The messages to this address; any if it is not given.
read
    True for reads only, False for writes only.
times
    So often, and then no more.
probability
    The share of the messages that it befalls, 0 to 1, drawn by the seed of the injector.
when
    A function that is given the FaultedMessage and says whether it befalls it. It may ask a clock, too:
    when=lambda message: bus.clock.now > 5.0. One that raises says no, and the exception is in the
    script_errors of the bus, as a chip's is. One that takes longer than the script_limit_ms of the bus ends
    the transaction in a timeout at that message, and befalls nothing.

A fault that ends a transaction does so at its message: what is before it reaches the chips, and what would
come after it does not happen. Only what had an effect is a hit.

A bus keeps its faults alive, and Python's garbage collector does not see that: where `when` knows the bus, as
above, neither is freed before the fault is released.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypedDict

from vhost_device import _core
from vhost_device._checks import check_adapter, check_clock
from vhost_device._core import Adapter, Address, Clock, Fault, FaultKind
from vhost_device._scripts import ScriptLog, Supervisor

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "ActiveFault",
    "Fault",
    "FaultInjector",
    "FaultKind",
    "FaultedMessage",
    "bad_pec",
    "flip",
    "lose_arbitration",
    "nack",
    "short_read",
    "stretch",
    "stuck",
]


@dataclass(frozen=True)
class FaultedMessage:
    """A message as a fault's `when` is shown it, before it is sent: `data` is what is to be written."""

    address: Address
    read: bool
    data: bytes
    length: int


class Conditions(TypedDict, total=False):
    """Which messages a fault befalls."""

    address: int | Address
    read: bool
    times: int
    probability: float
    when: Callable[[FaultedMessage], bool]


def nack(*, byte: int | None = None, **conditions: Unpack[Conditions]) -> Fault:
    """The address is not acknowledged, or with `byte` that byte of a write, counted from 0 after the address.

    The bytes before it reach the chip. Before byte 0 there are none, and nothing reaches it: to send the
    address alone would be another transfer, which some adapters refuse and some chips act upon.
    """
    return _fault(FaultKind.nack, conditions, byte=byte)


def stretch(duration: float, **conditions: Unpack[Conditions]) -> Fault:
    """SCL is held low for `duration` seconds before the message.

    More than a second in a transaction, of all its messages together, ends it in a timeout at the message
    where it is too much. On a bus with a manual clock it takes no time.
    """
    return _fault(FaultKind.stretch, conditions, duration=duration)


def stuck(line: Literal["sda", "scl"], **conditions: Unpack[Conditions]) -> Fault:
    """A line is held low: each transaction ends in a timeout, whatever its address, until it is released.

    clear_bus() frees SDA as well. There is no `address` or `read` for it; `when` says from when on.
    """
    if line not in ("sda", "scl"):
        raise ValueError(f"line {line!r}: expected 'sda' or 'scl'")
    return _fault(FaultKind.stuck_sda if line == "sda" else FaultKind.stuck_scl, conditions)


def lose_arbitration(**conditions: Unpack[Conditions]) -> Fault:
    """Another controller takes the bus at the message's START."""
    return _fault(FaultKind.lose_arbitration, conditions)


def flip(mask: int, byte: int | None = None, **conditions: Unpack[Conditions]) -> Fault:
    """The bits of `mask` are inverted in byte `byte` of a message, or in all of them."""
    return _fault(FaultKind.flip, conditions, mask=mask, byte=byte)


def short_read(length: int, **conditions: Unpack[Conditions]) -> Fault:
    """The chip stops after `length` bytes of a read: the rest are 0xff."""
    return _fault(FaultKind.short_read, conditions, length=length)


def bad_pec(**conditions: Unpack[Conditions]) -> Fault:
    """All bits of the last byte of a read are inverted: of its packet error code."""
    return _fault(FaultKind.bad_pec, conditions)


class ActiveFault:
    """Faults that happen on a bus from now on, until release() or the end of a with block."""

    def __init__(
        self,
        injector: _core.FaultInjector,
        supervisor: _core.ScriptSupervisor,
        faults: tuple[Fault, ...],
    ) -> None:
        self._injector = injector
        self._numbers: list[int] = []
        self._past = 0
        try:
            for fault in faults:
                if not isinstance(fault, Fault):
                    raise TypeError(f"{fault!r} is no fault; expected one, such as nack(address=0x48)")
                self._numbers.append(injector._add(fault, supervisor))
        except BaseException:
            self.release()
            raise

    @property
    def hits(self) -> int:
        """How many messages they have befallen so far."""
        return self._past + sum(self._injector._hits(number) for number in self._numbers)

    def release(self) -> None:
        """They happen no more. May be called again."""
        while self._numbers:
            self._past += self._injector._remove(self._numbers.pop())

    def __enter__(self) -> ActiveFault:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


class FaultInjector(_core.FaultInjector, Supervisor):
    """Stands before any adapter, such as one of the host, and makes faults happen on it.

    A sim.Bus has one already: its fault() does the same. Give it to a Daemon or a Router in the adapter's
    place. `seed` begins the draw of probabilities.

    The script_errors of its faults' conditions are those of the bus, where the adapter is a simulated bus or
    a FaultInjector or Tracer of one, and its own elsewhere.
    """

    def __init__(self, adapter: Adapter, *, seed: int = 1, clock: Clock | None = None) -> None:
        check_adapter(adapter)
        check_clock(clock)
        super().__init__(adapter, seed=seed, clock=clock)
        bus = _supervised(adapter)
        if bus is None:
            self._supervise(ScriptLog())
        else:
            self._supervise(bus._scripts, bus._supervisor)
        self._adapter = adapter

    @property
    def adapter(self) -> Adapter:
        """What it breaks."""
        return self._adapter

    def fault(self, *faults: Fault) -> ActiveFault:
        """Has faults happen from now on; use it in a with statement, or release() what it returns."""
        return ActiveFault(self, self._supervisor, faults)


def _supervised(adapter: Adapter) -> Supervisor | None:
    """The bus that is behind an adapter, if its scripts have a supervisor."""
    behind: object = adapter
    while isinstance(behind, Adapter):
        if isinstance(behind, Supervisor):
            return behind
        behind = getattr(behind, "adapter", None)
    return None


def _fault(
    kind: FaultKind,
    conditions: Conditions,
    *,
    byte: int | None = None,
    mask: int = 0,
    length: int = 0,
    duration: float = 0,
) -> Fault:
    unknown = conditions.keys() - Conditions.__annotations__.keys()
    if unknown:
        known = ", ".join(sorted(Conditions.__annotations__))
        raise TypeError(f"{kind.name}: unknown condition {min(unknown)!r} (known: {known})")
    when = conditions.get("when")
    if when is not None and not callable(when):
        raise TypeError(f"{kind.name}: when {when!r}: expected a function of a FaultedMessage")
    return Fault(
        kind,
        address=conditions.get("address"),
        read=conditions.get("read"),
        times=conditions.get("times"),
        probability=conditions.get("probability", 1.0),
        when=None if when is None else _asked(when),
        byte=byte,
        mask=mask,
        length=length,
        duration=duration,
    )


def _asked(when: Callable[[FaultedMessage], bool]) -> Callable[[Address, bool, bytes, int], bool]:
    return lambda address, read, data, length: when(FaultedMessage(address, read, data, length))
