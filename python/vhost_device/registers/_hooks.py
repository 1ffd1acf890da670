# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Which methods of a class are hooks of its registers.

A hook belongs to the class in which it is declared, as its methods do, and not to the register: others have
that, too. So the decorated function is marked, and each class looks for the marks of itself and its bases.
It is called by its name, so that a subclass can override it as any method.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vhost_device.registers._register import Register

Kind = Literal["on_read", "on_write"]
_Mark = tuple["Register", Kind]

_MARKS = "_register_hooks"


def mark(hook: object, register: Register, kind: Kind) -> None:
    """Remembers in a function what it is a hook of."""
    setattr(hook, _MARKS, (*marks_of(hook), (register, kind)))


def marks_of(value: object) -> tuple[_Mark, ...]:
    """What an attribute of a class is a hook of; nothing for most."""
    marks: tuple[_Mark, ...] = getattr(value, _MARKS, ()) if isinstance(value, FunctionType) else ()
    return marks


def hooks_of(
    cls: type, bases: Sequence[type], registers: Collection[Register]
) -> dict[tuple[str, Kind], str]:
    """The method's name for each register's name and kind of hook.

    `bases` are the classes that may declare some, `cls` first; `registers` all that they declare, also those
    that others replace. TypeError for hooks that contradict each other, or cannot be called.
    """
    found: dict[tuple[str, Kind], str] = {}
    for owner in bases:
        _check_all_are_there(cls, owner, registers)
        for key, name in _declared_in(cls, owner, registers).items():
            found.setdefault(key, name)
    called = {}
    for (register, kind), name in found.items():
        method = inspect.getattr_static(cls, name)
        if method is not None:  # a subclass takes it away, as it can any method
            _check_method(cls, name, method, register, kind)
            called[register, kind] = name
    return called


def _declared_in(cls: type, owner: type, registers: Collection[Register]) -> dict[tuple[str, Kind], str]:
    declared: dict[tuple[str, Kind], str] = {}
    for name, value in vars(owner).items():
        for register, kind in marks_of(value):
            if not register.name:
                raise TypeError(
                    f"{cls.__name__}.{name}: a hook by the name of its register, which is lost by that;"
                    f" name it otherwise, such as _{name}_{'read' if kind == 'on_read' else 'written'}"
                )
            if register not in registers:
                raise TypeError(
                    f"{cls.__name__}.{name}: {kind} of {register!r}, which is none of the chip's registers"
                )
            other = declared.setdefault((register.name, kind), name)
            if other != name:
                raise TypeError(
                    f"{cls.__name__}: {register.name!r} has two {kind} hooks, {other!r} and {name!r};"
                    " make them one"
                )
    return declared


def _check_all_are_there(cls: type, owner: type, registers: Collection[Register]) -> None:
    values = vars(owner).values()
    for register in registers:
        for kind, hook in register._take_hooks_of(owner):
            if any((register, kind) in marks_of(value) for value in values):
                continue
            name = hook.__name__
            if name not in vars(owner):
                continue  # of a class body that failed, and was written anew without it
            if marks_of(vars(owner).get(name)):
                raise TypeError(f"{cls.__name__}: two hooks are named {name!r}; give each its own name")
            raise TypeError(
                f"{cls.__name__}.{name}: is not the method that {kind} of {register.name!r} decorates;"
                f" put @{register.name}.{kind} above its other decorators, and give it a name of its own"
            )


def _check_method(cls: type, name: str, method: object, register: str, kind: Kind) -> None:
    where = f"{cls.__name__}.{name}"
    marked = [(its.name, its_kind) for its, its_kind in marks_of(method)]
    if marked and (register, kind) not in marked:
        raise TypeError(
            f"{cls.__name__}: two hooks are named {name!r}, of {register!r} and of {marked[0][0]!r};"
            " give each its own name"
        )
    if not isinstance(method, FunctionType):
        if not callable(method) and not hasattr(method, "__get__"):
            raise TypeError(f"{where}: {kind} of {register!r} is a method, and not {method!r}")
        return
    try:
        inspect.signature(method).bind(None, 0)
    except TypeError:
        parameters = ", ".join(inspect.signature(method).parameters)
        raise TypeError(
            f"{where}({parameters}): {kind} of {register!r} calls it with the value alone;"
            f" expected def {name}(self, value)"
        ) from None
