# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus is used from any thread, and the order of its locks is always bus, then GIL."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Callable

import pytest

from vhost_device import Daemon, InProcessGuest
from vhost_device.i2c import BusError, Read, TransferError, Write
from vhost_device.sim import At24, Bus, Device, Lm75, Nack

ROUNDS = 300
# Far above what any of this takes: only a deadlock gets there.
LIMIT_S = 60.0


class Together:
    """Runs functions on threads of their own, all at the same time, over and over."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    def add(self, function: Callable[[], object]) -> None:
        self._threads.append(threading.Thread(target=self._repeat, args=(function,), daemon=True))

    def run(self) -> None:
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join(LIMIT_S)
        assert not any(thread.is_alive() for thread in self._threads), "deadlock"
        assert self._failures == []

    def _repeat(self, function: Callable[[], object]) -> None:
        try:
            for _ in range(ROUNDS):
                function()
        except BaseException as error:
            self._failures.append(error)


@pytest.fixture(autouse=True)
def _frequent_switches() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


class Script(Device):
    """Uses another chip of its bus in all it does."""

    def __init__(self, address: int, sensor: Lm75) -> None:
        super().__init__(address)
        self.sensor = sensor

    def write(self, data: bytes) -> None:
        self.sensor.temperature = float(data[0])

    def read(self, length: int) -> bytes:
        return bytes([int(self.sensor.temperature)] * length)


def test_transfers_properties_and_attachments_go_on_at_the_same_time(bus: Bus) -> None:
    sensor = bus.attach(Lm75(address=0x48))
    eeprom = bus.attach(At24("24c02", address=0x50, write_cycle_ms=0))
    bus.attach(Script(0x20, sensor))
    comes_and_goes = Script(0x21, sensor)

    def set_properties() -> None:
        sensor.temperature = 30.0
        eeprom.data[5:8] = b"abc"
        eeprom.write_protect = False
        assert eeprom.data[5:8] == b"abc"

    def plug() -> None:
        bus.attach(comes_and_goes)
        assert len(bus.devices) == 4
        bus.detach(comes_and_goes)

    def read_who_may_be_away() -> None:
        with suppress(TransferError):
            assert len(bus.transfer([Read(0x21, 2)])[0]) == 2

    together = Together()
    together.add(lambda: bus.transfer([Write(0x20, b"\x1e"), Read(0x20, 2)]))
    together.add(lambda: bus.transfer([Write(0x50, b"\0xy"), Read(0x48, 2)]))
    together.add(read_who_may_be_away)
    together.add(read_who_may_be_away)
    together.add(set_properties)
    together.add(plug)
    together.run()

    assert bus.script_errors == []


def test_property_set_inside_a_chip_and_outside_does_not_deadlock(bus: Bus) -> None:
    sensor = bus.attach(Lm75(address=0x48))
    bus.attach(Script(0x20, sensor))

    def set_temperature() -> None:
        sensor.temperature = 30.0

    together = Together()
    together.add(lambda: bus.transfer([Write(0x20, b"\x14")]))
    together.add(set_temperature)
    together.add(lambda: repr(bus.devices))
    together.run()


def test_transfer_is_not_interrupted_by_another(bus: Bus) -> None:
    class Exclusive(Device):
        def __init__(self) -> None:
            super().__init__(0x20)
            self.owner: int | None = None

        def write(self, data: bytes) -> None:
            if self.owner not in (None, threading.get_ident()):
                raise Nack
            self.owner = threading.get_ident()

        def stop(self) -> None:
            self.owner = None

    bus.attach(Exclusive())
    together = Together()
    for _ in range(4):
        together.add(lambda: bus.transfer([Write(0x20, b"a"), Write(0x20, b"b"), Write(0x20, b"c")]))
    together.run()


@pytest.mark.parametrize(
    "use",
    [
        lambda bus, sensor: bus.transfer([Read(0x48, 2)]),
        lambda bus, sensor: sensor.temperature,
        lambda bus, sensor: bus.devices,
    ],
    ids=["transfer", "property", "devices"],
)
def test_two_buses_whose_chips_wait_for_each_other_are_told_so(use: Callable[[Bus, Lm75], object]) -> None:
    both_are_inside = threading.Barrier(2)

    class Relay(Device):
        def __init__(self, address: int, bus: Bus, sensor: Lm75) -> None:
            super().__init__(address)
            self.bus = bus
            self.sensor = sensor

        def read(self, length: int) -> bytes:
            both_are_inside.wait(LIMIT_S)
            use(self.bus, self.sensor)
            return bytes(length)

    def read(bus: Bus, address: int) -> None:
        with suppress(TransferError):
            bus.transfer([Read(address, 1)])

    one, other = Bus(), Bus()
    sensors = [bus.attach(Lm75(address=0x48)) for bus in (one, other)]
    one.attach(Relay(0x20, other, sensors[1]))
    other.attach(Relay(0x21, one, sensors[0]))
    threads = [threading.Thread(target=read, args=pair, daemon=True) for pair in ((one, 0x20), (other, 0x21))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)

    assert not any(thread.is_alive() for thread in threads)
    [error] = one.script_errors + other.script_errors
    assert isinstance(error.exception, RuntimeError)
    assert "deadlock" in str(error.exception)
    assert {"Relay at 0x20", "Relay at 0x21"} <= set(re.findall(r"Relay at 0x\d\d", str(error.exception)))


def test_two_guests_scripts_and_properties_do_not_disturb_each_other(bus: Bus, socket: Path) -> None:
    sensor = bus.attach(Lm75(address=0x48))
    eeprom = bus.attach(At24("24c02", address=0x50))
    bus.attach(Script(0x20, sensor))
    comes_and_goes = Script(0x21, sensor)

    def set_properties() -> None:
        sensor.temperature = 20.0
        eeprom.data[0] = 1

    def plug() -> None:
        bus.attach(comes_and_goes)
        bus.detach(comes_and_goes)

    def read_with(guest: InProcessGuest) -> Callable[[], None]:
        def read() -> None:
            assert guest.transfer([Write(0x20, b"\x14"), Read(0x20, 1)]) == [b"\x14"]
            with suppress(BusError):
                assert guest.transfer([Read(0x21, 1)]) == [b"\x14"]

        return read

    sensor.temperature = 20.0
    with Daemon(bus, socket, socket_count=2) as daemon:
        first, second = (InProcessGuest(path) for path in daemon.socket_paths)
        with first, second:
            together = Together()
            together.add(read_with(first))
            together.add(read_with(second))
            together.add(set_properties)
            together.add(plug)
            together.run()

    assert bus.script_errors == []
