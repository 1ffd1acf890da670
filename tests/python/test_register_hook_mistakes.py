# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Mistakes in the hooks of a first chip: what is said names the class, the method and what would do."""

from __future__ import annotations

import re
from typing import Any, Callable

import pytest

from vhost_device.errors import AddressNack, DataNack
from vhost_device.sim import Bus, ManualClock, Read, Register, RegisterDevice, Write

CHIP = 0x20


class Base(RegisterDevice):
    config = Register(0x01)

    @config.on_write
    def _config_written(self, value: int) -> None: ...


class Unrelated(RegisterDevice):
    config = Register(0x01)


def without_value() -> None:
    class Tmp(Base):
        @Base.config.on_write
        def _written(self) -> None: ...


def without_self() -> None:
    class Tmp(Base):
        def _config_written(value: int) -> None: ...  # type: ignore[override,misc]  # noqa: N805


def by_the_name_of_its_register() -> None:
    class Tmp(RegisterDevice):
        config = Register(0x01)

        @config.on_write  # type: ignore[no-redef]
        def config(self, value: int) -> None: ...


def two_of_one_name() -> None:
    class Tmp(RegisterDevice):
        a = Register(0)
        b = Register(1)

        @a.on_write
        def _(self, value: int) -> None: ...

        @b.on_write
        def _(self, value: int) -> None: ...


def by_the_name_of_the_bases() -> None:
    class Tmp(Base):
        other = Register(0x05)

        @other.on_write
        def _config_written(self, value: int) -> None: ...


def two_of_one_register() -> None:
    class Tmp(RegisterDevice):
        a = Register(0)

        @a.on_write
        def _one(self, value: int) -> None: ...

        @a.on_write
        def _other(self, value: int) -> None: ...


def of_another_chip() -> None:
    class Tmp(RegisterDevice):
        a = Register(0)

        @Unrelated.config.on_write
        def _written(self, value: int) -> None: ...


def outside_of_a_class() -> None:
    @Base.config.on_write
    def _written(chip: Base, value: int) -> None: ...


def of_no_method() -> None:
    Base.config.on_write(5)  # type: ignore[type-var]


def hidden_by_a_decorator() -> None:
    def plain(method: Any) -> Callable[[Any, int], None]:
        return lambda self, value: None

    class Tmp(RegisterDevice):
        a = Register(0)

        @plain
        @a.on_write
        def _written(self, value: int) -> None: ...


HOOKS: list[tuple[Callable[[], None], str]] = [
    (
        without_value,
        (
            "Tmp._written(self): on_write of 'config' calls it with the value alone; expected"
            " def _written(self, value)"
        ),
    ),
    (without_self, "Tmp._config_written(value): on_write of 'config' calls it"),
    (
        by_the_name_of_its_register,
        (
            "Tmp.config: a hook by the name of its register, which is lost by that; name it otherwise,"
            " such as _config_written"
        ),
    ),
    (two_of_one_name, "Tmp: two hooks are named '_'; give each its own name"),
    (
        by_the_name_of_the_bases,
        "Tmp: two hooks are named '_config_written', of 'config' and of 'other'; give each its own name",
    ),
    (two_of_one_register, "Tmp: 'a' has two on_write hooks, '_one' and '_other'; make them one"),
    (
        of_another_chip,
        "Tmp._written: on_write of <Register config at 0x01, 8 bits>, which is none of the chip's registers",
    ),
    (outside_of_a_class, "@config.on_write decorates a method of the class, and not <function"),
    (of_no_method, "@config.on_write decorates a method of the class, and not 5"),
    (hidden_by_a_decorator, "Tmp._written: is not the method that on_write of 'a' decorates"),
]


@pytest.mark.parametrize(("declare", "text"), HOOKS, ids=lambda it: getattr(it, "__name__", ""))
def test_hook_that_makes_no_sense_is_refused(declare: Callable[[], None], text: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(text)):
        declare()


class Answering(RegisterDevice):
    config = Register(0x01)
    answer: Any = None

    @config.on_read
    def _config_read(self, value: int) -> Any:
        return self.answer

    @config.on_write
    def _config_written(self, value: int) -> Any:
        return self.answer


@pytest.fixture
def bus() -> Bus:
    return Bus(ManualClock())


@pytest.mark.parametrize(
    ("answer", "text"), [(None, "None"), (256, "0x100"), (-1, "-0x1"), (1.5, "1.5"), (b"\x01", r"b'\x01'")]
)
def test_read_hook_that_returns_what_cannot_be_read_is_named(bus: Bus, answer: Any, text: str) -> None:
    bus.attach(Answering(CHIP)).answer = answer
    with pytest.raises(AddressNack):
        bus.transfer([Write(CHIP, b"\x01"), Read(CHIP, 1)])
    (error,) = bus.take_script_errors()
    assert error.hook == "on_read"
    expected = f"Answering._config_read(), on_read of 'config', returned {text}: expected an int, 0 to 0xff"
    assert expected in str(error)


@pytest.mark.parametrize("answer", [False, True, 5])
def test_write_hook_that_returns_something_is_named(bus: Bus, answer: Any) -> None:
    bus.attach(Answering(CHIP)).answer = answer
    with pytest.raises(DataNack):
        bus.transfer([Write(CHIP, b"\x01\x05")])
    (error,) = bus.take_script_errors()
    assert error.hook == "on_write"
    assert (
        f"Answering._config_written(), on_write of 'config', returned {answer}: expected nothing;"
        " set self.config, or raise Nack to refuse" in str(error)
    )
