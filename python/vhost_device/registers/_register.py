# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Rows of a register map."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from vhost_device import _core
from vhost_device._checks import check_choice, check_int, shown
from vhost_device._core import Endian
from vhost_device.registers._hooks import Kind, mark

if TYPE_CHECKING:
    from vhost_device.registers._device import RegisterDevice

_Hook = TypeVar("_Hook", bound=Callable[..., object])
_ReadHook = TypeVar("_ReadHook", bound=Callable[..., int])
_WriteHook = TypeVar("_WriteHook", bound=Callable[..., None])

_MAX_ADDRESS = 0xFFFF
_MAX_BANKS = 256


class Register:
    """A row of a register map: an attribute of the chip's class, and of each chip its value, an int.

    address
        What the pointer is to select it.
    width
        In bits: 8, 16, 24 or 32.
    endian
        "big" or "little": the order of its bytes on the bus.
    access
        "r", "w" or "rw", by the bus. A write to what is only read is acknowledged and lost; what is only
        written reads as 0.
    reset
        Its value at power-up.
    writable, readable
        Masks, for registers in which that differs from bit to bit. What is not writable keeps its value.
    write_one_to_clear, clear_on_read
        Masks of bits that writing a 1 clears, and that reading clears.
    banks
        How many of it there are; the chip's `bank` says which one the bus and the attribute see.

    Setting the attribute puts a value there whatever the masks say, and calls no hook. ValueError for a
    value that is wider than the register.

    A subclass that declares a register of the same name replaces it for itself; hooks and fields that it
    inherits are then of the new one.
    """

    def __init__(
        self,
        address: int,
        *,
        width: int = 8,
        endian: Literal["big", "little"] = "big",
        access: Literal["r", "w", "rw"] = "rw",
        reset: int = 0,
        writable: int | None = None,
        readable: int | None = None,
        write_one_to_clear: int = 0,
        clear_on_read: int = 0,
        banks: int = 1,
    ) -> None:
        self.address = address
        self.width = width
        self.endian = endian
        self.access = access
        self.reset = reset
        self.write_one_to_clear = write_one_to_clear
        self.clear_on_read = clear_on_read
        self.banks = banks
        self.name = ""
        self._writable = writable
        self._readable = readable
        # Those of classes that are not made yet.
        self._hooks: list[tuple[Kind, Callable[..., object]]] = []

    @property
    def mask(self) -> int:
        """All its bits."""
        return (1 << self.width) - 1

    @property
    def writable(self) -> int:
        """The bits that a write changes."""
        if self._writable is not None:
            return self._writable
        return self.mask & ~self.write_one_to_clear if "w" in self.access else 0

    @property
    def readable(self) -> int:
        """The bits that a read finds; the others read as 0."""
        if self._readable is not None:
            return self._readable
        return self.mask if "r" in self.access else 0

    def on_read(self, hook: _ReadHook) -> _ReadHook:
        """Decorates the method that is called as hook(self, value) when the bus begins to read the register.

        What it returns is read. It is a hook of the class that it is in, and of its subclasses.
        """
        return self._hooked("on_read", hook)

    def on_write(self, hook: _WriteHook) -> _WriteHook:
        """Decorates the method that is called as hook(self, value) when the bus has written the register.

        `value` is what was written, all bits of it; the attribute is what the register made of it. Raising
        Nack refuses the last byte. It is a hook of the class that it is in, and of its subclasses.
        """
        return self._hooked("on_write", hook)

    def _check(self) -> None:
        """TypeError or ValueError for what no register is."""
        check_int("address", self.address, 0, _MAX_ADDRESS)
        check_choice("width", self.width, (8, 16, 24, 32), " bits")
        check_choice("endian", self.endian, ("big", "little"))
        check_choice("access", self.access, ("r", "w", "rw"))
        banks: object = self.banks
        if not isinstance(banks, int) or not 1 <= banks <= _MAX_BANKS:
            raise ValueError(f"banks {self.banks!r}: expected 1 to {_MAX_BANKS}")
        for what in ("reset", "write_one_to_clear", "clear_on_read", "writable", "readable"):
            try:
                check_int(what, getattr(self, what), 0, self.mask)
            except ValueError as error:
                raise ValueError(f"{error} for its width of {self.width} bits") from None
        if both := self.writable & self.write_one_to_clear:
            raise ValueError(
                f"bits {shown(both)}: expected in writable or in write_one_to_clear, not in both"
            )

    def _row(self) -> _core.Register:
        """The same in C++, which has a name apart."""
        row = _core.Register()
        row.address = self.address
        row.width = self.width
        row.endian = Endian[self.endian]
        row.reset = self.reset
        row.writable = self.writable
        row.readable = self.readable
        row.write_one_to_clear = self.write_one_to_clear
        row.clear_on_read = self.clear_on_read
        row.banks = self.banks
        return row

    def _take_hooks_of(self, owner: type) -> list[tuple[Kind, Callable[..., object]]]:
        """Its hooks in the body of a class that has been made, told once."""
        taken = [
            (kind, hook)
            for kind, hook in self._hooks
            if (hook.__module__, hook.__qualname__.rpartition(".")[0])
            == (owner.__module__, owner.__qualname__)
        ]
        self._hooks = [declared for declared in self._hooks if declared not in taken]
        return taken

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, chip: None, owner: type) -> Register: ...
    @overload
    def __get__(self, chip: RegisterDevice, owner: type) -> int: ...
    def __get__(self, chip: RegisterDevice | None, owner: type) -> Register | int:
        return self if chip is None else chip._get(chip._index_of(self))

    def __set__(self, chip: RegisterDevice, value: int) -> None:
        number = check_int(f"{type(chip).__name__}.{self.name}", value, 0, self.mask)
        chip._set(chip._index_of(self), self.mask, number)

    def __repr__(self) -> str:
        return f"<Register {self.name or '?'} at {shown(self.address)}, {self.width} bits>"

    def _hooked(self, kind: Kind, hook: _Hook) -> _Hook:
        owner = hook.__qualname__.rpartition(".")[0] if inspect.isfunction(hook) else ""
        if not owner or owner.endswith("<locals>"):
            raise TypeError(
                f"@{self.name or 'register'}.{kind} decorates a method of the class, and not {hook!r};"
                " decorators below it use functools.wraps"
            )
        mark(hook, self, kind)
        self._hooks.append((kind, hook))
        return hook
