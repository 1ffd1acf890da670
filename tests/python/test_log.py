# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the C++ half logs goes to Python's logging."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vhost_device import Daemon, InProcessGuest, _core
from vhost_device.errors import TransferError
from vhost_device.i2c import Read
from vhost_device.sim import Bus, Device, Lm75

LIMIT_S = 20.0


def test_guest_that_connects_is_logged(bus: Bus, socket: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vhost_device")
    with Daemon(bus, socket) as daemon, InProcessGuest(socket):
        daemon.wait_connected()
    messages = [record.getMessage() for record in caplog.records]
    assert f"{socket}0: a front-end has connected" in messages
    assert {record.name for record in caplog.records} == {"vhost_device"}
    assert {record.levelno for record in caplog.records} == {logging.INFO}


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.ERROR, logging.CRITICAL])
def test_level_is_kept(caplog: pytest.LogCaptureFixture, level: int) -> None:
    caplog.set_level(logging.DEBUG, "vhost_device")
    _core.log(level, "100% as it is")
    _core.flush_log()
    assert caplog.record_tuples == [("vhost_device", level, "100% as it is")]


class Blocking(logging.Handler):
    """Lets nobody go on until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.opened = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.entered.set()
        self.opened.wait(LIMIT_S)


@pytest.fixture
def blocking() -> Iterator[Blocking]:
    handler = Blocking()
    logger = logging.getLogger("vhost_device")
    logger.addHandler(handler)
    yield handler
    handler.opened.set()
    logger.removeHandler(handler)
    _core.flush_log()


def test_handler_that_blocks_does_not_block_a_bus(bus: Bus, socket: Path, blocking: Blocking) -> None:
    class Broken(Device):
        def read(self, length: int) -> bytes:
            raise RuntimeError

    sensor = bus.attach(Lm75(address=0x48, temperature=20))
    bus.attach(Broken(0x20))
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        with pytest.raises(TransferError):
            guest.transfer([Read(0x20, 1)])
        blocking.entered.wait(LIMIT_S)
        assert guest.transfer([Read(0x48, 1)]) == [b"\x14"]
        assert sensor.temperature == 20
        blocking.opened.set()


def test_records_that_nobody_takes_are_counted(blocking: Blocking, caplog: pytest.LogCaptureFixture) -> None:
    _core.log(logging.ERROR, "first")
    blocking.entered.wait(LIMIT_S)
    for number in range(1500):
        _core.log(logging.ERROR, str(number))
    blocking.opened.set()
    _core.flush_log()
    _core.log(logging.ERROR, "last")
    _core.flush_log()
    assert len(caplog.records) == 1 + 1000 + 2
    assert [record.getMessage() for record in caplog.records[-2:]] == ["500 records are missing", "last"]


def test_handler_that_raises_does_not_end_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("broken handler")

    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: unraisable.append(told.exc_type))
    logger = logging.getLogger("vhost_device")
    handler = Broken()
    logger.addHandler(handler)
    _core.log(logging.ERROR, "first")
    _core.flush_log()
    logger.removeHandler(handler)
    _core.log(logging.ERROR, "second")
    _core.flush_log()
    assert unraisable == [RuntimeError]
    assert caplog.records[-1].getMessage() == "second"
