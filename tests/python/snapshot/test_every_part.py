# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Every part of the registry: a copy that is given a chip's state answers like it, and goes on like it.

What is done to a chip is drawn, by a seed, from what its class and the names of its registers tell. So a
part is tested from the day on that it is in the registry, and a value that its state forgets is found.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from vhost_device import _core
from vhost_device.i2c import Read, TransferError, Write
from vhost_device.sim import BoardError, Bus, Device, Level, ManualClock, Mux

PARTS = [part for family in _core.chip_families() for part in family.parts]
SEEDS = (1, 2)

INDICES = range(4)  # of inputs, pages, channels, blocks and pins
READ = 8  # bytes
UNNAMED = [bytes([code]) for code in (*range(8), *range(8, 256, 8))]
PLAIN = (bool, int, float, str, list, Level, datetime.datetime, type(None))


class Rig:
    """A part alone on a bus, and what can be done to it. What comes of that is there to be compared."""

    def __init__(self, board: Path) -> None:
        self.clock = ManualClock()
        self.bus = Bus(self.clock)
        self.bus.load_board(board)
        [self.chip] = self.bus.devices

    def write(self, data: bytes) -> object:
        return self._transfer(Write(self.chip.address, data))

    def read(self, after: bytes | None = None) -> object:
        select = [] if after is None else [Write(self.chip.address, after)]
        return self._transfer(*select, Read(self.chip.address, READ))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    def set(self, name: str, seed: float) -> None:
        with contextlib.suppress(ValueError):
            setattr(self.chip, name, another(getattr(self.chip, name), random.Random(seed)))

    def call(self, name: str, *arguments: object) -> object:
        """None for what only a test on the class itself could compare."""
        try:
            result = getattr(self.chip, name)(*arguments)
        except (TypeError, ValueError, IndexError) as error:
            return type(error).__name__
        return result if isinstance(result, PLAIN) else None

    def answers(self, beginnings: list[bytes]) -> list[object]:
        """All that shows: what is read from where the pointer is, properties and pins, every register."""
        return [
            self.read(),
            [self._property(name) for name in properties_of(self.chip)],
            [self.call(name, index) for name in methods_of(self.chip) for index in INDICES],
            [self.read(beginning) for beginning in beginnings],
            [self._property(name) for name in properties_of(self.chip)],
        ]

    def _transfer(self, *messages: Read | Write) -> object:
        try:
            return self.bus.transfer(messages)
        except TransferError as error:
            return type(error).__name__

    def _property(self, name: str) -> object:
        try:
            value = getattr(self.chip, name)
        except ValueError as error:  # of a part without it
            return str(error)
        return value if isinstance(value, PLAIN) else bytes(value)


# ---- what there is to do


def properties_of(chip: Device) -> list[str]:
    names = [name for name in dir(type(chip)) if not hasattr(Device, name)]
    return [name for name in names if isinstance(getattr(type(chip), name), property)]


def methods_of(chip: Device) -> list[str]:
    names = [name for name in dir(type(chip)) if not hasattr(Mux, name)]
    return [name for name in names if name not in properties_of(chip)]


def another(value: Any, draw: random.Random) -> Any:
    """A value of the same kind, and not far away."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw.randrange(50)
    if isinstance(value, float):
        return value + draw.uniform(-1, 1) * draw.choice((0.02, 1, 30))
    if isinstance(value, list):
        return [another(each, draw) for each in value]
    return value + datetime.timedelta(seconds=draw.randrange(10**7))


def with_crc(word: bytes) -> bytes:
    """A word as Sensirion's chips take it: CRC-8 by the polynomial 0x31, from 0xff on."""
    crc = 0xFF
    for byte in word:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return word + bytes([crc])


def beginnings_of(board: Path) -> list[bytes]:
    """What selects a register or a command that has a name; for a chip without any, a choice of bytes."""
    rig = Rig(board)
    return named(rig, b"") or [each for first in range(256) for each in named(rig, bytes([first]))] or UNNAMED


