# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Every transfer ends, also when a chip that is written in Python does not."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Callable

import pytest

from vhost_device.i2c import Read, TransferTimeout, Write
from vhost_device.sim import At24, Bus, Device, ScriptTimeout


class Chip(Device):
    """Runs a function when it is read."""

    def __init__(self, action: Callable[[], object]) -> None:
        super().__init__(0x20)
        self.action = action

    def read(self, length: int) -> bytes:
        self.action()
        return bytes(length)


def spin() -> None:
    while True:
        pass


def spin_until(end: float) -> None:
    while time.monotonic() < end:
        pass


@pytest.fixture
def quick_bus(bus: Bus) -> Bus:
    bus.script_limit_ms = 50
    return bus


def test_limit_is_one_second_unless_told_otherwise(bus: Bus) -> None:
    assert bus.script_limit_ms == 1000


def test_negative_limit_is_refused(bus: Bus) -> None:
    with pytest.raises(ValueError, match="script_limit_ms -1: expected an int from 0"):
        bus.script_limit_ms = -1


def test_endless_chip_is_a_timeout_and_the_bus_works_on(quick_bus: Bus) -> None:
    quick_bus.attach(Chip(spin))
    quick_bus.attach(At24("24c02", 0x50))
    with pytest.raises(TransferTimeout, match="0x20: timeout"):
        quick_bus.transfer([Read(0x20, 1)])
    assert quick_bus.transfer([Write(0x50, b"\0"), Read(0x50, 1)]) == [b"\xff"]


def test_endless_chip_is_a_script_error_that_shows_where_it_was(quick_bus: Bus) -> None:
    quick_bus.attach(Chip(spin))
    with pytest.raises(TransferTimeout):
        quick_bus.transfer([Read(0x20, 1)])
    [error] = quick_bus.script_errors
    assert isinstance(error.exception, ScriptTimeout)
    assert "Chip.read() ran for longer than 50 ms" in error.traceback
    assert "in spin" in error.traceback


def test_chip_that_catches_exceptions_is_a_timeout_all_the_same(quick_bus: Bus) -> None:
    def stubborn() -> None:
        while True:
            with contextlib.suppress(Exception):
                spin()

    quick_bus.attach(Chip(stubborn))
    with pytest.raises(TransferTimeout):
        quick_bus.transfer([Read(0x20, 1)])


def test_chip_that_catches_the_timeout_gets_it_again(quick_bus: Bus) -> None:
    caught: list[BaseException] = []

    def very_stubborn() -> None:
        while len(caught) < 3:
            try:
                spin()
            except ScriptTimeout as error:
                caught.append(error)
        spin()

    quick_bus.attach(Chip(very_stubborn))
    with pytest.raises(TransferTimeout):
        quick_bus.transfer([Read(0x20, 1)])
    assert len(caught) == 3


def test_endless_stop_is_ended(quick_bus: Bus) -> None:
    class Stops(Device):
        def stop(self) -> None:
            spin()

    quick_bus.attach(Stops(0x20))
    assert quick_bus.transfer([Write(0x20)]) == []
    assert [type(error.exception) for error in quick_bus.script_errors] == [ScriptTimeout]


def test_exception_that_endlessly_makes_its_text_is_ended(quick_bus: Bus) -> None:
    class Endless(Exception):
        def __str__(self) -> str:
            spin()
            return ""

    def broken() -> None:
        raise Endless

    chip = quick_bus.attach(Chip(broken))
    with pytest.raises(Exception, match="0x20"):
        quick_bus.transfer([Read(0x20, 1)])
    chip.action = int
    assert quick_bus.transfer([Read(0x20, 1)]) == [b"\0"]


def test_no_limit_is_no_limit(bus: Bus) -> None:
    bus.script_limit_ms = 0
    bus.attach(Chip(lambda: spin_until(time.monotonic() + 0.2)))
    assert bus.transfer([Read(0x20, 1)]) == [b"\0"]


def test_timeout_never_reaches_code_outside_of_the_chip(bus: Bus) -> None:
    # Each call ends just when its limit does: before, after, or while the exception is under way.
    bus.script_limit_ms = 2
    bus.attach(Chip(lambda: spin_until(time.monotonic() + 0.002)))
    ended = 0
    for _ in range(300):
        with contextlib.suppress(TransferTimeout):
            bus.transfer([Read(0x20, 1)])
        ended += 1
    spin_until(time.monotonic() + 0.05)
    assert ended == 300


def test_timeout_reaches_the_chip_only_on_its_thread(quick_bus: Bus) -> None:
    quick_bus.attach(Chip(spin))
    done = threading.Event()
    counted = 0

    def transfer() -> None:
        with contextlib.suppress(TransferTimeout):
            quick_bus.transfer([Read(0x20, 1)])
        done.set()

    thread = threading.Thread(target=transfer)
    thread.start()
    while not done.is_set():
        counted += 1
    thread.join()
    assert counted > 0


def test_chip_of_another_bus_inside_a_chip_has_a_limit_of_its_own(bus: Bus) -> None:
    inner = Bus()
    inner.script_limit_ms = 50
    inner.attach(Chip(spin))
    caught: list[BaseException] = []

    def relay() -> None:
        try:
            inner.transfer([Read(0x20, 1)])
        except TransferTimeout as error:
            caught.append(error)

    bus.attach(Chip(relay))
    assert bus.transfer([Read(0x20, 1)]) == [b"\0"]
    assert len(caught) == 1
    assert (bus.script_error_count, inner.script_error_count) == (0, 1)
