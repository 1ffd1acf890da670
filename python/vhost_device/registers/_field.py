# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Bits of registers as numbers in units."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, overload

from vhost_device._checks import check_bool
from vhost_device.registers._register import Register

if TYPE_CHECKING:
    from vhost_device.registers._device import RegisterDevice


class Field:
    """Some bits of a register as a number: (code + zero) * scale, in `unit`.

    `bits` is the most and the least significant one, as datasheets write it, or a single bit. The value is
    an int where scale is 1 and zero is 0, otherwise a float. Setting it takes the nearest code; ValueError
    beyond the first and the last one.

    A subclass may declare fields of registers that it inherits: `ready = Field(Base.config, bits=7)`.
    """

    def __init__(
        self,
        register: Register,
        bits: tuple[int, int] | int,
        *,
        scale: float = 1,
        zero: float = 0,
        signed: bool = False,
        unit: str = "",
    ) -> None:
        self.register = register
        self.bits = bits
        self.high, self.low = _ends_of(bits) or (0, 0)
        self.scale, self.zero, self.signed, self.unit = scale, zero, signed, unit
        self.name = ""

    @property
    def mask(self) -> int:
        """Its bits in the register."""
        return ((1 << (self.high - self.low + 1)) - 1) << self.low

    @property
    def codes(self) -> range:
        """Every code that it can have."""
        count = 1 << (self.high - self.low + 1)
        return range(-count // 2, count // 2) if self.signed else range(count)

    def decode(self, value: int) -> float:
        """The number in a register's value."""
        code = (value & self.mask) >> self.low
        if code not in self.codes:
            code -= 1 << (self.high - self.low + 1)
        return self._physical(code)

    def encode(self, number: float) -> int:
        """The field's bits for a number, where they are in the register."""
        return self._encode(number, self.name)

    def _check(self, register: Register) -> None:
        """TypeError or ValueError for what is no field of this register, which a class may have replaced."""
        if _ends_of(self.bits) is None:
            raise TypeError(f"bits {self.bits!r}: expected (high, low), as (15, 4), or a single bit")
        if self.high < self.low:
            raise ValueError(
                f"bits {self.bits}: expected the most significant first, ({self.low}, {self.high})"
            )
        if self.low < 0 or self.high >= register.width:
            raise ValueError(
                f"bits {self.bits}: expected {register.width - 1} to 0, of which {register.name!r} has"
                f" {register.width}; a wider register has a width"
            )
        for what in ("scale", "zero"):
            number = getattr(self, what)
            if not _is_number(number) or not math.isfinite(number):
                raise TypeError(f"{what} {number!r}: expected a finite number")
        if self.scale == 0:
            raise ValueError(
                "scale 0: expected what one step is worth; without a unit leave it out, which is 1"
            )
        check_bool("signed", self.signed)
        if not isinstance(self.unit, str):
            raise TypeError(f"unit {self.unit!r}: expected a text such as 'degC'")

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, chip: None, owner: type) -> Field: ...
    @overload
    def __get__(self, chip: RegisterDevice, owner: type) -> float: ...
    def __get__(self, chip: RegisterDevice | None, owner: type) -> Field | float:
        return self if chip is None else self.decode(chip._get(chip._index_of(self.register)))

    def __set__(self, chip: RegisterDevice, number: float) -> None:
        chip._set(
            chip._index_of(self.register),
            self.mask,
            self._encode(number, f"{type(chip).__name__}.{self.name}"),
        )

    def __repr__(self) -> str:
        return f"<Field {self.name or '?'}: bits {self.high} to {self.low} of {self.register!r}>"

    def _encode(self, number: float, where: str) -> int:
        if not _is_number(number):
            raise TypeError(f"{where} {number!r}: expected a number, {self._range()}")
        plain = self.scale == 1 and self.zero == 0
        code = number if plain and isinstance(number, int) else number / self.scale - self.zero
        if not isinstance(code, int):
            code = round(code) if math.isfinite(code) else math.inf
        if code not in self.codes:
            raise ValueError(f"{where} {number}: expected {self._range()}")
        return (int(code) << self.low) & self.mask

    def _physical(self, code: int) -> float:
        return code if self.scale == 1 and self.zero == 0 else (code + self.zero) * self.scale

    def _range(self) -> str:
        first, last = sorted((self._physical(self.codes[0]), self._physical(self.codes[-1])))
        return f"{first} to {last}" + (f" {self.unit}" if self.unit else "")


def _is_number(value: object) -> bool:
    return isinstance(value, Real)


def _ends_of(bits: object) -> tuple[int, int] | None:
    if isinstance(bits, int):
        return bits, bits
    if isinstance(bits, (tuple, list)) and len(bits) == 2 and all(isinstance(bit, int) for bit in bits):
        return bits[0], bits[1]
    return None
