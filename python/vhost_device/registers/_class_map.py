# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The map of registers that a class and its bases declare, once for all its chips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vhost_device import _core
from vhost_device._checks import check_bool, naming, shown
from vhost_device.registers._field import Field
from vhost_device.registers._hooks import Kind, hooks_of
from vhost_device.registers._pointer_rules import PointerRules
from vhost_device.registers._register import Register


class ClassMap(NamedTuple):
    """What a class has of registers."""

    registers: Sequence[Register]
    """In the order of their addresses."""
    indices: Mapping[str, int]
    """Where in it, by name."""
    hooks: Mapping[tuple[str, Kind], str]
    layout: _core.RegisterLayout


def class_map_of(cls: type, framework: type) -> ClassMap:
    """Collects and checks; `framework` is the class that all chips with registers derive from.

    TypeError or ValueError for what makes no sense, which name the class, the attribute and the value.
    """
    bases = [base for base in cls.__mro__ if base not in framework.__mro__]
    declared = [
        value
        for base in bases
        for name, value in vars(base).items()
        if isinstance(value, Register) and value.name == name
    ]
    hooks = hooks_of(cls, bases, declared)
    for base in bases:
        _check_names(cls, base, framework)
    attributes = {name: value for base in reversed(bases) for name, value in vars(base).items()}
    registers = _sorted(cls, bases, [*_registers_in(cls, attributes)])
    by_name = {register.name: register for register in registers}
    for name, value in attributes.items():
        if isinstance(value, Field):
            with naming(f"{cls.__name__}.{name}"):
                value._check(_register_of(value, declared, by_name))
    indices = {register.name: index for index, register in enumerate(registers)}
    return ClassMap(registers, indices, hooks, _layout(cls, registers, declared, hooks))


def _check_names(cls: type, base: type, framework: type) -> None:
    for name, value in vars(base).items():
        if not isinstance(value, (Register, Field)):
            continue
        if hasattr(framework, name) and name != "bank":
            raise TypeError(
                f"{cls.__name__}.{name}: every chip has a {name!r} of another meaning;"
                f" give the {type(value).__name__} another name"
            )
        replacement = getattr(cls, name, None)
        if replacement is None or isinstance(replacement, Register):
            continue
        # A field may become a property, for which nobody has to know.
        if isinstance(value, Register) or not hasattr(replacement, "__get__"):
            raise TypeError(
                f"{cls.__name__}.{name}: {replacement!r} in the place of a {type(value).__name__} of"
                f" {base.__name__}; expected another {type(value).__name__}, or None for a chip without it"
            )


def _registers_in(cls: type, attributes: Mapping[str, object]) -> Iterator[Register]:
    for name, value in attributes.items():
        if not isinstance(value, Register) or (name == "bank" and value.name != name):
            continue
        with naming(f"{cls.__name__}.{name}"):
            if value.name != name:
                raise TypeError(f"this Register is {value.name!r} already; declare one of its own")
            value._check()
            if value.banks > 1 and getattr(cls, "bank", None) is None:
                raise ValueError(
                    f"banks {value.banks}: expected the class to have bank = Field(...), which selects one"
                )
        yield value


def _sorted(cls: type, bases: Sequence[type], registers: list[Register]) -> Sequence[Register]:
    registers.sort(key=lambda register: register.address)
    for before, register in zip(registers, registers[1:]):
        if before.address == register.address:
            older, newer = sorted((before, register), key=lambda it: -_place(it, bases))
            raise ValueError(
                f"{cls.__name__}.{newer.name}: address {shown(newer.address)}: {older.name!r} is there;"
                f" give each its own address, or the same name to replace {older.name!r}"
            )
    return registers


def _place(register: Register, bases: Sequence[type]) -> int:
    return next(place for place, base in enumerate(bases) if register in vars(base).values())


def _register_of(field: Field, declared: Sequence[Register], by_name: Mapping[str, Register]) -> Register:
    if not isinstance(field.register, Register):
        raise TypeError(f"register {shown(field.register)}: expected a Register of the chip")
    if field.register not in declared:
        raise TypeError(f"{field.register!r} is none of the chip's; declare it in the class, or in a base")
    if field.register.name not in by_name:
        raise TypeError(f"the chip has no {field.register.name!r} any more; make the Field None, too")
    return by_name[field.register.name]


def _layout(
    cls: type,
    registers: Sequence[Register],
    declared: Sequence[Register],
    hooks: Mapping[tuple[str, Kind], str],
) -> _core.RegisterLayout:
    pointer = getattr(cls, "pointer", None)
    with naming(f"{cls.__name__}.pointer"):
        if not isinstance(pointer, PointerRules):
            raise TypeError(f"{pointer!r}: expected PointerRules(...)")
        pointer._check()
        rules = pointer._rules(has_wide_registers=any(register.width > 8 for register in registers))
    pec = getattr(cls, "pec", None)
    check_bool(f"{cls.__name__}.pec", pec)
    layout = _core.RegisterLayout(rules, pec=bool(pec))
    for register in registers:
        name = register.name
        layout.add(
            name, register._row(), on_read=(name, "on_read") in hooks, on_write=(name, "on_write") in hooks
        )
    with naming(f"{cls.__name__}.bank"):
        _select_bank(getattr(cls, "bank", None), layout, registers, declared)
    with naming(cls.__name__):
        layout.complete()
    return layout


def _select_bank(
    bank: object, layout: _core.RegisterLayout, registers: Sequence[Register], declared: Sequence[Register]
) -> None:
    if bank is None:
        return
    by_name = {register.name: register for register in registers}
    if isinstance(bank, Register):
        bank = Field(bank, (bank.width - 1, 0))
    if not isinstance(bank, Field):
        raise TypeError(f"{bank!r}: expected the Field or Register that selects the bank")
    register = _register_of(bank, declared, by_name)
    layout.select_bank_by(registers.index(register), bank.high, bank.low)
