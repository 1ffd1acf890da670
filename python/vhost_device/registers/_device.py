# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips that are maps of registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Union

from vhost_device import _core
from vhost_device._checks import check_int, naming
from vhost_device._core import Address
from vhost_device.registers._class_map import ClassMap, class_map_of
from vhost_device.registers._field import Field
from vhost_device.registers._pointer_rules import PointerRules
from vhost_device.registers._register import Register

_AddressLike = Union[int, Address]


class RegisterDevice(_core.RegisterDevice):
    """A chip that is a map of registers: a subclass declares them as attributes.

    `pointer` has the rules of its register pointer. With `pec`, messages may have an SMBus packet error
    code: a wrong one is a NACK, and who reads on is given one. `bank` is the Field or Register that says
    which bank of banked registers is seen.

    start(), stop() and catch_up() may be overridden: catch_up() is called before each message, and before a
    test reads or sets a register, so that what changes with time is up to date.

    A subclass has what its bases have, and may add registers, fields and hooks, also hooks and fields of
    registers that it inherits: `@Base.config.on_write`. As with methods, its own come first, for it and its
    subclasses alone, and `super()` has those of its base. TypeError or ValueError for what contradicts
    itself, at the end of the class's body.
    """

    pointer: ClassVar[PointerRules] = PointerRules()
    pec: ClassVar[bool] = False
    bank: ClassVar[Field | Register | None] = None

    _map: ClassVar[ClassMap]

    def __init__(self, address: _AddressLike | Sequence[_AddressLike], *, name: str | None = None) -> None:
        if type(self) is RegisterDevice:
            raise TypeError("RegisterDevice is made for subclasses, which declare their registers")
        if not self._map.registers:
            raise TypeError(
                f"{type(self).__name__} has no registers; they are attributes of the class,"
                " such as config = Register(0x01)"
            )
        with naming(type(self).__name__):
            super().__init__(address, name=name, layout=self._map.layout)

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._map = class_map_of(cls, RegisterDevice)

    @classmethod
    def registers(cls) -> dict[str, Register]:
        """The map, in the order of addresses."""
        return {register.name: register for register in cls._map.registers}

    def _index_of(self, register: Register) -> int:
        try:
            return self._map.indices[register.name]
        except KeyError:
            raise TypeError(
                f"{register!r} is no register of {type(self).__name__}; declare it in the class's body"
            ) from None

    def _register_read(self, index: int, value: int) -> int:
        register = self._map.registers[index]
        method = self._map.hooks[register.name, "on_read"]
        answer: object = getattr(self, method)(value)
        where = f"{type(self).__name__}.{method}(), on_read of {register.name!r}, returned"
        return check_int(where, answer, 0, register.mask)

    def _register_written(self, index: int, value: int) -> None:
        register = self._map.registers[index]
        method = self._map.hooks[register.name, "on_write"]
        answer: object = getattr(self, method)(value)
        if answer is not None:
            raise TypeError(
                f"{type(self).__name__}.{method}(), on_write of {register.name!r}, returned {answer!r}:"
                f" expected nothing; set self.{register.name}, or raise Nack to refuse"
            )