def named(rig: Rig, first: bytes) -> list[bytes]:
    """Those of all bytes behind the first ones."""
    rig.bus.trace.clear()
    for last in range(256):
        rig.wait(0.001)  # a command may have been a reset
        rig.write(first + bytes([last]))
    return [message.data for message in rig.bus.trace.messages() if message.register_name]


Action = Callable[[Rig], object]


def drawn_actions(chip: Device, beginnings: list[bytes], draw: random.Random) -> Iterator[Action]:
    """One after the other, without an end; the same for any chip of this part."""
    settable = [name for name in properties_of(chip) if getattr(type(chip), name).fset is not None]
    methods = methods_of(chip)

    def payload() -> bytes:
        length = draw.choice((0, 1, 1, 2, 2, 3, 5))
        data = bytes(draw.choice((draw.randrange(256), 0x00, 0xFF)) for _ in range(length))
        return with_crc(data) if length == 2 and draw.random() < 0.3 else data

    def write() -> Action:
        data = draw.choice(beginnings) + payload()
        return lambda rig: rig.write(data)

    def read() -> Action:
        after = draw.choice((None, draw.choice(beginnings)))
        return lambda rig: rig.read(after)

    def wait() -> Action:
        seconds = 10 ** draw.uniform(-5, 1)
        return lambda rig: rig.wait(seconds)

    def set_one() -> Action:
        name, seed = draw.choice(settable), draw.random()
        return lambda rig: rig.set(name, seed)

    def call_one() -> Action:
        name, index = draw.choice(methods), draw.choice(INDICES)
        value = draw.choice((draw.uniform(0, 3), draw.random() < 0.5, *Level, None))
        arguments = draw.choice(((index, value), (index, value), (index,), ()))
        return lambda rig: rig.call(name, *arguments)

    kinds = (
        [write] * 8
        + [read] * 3
        + [wait] * 3
        + [set_one] * 3 * bool(settable)
        + [call_one] * 3 * bool(methods)
    )
    while True:
        yield draw.choice(kinds)()


# ---- the boards


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A board with nothing but a part, at the first address that it can have."""
    folder = tmp_path_factory.mktemp("boards")

    @functools.cache
    def board(part: str) -> Path:
        file = folder / f"{part}.dts"

        def put_at(address: str) -> None:
            file.write_text(
                "/dts-v1/; / { i2c { #address-cells = <1>; #size-cells = <0>; "
                f'chip@{address[2:]} {{ compatible = "{part}"; reg = <{address}>; }}; }}; }};'
            )

        put_at("0x08")
        with pytest.raises(BoardError) as error:
            Bus().load_board(file)
        [first] = re.findall(r"expected (0x[0-9a-f]{2})", str(error.value))
        put_at(first)
        return file

    return board


@pytest.fixture(scope="module")
def beginnings(boards: Callable[[str], Path]) -> Callable[[str], list[bytes]]:
    """What was found for a class is good for all its parts."""
    of_class: dict[type, list[bytes]] = {}

    def beginnings(part: str) -> list[bytes]:
        key = type(Rig(boards(part)).chip)
        return of_class.get(key) or of_class.setdefault(key, beginnings_of(boards(part)))

    return beginnings


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("part", PARTS)
def test_copy_goes_on_like_the_chip_whose_state_it_has(
    part: str, seed: int, boards: Callable[[str], Path], beginnings: Callable[[str], list[bytes]]
) -> None:
    chip, copy = Rig(boards(part)), Rig(boards(part))
    copy.wait(3600)
    selecting = beginnings(part)
    actions = drawn_actions(chip.chip, selecting, random.Random(f"{part} {seed}"))
    for _ in range(200):
        next(actions)(chip)
    snapshot = chip.bus.snapshot()

    copy.bus.restore(json.loads(json.dumps(snapshot)))

    assert copy.bus.snapshot()["chips"] == snapshot["chips"]
    for pause_s in (0, 0.001, 0.03, 0.3, 70):
        chip.wait(pause_s)
        copy.wait(pause_s)
        assert copy.answers(selecting) == chip.answers(selecting)
        for _ in range(20):
            action = next(actions)
            assert action(copy) == action(chip)
        assert copy.bus.snapshot()["chips"] == chip.bus.snapshot()["chips"]
