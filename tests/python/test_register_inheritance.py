# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Register maps that derive from each other: what a class declares is for it and its subclasses."""

from __future__ import annotations

import functools
from typing import Any, Callable

import pytest

from vhost_device.sim import Bus, Field, ManualClock, Read, Register, RegisterDevice, Write

BASE, LEFT, RIGHT, BOTH, LAST = 0x20, 0x21, 0x22, 0x23, 0x24


class Noting(RegisterDevice):
    """Notes which hook was called with what."""

    def __init__(self, address: int) -> None:
        super().__init__(address)
        self.notes: list[tuple[str, int]] = []


class Base(Noting):
    config = Register(0x01, reset=0x80)
    data = Register(0x02, width=16, access="r", reset=0x1234)
    level = Field(config, bits=(3, 0))

    @config.on_write
    def _config_written(self, value: int) -> None:
        self.notes.append(("base", value))


class Left(Base):
    ready = Field(Base.config, bits=7)

    @Base.config.on_write
    def _left_config_written(self, value: int) -> None:
        self.notes.append(("left", value))

    @Base.data.on_read
    def _data_read(self, value: int) -> int:
        return value + 1


class Right(Base):
    @Base.config.on_write
    def _config_written(self, value: int) -> None:
        self.notes.append(("right", value))
        super()._config_written(value)


class Both(Left, Right):
    """Left comes first: its hook is the one."""


class Last(Left):
    """Two levels below."""

    @Base.config.on_write
    def _last_config_written(self, value: int) -> None:
        self.notes.append(("last", value))
        self._left_config_written(value)


@pytest.fixture
def bus() -> Bus:
    return Bus(ManualClock())


def notes_of_a_write(bus: Bus, chip: Noting) -> list[tuple[str, int]]:
    bus.attach(chip)
    bus.transfer([Write(chip.address, b"\x01\x05")])
    return chip.notes


def data_read(bus: Bus, chip: RegisterDevice) -> bytes:
    bus.attach(chip)
    return bus.transfer([Write(chip.address, b"\x02"), Read(chip.address, 2)])[0]


def test_hook_of_a_subclass_is_for_the_subclass_alone(bus: Bus) -> None:
    assert notes_of_a_write(bus, Base(BASE)) == [("base", 5)]
    assert notes_of_a_write(bus, Left(LEFT)) == [("left", 5)]
    assert bus.script_errors == []


def test_hook_for_which_the_base_has_none_leaves_the_base_alone(bus: Bus) -> None:
    assert data_read(bus, Base(BASE)) == b"\x12\x34"
    assert data_read(bus, Left(LEFT)) == b"\x12\x35"
    assert data_read(bus, Right(RIGHT)) == b"\x12\x34"


def test_super_in_a_hook_is_the_hook_of_the_base(bus: Bus) -> None:
    assert notes_of_a_write(bus, Right(RIGHT)) == [("right", 5), ("base", 5)]


def test_hook_two_levels_below_comes_before_those_above(bus: Bus) -> None:
    assert notes_of_a_write(bus, Last(LAST)) == [("last", 5), ("left", 5)]
    assert data_read(bus, Last(LAST + 1)) == b"\x12\x35"
    assert notes_of_a_write(bus, Left(LEFT)) == [("left", 5)]


def test_hooks_of_two_bases_are_in_the_order_of_methods(bus: Bus) -> None:
    assert notes_of_a_write(bus, Both(BOTH)) == [("left", 5)]
    assert notes_of_a_write(bus, Right(RIGHT)) == [("right", 5), ("base", 5)]


def test_class_body_that_failed_may_be_run_again(bus: Bus) -> None:
    def derive(scale: float) -> type[Base]:
        class Tried(Base):
            @Base.config.on_write
            def _tried_config_written(self, value: int) -> None:
                self.notes.append(("tried", value))

            step = 1 / scale

        return Tried

    with pytest.raises(ZeroDivisionError):
        derive(0)

    assert notes_of_a_write(bus, derive(2)(LAST)) == [("tried", 5)]


def test_class_body_that_failed_may_be_written_anew_without_its_hook(bus: Bus) -> None:
    cells: dict[str, Any] = {"Base": Base, "__name__": __name__}
    with pytest.raises(ZeroDivisionError):
        exec(
            "class Tried(Base):\n"
            "    @Base.config.on_write\n"
            "    def _tried_config_written(self, value): pass\n"
            "    step = 1 / 0\n",
            cells,
        )

    exec("class Tried(Base): pass", cells)

    assert notes_of_a_write(bus, cells["Tried"](LAST)) == [("base", 5)]


def test_siblings_keep_their_hooks_whichever_was_made_last(bus: Bus) -> None:
    class Later(Base):
        @Base.config.on_write
        def _later_config_written(self, value: int) -> None:
            self.notes.append(("later", value))

    assert notes_of_a_write(bus, Later(LAST)) == [("later", 5)]
    assert notes_of_a_write(bus, Left(LEFT)) == [("left", 5)]
    assert notes_of_a_write(bus, Base(BASE)) == [("base", 5)]


