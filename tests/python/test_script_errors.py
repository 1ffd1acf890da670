# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Exceptions in chips that are written in Python."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable, NoReturn

import pytest

from vhost_device import Guest
from vhost_device.i2c import AddressNack, DataNack, Read, TransferError, Write
from vhost_device.sim import Bus, Device


class Chip(Device):
    """Does what a test wants in one of its methods."""

    def __init__(self, action: Callable[[], Any]) -> None:
        super().__init__(0x20)
        self.action = action

    def read(self, length: int) -> bytes:
        return self.action()  # type: ignore[no-any-return]

    def write(self, data: bytes) -> None:
        self.action()


def fail() -> None:
    raise RuntimeError("the chip is broken")


def test_exception_is_a_nack_and_is_kept(bus: Bus) -> None:
    bus.attach(Chip(fail))
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    first, second = bus.script_errors
    assert (first.chip, int(first.address), first.hook, second.hook) == ("Chip", 0x20, "write", "read")
    assert isinstance(first.exception, RuntimeError)
    assert 'raise RuntimeError("the chip is broken")' in first.traceback


@dataclass(frozen=True)
class Frozen(Exception):
    """Refuses that anything is assigned to it."""

    reason: str


class Guarded(Exception):
    """Refuses that anything is looked up in it."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise RuntimeError(f"not even {name}")


def raising(error: Exception) -> Callable[[], NoReturn]:
    def action() -> NoReturn:
        raise error

    return action


def test_exception_that_cannot_be_assigned_to_is_a_nack_and_is_kept(bus: Bus) -> None:
    bus.attach(Chip(raising(Frozen("broken"))))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    [error] = bus.script_errors
    assert error.exception == Frozen("broken")
    assert "raise error\n" in error.traceback


def test_exception_that_tells_nothing_is_a_nack_and_is_kept(bus: Bus) -> None:
    bus.attach(Chip(raising(Guarded())))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    [error] = bus.script_errors
    assert type(error.exception) is Guarded


def test_guest_gets_its_answer_whatever_a_chip_raises(bus: Bus) -> None:
    bus.attach(Chip(raising(Frozen("broken"))))
    with Guest(bus) as guest:
        with pytest.raises(TransferError):
            guest.transfer([Read(0x20, 1)])
        with pytest.raises(TransferError):
            guest.transfer([Read(0x20, 1)])
    assert bus.script_error_count == 2


def test_exception_is_logged_with_its_traceback(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    bus.attach(Chip(fail))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    [record] = caplog.records
    assert (record.name, record.levelno) == ("vhost_device", logging.ERROR)
    assert record.getMessage().startswith("Chip at 0x20: exception in read()\nTraceback")
    assert record.getMessage().endswith("RuntimeError: the chip is broken")


def test_exception_in_stop_leaves_the_transaction_as_it_was(bus: Bus) -> None:
    class Stops(Device):
        def stop(self) -> None:
            fail()

    bus.attach(Stops(0x20))
    assert bus.transfer([Write(0x20)]) == []
    assert [error.hook for error in bus.script_errors] == ["stop"]


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_exception_that_would_end_a_program_does_not(bus: Bus, kind: type[BaseException]) -> None:
    def leave() -> None:
        raise kind

    outcomes: list[object] = []

    def transfer() -> None:
        try:
            bus.transfer([Read(0x20, 1)])
        except TransferError as error:
            outcomes.append(type(error))

    bus.attach(Chip(leave))
    thread = threading.Thread(target=transfer)
    thread.start()
    thread.join()
    assert outcomes == [AddressNack]
    assert [type(error.exception) for error in bus.script_errors] == [kind]


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def on_ctrl_c() -> Iterator[Callable[[Any], None]]:
    """Sets what Ctrl-C does. Tests that run in a shell's background ignore it otherwise."""
    before = signal.getsignal(signal.SIGINT)

    def set_handler(handler: Any) -> None:
        signal.signal(signal.SIGINT, handler)

    yield set_handler
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_in_a_chip_is_for_the_program(bus: Bus, on_ctrl_c: Callable[[Any], None]) -> None:
    on_ctrl_c(signal.default_int_handler)
    bus.attach(Chip(interrupt))
    with pytest.raises(KeyboardInterrupt):
        bus.transfer([Read(0x20, 1)])
    assert bus.script_errors == []


