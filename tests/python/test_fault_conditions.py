# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Conditions of faults that go wrong: they are scripts of the bus, as its chips are."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from plugin_project import run

from vhost_device import Daemon, Guest
from vhost_device.errors import ArbitrationLost, BusError, TransferTimeout
from vhost_device.faults import FaultedMessage, FaultInjector, flip, nack
from vhost_device.i2c import Read, Router, Write
from vhost_device.sim import At24, Bus, Nack, ScriptTimeout
from vhost_device.trace import Tracer

pytest_plugins = ["pytester"]

CHIP = 0x50
LIMIT_S = 30.0

Injector = Callable[[Bus], FaultInjector]


@pytest.fixture
def bus() -> Bus:
    bus = Bus()
    bus.attach(At24("24c02", address=CHIP)).data[0] = 0x11
    bus.script_limit_ms = 50
    return bus


def broken(message: FaultedMessage) -> bool:
    raise RuntimeError("the condition is broken")


def spin(message: FaultedMessage) -> bool:
    while True:
        pass


def test_condition_that_raises_is_a_script_error_and_befalls_nobody(bus: Bus) -> None:
    with bus.fault(nack(address=CHIP, times=2, when=broken)) as fault:
        assert bus.transfer([Read(CHIP, 1)]) == [b"\x11"]

    [error] = bus.script_errors
    assert (error.chip, int(error.address), error.hook) == ("fault nack(address=0x50, times=2)", CHIP, "when")
    assert isinstance(error.exception, RuntimeError)
    assert 'raise RuntimeError("the condition is broken")' in error.traceback
    assert fault.hits == 0


def test_condition_that_uses_its_own_bus_loses_the_arbitration(bus: Bus) -> None:
    messages: list[Read | Write] = [Write(CHIP, b"\0"), Read(CHIP, 1)]
    with bus.fault(nack(address=CHIP, when=lambda message: bool(bus.transfer(messages)))):
        assert bus.transfer(messages) == [b"\x11"]

    assert [type(error.exception) for error in bus.script_errors] == [ArbitrationLost, ArbitrationLost]


