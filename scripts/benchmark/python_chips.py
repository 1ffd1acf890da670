# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Serves the benchmark's two chips written in Python, by the message or by the byte, or the package's own
(in C++), on a bus with 112 chips if asked to.

With --hooks it measures the methods by themselves instead, called from Python as the bus calls them, and
prints how long those of one transaction take.
"""

from __future__ import annotations

import argparse
import json
import signal
import timeit
from collections.abc import Callable

from benchmark.boards import ADDRESSES, EEPROM, SENSOR
from vhost_device import Daemon
from vhost_device.sim import At24, Bus, Device, Direction, Lm75

_TEMPERATURE = bytes((0x17, 0x80))  # 23.5 degrees, as the benchmark expects it
_REPEATS = 200_000


class MessageSensor(Device):
    """The temperature register of an LM75."""

    pointer = 0

    def write(self, data: bytes) -> None:
        self.pointer = data[0]

    def read(self, length: int) -> bytes:
        return _TEMPERATURE[:length]


class MessageEeprom(Device):
    """The word address of an EEPROM."""

    word_address = 0

    def write(self, data: bytes) -> None:
        self.word_address = data[0] << 8 | data[1]


class ByteSensor(Device):
    """The same by the byte."""

    pointer = 0
    position = 0

    def start(self, direction: Direction) -> None:
        self.position = 0

    def write_byte(self, value: int) -> None:
        self.pointer = value

    def read_byte(self) -> int:
        value = _TEMPERATURE[self.position % 2]
        self.position += 1
        return value


class ByteEeprom(Device):
    """The same by the byte."""

    word_address = 0

    def start(self, direction: Direction) -> None:
        self.word_address = 0

    def write_byte(self, value: int) -> None:
        self.word_address = self.word_address << 8 | value


def methods_ns(by: str) -> dict[str, float]:
    """What the methods of one transaction take, by work."""
    message, message_eeprom = MessageSensor(SENSOR), MessageEeprom(EEPROM)
    byte, byte_eeprom = ByteSensor(SENSOR), ByteEeprom(EEPROM)

    def message_read() -> None:
        message.write(b"\x00")
        message.read(2)

    def message_write() -> None:
        message_eeprom.write(b"\x00\x00")

    def byte_read() -> None:
        byte.start(Direction.write)
        byte.write_byte(0)
        byte.start(Direction.read)
        byte.read_byte()
        byte.read_byte()

    def byte_write() -> None:
        byte_eeprom.start(Direction.write)
        byte_eeprom.write_byte(0)
        byte_eeprom.write_byte(0)

    works = {"write1read2": byte_read, "write2": byte_write}
    if by == "message":
        works = {"write1read2": message_read, "write2": message_write}
    return {work: timeit.timeit(call, number=_REPEATS) / _REPEATS * 1e9 for work, call in works.items()}


def own_chips() -> list[Device]:
    """The package's own."""
    sensor = Lm75(address=SENSOR)
    sensor.temperature = 23.5
    return [sensor, At24("24c32", address=EEPROM)]


_CHIPS: dict[str, Callable[[], list[Device]]] = {
    "message": lambda: [MessageSensor(SENSOR), MessageEeprom(EEPROM)],
    "byte": lambda: [ByteSensor(SENSOR), ByteEeprom(EEPROM)],
    "own": own_chips,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("by", choices=tuple(_CHIPS))
    parser.add_argument("--socket", help="where to listen")
    parser.add_argument("--guests", type=int, default=1)
    parser.add_argument("--full", action="store_true", help="a chip at each of the 112 addresses")
    parser.add_argument("--hooks", action="store_true")
    options = parser.parse_args()
    if options.hooks:
        print(json.dumps(methods_ns(options.by)))
        return
    bus = Bus()
    for chip in _CHIPS[options.by]():
        bus.attach(chip)
    if options.full:
        for address in ADDRESSES:
            if address not in (SENSOR, EEPROM):
                bus.attach(Device(address))
    with Daemon(bus, socket_path=options.socket, socket_count=options.guests):
        signal.pause()


if __name__ == "__main__":
    main()