def test_interrupt_raised_by_a_chip_is_an_error_where_ctrl_c_is_ignored(
    bus: Bus, on_ctrl_c: Callable[[Any], None]
) -> None:
    on_ctrl_c(signal.SIG_IGN)
    bus.attach(Chip(interrupt))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    assert [type(error.exception) for error in bus.script_errors] == [KeyboardInterrupt]


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (b"x", ValueError, r"Chip\.read\(2\) returned 1 bytes"),
        (b"xxx", ValueError, r"Chip\.read\(2\) returned 3 bytes"),
        (None, TypeError, r"Chip\.read\(\) returned NoneType; expected bytes"),
        ("ab", TypeError, r"Chip\.read\(\) returned str; expected bytes"),
        (7, TypeError, r"Chip\.read\(\) returned int; expected bytes"),
    ],
)
def test_wrong_answer_to_a_read_is_an_error(bus: Bus, answer: Any, kind: type[Exception], text: str) -> None:
    bus.attach(Chip(lambda: answer))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 2)])
    [error] = bus.script_errors
    with pytest.raises(kind, match=text):
        raise error.exception


@pytest.mark.parametrize("answer", [bytearray(b"ab"), memoryview(b"ab")])
def test_answer_may_be_anything_with_bytes(bus: Bus, answer: Any) -> None:
    bus.attach(Chip(lambda: answer))
    assert bus.transfer([Read(0x20, 2)]) == [b"ab"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(256, ValueError), (-1, ValueError), (1 << 70, ValueError), ("a", TypeError), (None, TypeError)],
)
def test_wrong_byte_is_an_error(bus: Bus, answer: Any, kind: type[Exception]) -> None:
    class Reads(Device):
        def read_byte(self) -> int:
            return answer  # type: ignore[no-any-return]

    bus.attach(Reads(0x20))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    assert [type(error.exception) for error in bus.script_errors] == [kind]


def test_chip_that_returns_false_is_told_how_to_refuse(bus: Bus) -> None:
    class Refuses(Device):
        def write_byte(self, value: int) -> None:
            return False  # type: ignore[return-value]

    bus.attach(Refuses(0x20))
    with pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\0")])
    assert "raise Nack to refuse" in str(bus.script_errors[0].exception)


def test_exception_that_cannot_be_shown_does_not_hide_the_chip(bus: Bus) -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    def broken() -> None:
        raise Unprintable

    bus.attach(Chip(broken))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    assert [type(error.exception) for error in bus.script_errors] == [Unprintable]


def test_many_errors_are_counted_and_not_all_kept(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    bus.attach(Chip(fail))
    for _ in range(150):
        with pytest.raises(AddressNack):
            bus.transfer([Read(0x20, 1)])
    assert len(bus.script_errors) == 100
    assert bus.script_error_count == 150
    assert len(caplog.records) == 101


def test_taken_errors_are_forgotten(bus: Bus) -> None:
    bus.attach(Chip(fail))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    assert len(bus.take_script_errors()) == 1
    assert (bus.script_errors, bus.script_error_count) == ([], 0)


def test_error_keeps_nothing_alive_that_it_passed(bus: Bus) -> None:
    class Big:
        pass

    passed: list[weakref.ref[Big]] = []

    def broken() -> None:
        local = Big()
        passed.append(weakref.ref(local))
        try:
            fail()
        except RuntimeError as error:
            raise ValueError("again") from error

    bus.attach(Chip(broken))
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    gc.collect()
    assert [big() for big in passed] == [None]
    assert "the chip is broken" in bus.script_errors[0].traceback


def test_errors_go_to_the_bus_that_the_chip_is_on(bus: Bus) -> None:
    chip = bus.attach(Chip(fail))
    bus.detach(chip)
    other = Bus()
    other.attach(chip)
    with pytest.raises(AddressNack):
        other.transfer([Read(0x20, 1)])
    assert (bus.script_error_count, other.script_error_count) == (0, 1)


def test_refused_attach_leaves_the_errors_with_the_old_bus(bus: Bus) -> None:
    chip = bus.attach(Chip(fail))
    other = Bus()
    with pytest.raises(ValueError, match="on a bus already"):
        other.attach(chip)
    with pytest.raises(AddressNack):
        bus.transfer([Read(0x20, 1)])
    assert (bus.script_error_count, other.script_error_count) == (1, 0)