def test_hook_that_a_subclass_sets_to_none_is_gone(bus: Bus) -> None:
    class Quiet(Base):
        _config_written = None  # type: ignore[assignment]

    assert notes_of_a_write(bus, Quiet(LAST)) == []
    assert notes_of_a_write(bus, Base(BASE)) == [("base", 5)]


def test_field_of_an_inherited_register_is_of_the_subclass_alone(bus: Bus) -> None:
    left, base = bus.attach(Left(LEFT)), bus.attach(Base(BASE))
    left.ready = 0
    left.level = 3
    assert (left.config, left.ready, base.config) == (0x03, 0, 0x80)
    assert not hasattr(base, "ready")


def test_field_of_a_subclass_takes_the_place_of_the_inherited_one(bus: Bus) -> None:
    class Finer(Base):
        level = Field(Base.config, bits=(3, 0), scale=0.5)

    finer, base = bus.attach(Finer(LAST)), bus.attach(Base(BASE))
    finer.level = 1.5
    base.level = 3
    assert (finer.config, base.config) == (0x83, 0x83)


class Variant(Base):
    """The same part with another power-up value, and a register that it has not."""

    config = Register(0x01, reset=0x42)
    data = None  # type: ignore[assignment]


def test_register_of_the_same_name_and_address_takes_the_place_of_the_inherited_one(bus: Bus) -> None:
    assert (Variant(LAST).config, Base(BASE).config) == (0x42, 0x80)
    assert list(Variant.registers()) == ["config"]


def test_inherited_field_and_hook_are_of_the_register_in_its_place(bus: Bus) -> None:
    chip = Variant(LAST)
    assert notes_of_a_write(bus, chip) == [("base", 5)]
    chip.level = 7
    assert (chip.config, chip.level) == (7, 7)


def test_hook_of_the_register_in_its_place_is_for_the_subclass_alone(bus: Bus) -> None:
    class Sharp(Base):
        config = Register(0x01, reset=0x42)

        @config.on_write
        def _sharp_config_written(self, value: int) -> None:
            self.notes.append(("sharp", value))

    assert notes_of_a_write(bus, Sharp(LAST)) == [("sharp", 5)]
    assert notes_of_a_write(bus, Base(BASE)) == [("base", 5)]


def test_register_may_be_replaced_at_another_address(bus: Bus) -> None:
    class Moved(Base):
        config = Register(0x07, reset=0x42)

    bus.attach(Moved(LAST))
    assert bus.transfer([Write(LAST, b"\x07"), Read(LAST, 1)]) == [b"\x42"]
    assert list(Moved.registers()) == ["data", "config"]


class Identified:
    """What many parts have: a mixin, which is no chip."""

    identity = Register(0x0F, reset=0x33)

    @identity.on_read
    def _identity_read(self, value: int) -> int:
        return value | 0x80


class Identifiable(Identified, Base):
    """A chip with it."""


def test_registers_and_hooks_may_come_from_a_mixin(bus: Bus) -> None:
    bus.attach(Identifiable(LAST))
    assert bus.transfer([Write(LAST, b"\x0f"), Read(LAST, 1)]) == [b"\xb3"]
    assert list(Identifiable.registers()) == ["config", "data", "identity"]


def test_registers_of_two_bases_are_all_there(bus: Bus) -> None:
    class First(RegisterDevice):
        first = Register(0x00, reset=1)

    class Second(RegisterDevice):
        second = Register(0x01, reset=2)

    class Union(First, Second):
        third = Register(0x02, reset=3)

    bus.attach(Union(LAST))
    assert bus.transfer([Write(LAST, b"\x00"), Read(LAST, 3)]) == [b"\x01\x02\x03"]


def doubling(method: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
    @functools.wraps(method)
    def doubled(self: Any, value: int) -> None:
        method(self, 2 * value)

    return doubled


def test_hook_may_have_other_decorators_above_and_below(bus: Bus) -> None:
    class Decorated(Noting):
        config = Register(0x01)

        @doubling
        @config.on_write
        @doubling
        def _config_written(self, value: int) -> None:
            self.notes.append(("decorated", value))

    assert notes_of_a_write(bus, Decorated(LAST)) == [("decorated", 20)]


def test_method_may_be_the_hook_of_several_registers(bus: Bus) -> None:
    class Shared(Noting):
        config = Register(0x01)
        other = Register(0x02)

        @config.on_write
        @other.on_write
        def _written(self, value: int) -> None:
            self.notes.append(("shared", value))

    chip = bus.attach(Shared(LAST))
    bus.transfer([Write(LAST, b"\x01\x05\x06")])
    assert chip.notes == [("shared", 5), ("shared", 6)]