def test_condition_that_raises_is_logged_with_its_traceback(
    bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    with bus.fault(nack(when=broken)):
        bus.transfer([Read(CHIP, 1)])

    [record] = caplog.records
    assert (record.name, record.levelno) == ("vhost_device", logging.ERROR)
    assert record.getMessage().startswith("fault nack() at 0x50: exception in when()\nTraceback")
    assert record.getMessage().endswith("RuntimeError: the condition is broken")


def test_condition_that_raises_for_a_guest_is_a_script_error(bus: Bus) -> None:
    with bus.fault(nack(when=broken)), Guest(bus) as guest:
        assert guest.transfer([Read(CHIP, 1)]) == [b"\x11"]

    assert [error.hook for error in bus.script_errors] == ["when"]


@pytest.mark.parametrize(
    "injector",
    [FaultInjector, lambda bus: FaultInjector(Tracer(bus)), lambda bus: FaultInjector(FaultInjector(bus))],
    ids=["bus", "tracer", "injector"],
)
def test_injector_before_a_bus_tells_the_bus(bus: Bus, injector: Injector) -> None:
    before = injector(bus)
    with before.fault(nack(when=broken)):
        before.transfer([Read(CHIP, 1)])

    assert bus.script_error_count == before.script_error_count == 1
    assert before.take_script_errors()[0].chip == "fault nack()"
    assert bus.script_errors == []


def test_injector_before_no_bus_has_errors_and_a_limit_of_its_own(bus: Bus) -> None:
    injector = FaultInjector(Router([bus]))
    injector.script_limit_ms = 40
    with injector.fault(nack(when=broken)):
        injector.transfer([Read(CHIP, 1)])
    with injector.fault(nack(when=spin)), pytest.raises(TransferTimeout):
        injector.transfer([Read(CHIP, 1)])

    first, second = injector.script_errors
    assert isinstance(first.exception, RuntimeError)
    assert "fault nack().when() ran for longer than 40 ms" in second.traceback
    assert bus.script_errors == []


def test_endless_condition_is_a_timeout_and_the_bus_works_on(bus: Bus) -> None:
    with bus.fault(flip(1, when=spin)) as fault, pytest.raises(TransferTimeout):
        bus.transfer([Read(CHIP, 1)] * 64)

    assert bus.transfer([Read(CHIP, 1)]) == [b"\x11"]
    [error] = bus.script_errors
    assert isinstance(error.exception, ScriptTimeout)
    assert "fault flip(0x01).when() ran for longer than 50 ms" in error.traceback
    assert "in spin" in error.traceback
    assert fault.hits == 0
    assert "# fault: flip at 0x50, whose condition took too long" in bus.trace.text()


def test_endless_condition_is_an_error_for_a_guest(bus: Bus) -> None:
    with bus.fault(nack(when=spin)), Guest(bus, timeout=LIMIT_S) as guest, pytest.raises(BusError):
        guest.transfer([Read(CHIP, 1)])


def test_nack_has_no_meaning_in_a_condition(bus: Bus) -> None:
    def refuse(message: FaultedMessage) -> bool:
        raise Nack

    with bus.fault(nack(when=refuse)):
        assert bus.transfer([Read(CHIP, 1)]) == [b"\x11"]
    assert [type(error.exception) for error in bus.script_errors] == [Nack]


@pytest.mark.parametrize(("answer", "hits"), [(1, 1), ("yes", 1), (None, 0), (b"", 0)])
def test_answer_of_a_condition_is_true_or_not_as_anywhere(bus: Bus, answer: Any, hits: int) -> None:
    with bus.fault(flip(1, when=lambda message: answer)) as fault:
        bus.transfer([Read(CHIP, 1)])
    assert fault.hits == hits


def test_answer_that_is_neither_true_nor_false_is_a_script_error(bus: Bus) -> None:
    class Neither:
        def __bool__(self) -> bool:
            raise ValueError("neither")

    answer: Any = Neither()
    with bus.fault(nack(when=lambda message: answer)):
        assert bus.transfer([Read(CHIP, 1)]) == [b"\x11"]
    assert [str(error.exception) for error in bus.script_errors] == ["neither"]


# ---- Ctrl-C


def interrupt(message: FaultedMessage) -> bool:
    raise KeyboardInterrupt


@pytest.fixture
def control_c() -> Iterator[None]:
    """Does what it does in a program. Tests that run in a shell's background ignore it otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("control_c")
def test_ctrl_c_in_a_condition_is_for_the_program(bus: Bus) -> None:
    with bus.fault(nack(when=interrupt)), pytest.raises(KeyboardInterrupt):
        bus.transfer([Read(CHIP, 1)])
    assert bus.script_errors == []


@pytest.mark.usefixtures("control_c")
def test_interrupt_raised_by_a_condition_of_another_thread_is_an_error(bus: Bus) -> None:
    with bus.fault(nack(when=interrupt)):
        thread = threading.Thread(target=bus.transfer, args=([Read(CHIP, 1)],))
        thread.start()
        thread.join(LIMIT_S)
    assert [type(error.exception) for error in bus.script_errors] == [KeyboardInterrupt]


# ---- many guests, and the plugin


def test_errors_of_many_threads_are_all_counted(bus: Bus) -> None:
    threads = [
        threading.Thread(target=lambda: [bus.transfer([Read(CHIP, 1)]) for _ in range(100)]) for _ in range(4)
    ]
    with bus.fault(nack(when=broken)):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)
    assert (bus.script_error_count, len(bus.script_errors)) == (400, 100)


def test_injector_is_served_with_its_errors(bus: Bus, socket: Any) -> None:
    injector = FaultInjector(Router([bus]))
    with injector.fault(nack(when=broken)), Daemon(injector, socket), Guest(socket) as guest:
        guest.transfer([Read(CHIP, 1)])
    assert injector.script_error_count == 1


def test_condition_that_raises_fails_the_test_with_its_traceback(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
from vhost_device.faults import nack

def broken(message):
    raise RuntimeError("the condition is broken")

def test_condition(i2c_bus):
    i2c_bus.attach(Device(0x20))
    with i2c_bus.fault(nack(when=broken)):
        i2c_bus.transfer([Read(0x20, 1)])

def test_next(i2c_bus):
    pass
""",
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "exceptions in scripts:",
            "fault nack() at 0x20: exception in when()",
            '*raise RuntimeError("the condition is broken")',
            "RuntimeError: the condition is broken",
        ]
    )
