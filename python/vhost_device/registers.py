# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Chips as maps of registers, declared as the datasheet has them.

    class Tmp(RegisterDevice):
        \"""Made-up 12-bit sensor.\"""

        temperature = Register(0x00, width=16, endian="big", access="r")
        config = Register(0x01, width=8, reset=0x80)
        celsius = Field(temperature, bits=(15, 4), scale=0.0625, signed=True, unit="degC")

        @config.on_write
        def _config_written(self, value):
            ...

The rules by which messages select, read and write registers are those of the chips in C++, in the same
words; what has no hook never enters Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, Union, overload

from vhost_device import _core
from vhost_device._core import Address, AfterRegister, Endian

__all__ = ["Field", "Pointer", "Register", "RegisterDevice"]

_AddressLike = Union[int, Address]
_ReadHook = TypeVar("_ReadHook", bound=Callable[..., int])
_WriteHook = TypeVar("_WriteHook", bound=Callable[..., None])
_D = TypeVar("_D", bound="RegisterDevice")

_WIDTHS = (8, 16, 24, 32)


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
        if width not in _WIDTHS:
            raise ValueError(f"width {width}: expected 8, 16, 24 or 32 bits")
        if endian not in ("big", "little"):
            raise ValueError(f"endian {endian!r}: expected 'big' or 'little'")
        if access not in ("r", "w", "rw"):
            raise ValueError(f"access {access!r}: expected 'r', 'w' or 'rw'")
        mask = (1 << width) - 1
        self.address = address
        self.width = width
        self.endian = endian
        self.reset = self._checked("reset", reset)
        plainly_writable = mask & ~write_one_to_clear if "w" in access else 0
        self.writable = self._checked("writable", plainly_writable if writable is None else writable)
        self.readable = self._checked(
            "readable", (mask if "r" in access else 0) if readable is None else readable
        )
        self.write_one_to_clear = self._checked("write_one_to_clear", write_one_to_clear)
        self.clear_on_read = self._checked("clear_on_read", clear_on_read)
        self.banks = banks
        self.name = ""
        self._on_read = ""
        self._on_write = ""
        self._hooks: list[Callable[..., object]] = []

    def on_read(self, hook: _ReadHook) -> _ReadHook:
        """Decorates the method that is called as hook(self, value) when the bus begins to read the register.

        What it returns is read.
        """
        self._on_read = hook.__name__
        self._hooks.append(hook)
        return hook

    def on_write(self, hook: _WriteHook) -> _WriteHook:
        """Decorates the method that is called as hook(self, value) when the bus has written the register.

        `value` is what was written, all bits of it; the attribute is what the register made of it. Raising
        Nack refuses the last byte.
        """
        self._on_write = hook.__name__
        self._hooks.append(hook)
        return hook

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, chip: None, owner: type) -> Register: ...
    @overload
    def __get__(self, chip: RegisterDevice, owner: type) -> int: ...
    def __get__(self, chip: RegisterDevice | None, owner: type) -> Register | int:
        return self if chip is None else chip._get(chip._indices[self])

    def __set__(self, chip: RegisterDevice, value: int) -> None:
        mask = (1 << self.width) - 1
        chip._set(chip._indices[self], mask, self._checked(self.name, value))

    def __repr__(self) -> str:
        return f"<Register {self.name or '?'} at {self.address:#04x}, {self.width} bits>"

    def _checked(self, what: str, value: int) -> int:
        if not hasattr(value, "__index__"):
            raise TypeError(f"{what} {value!r}: expected an int, 0 to {(1 << self.width) - 1:#x}")
        if not 0 <= value < 1 << self.width:
            raise ValueError(f"{what} {value:#x}: expected 0 to {(1 << self.width) - 1:#x}")
        return value


class Field:
    """Some bits of a register as a number: (code + zero) * scale, in `unit`.

    `bits` is the most and the least significant one, as datasheets write it, or a single bit. The value is
    an int where scale is 1 and zero is 0, otherwise a float. Setting it takes the nearest code; ValueError
    beyond the first and the last one.
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
        high, low = (bits, bits) if isinstance(bits, int) else bits
        if not register.width > high >= low >= 0:
            raise ValueError(f"bits {bits}: expected (high, low) within {register.width} bits")
        if not scale:
            raise ValueError("scale: expected anything but 0")
        self.register = register
        self.high, self.low = high, low
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
        plain = self.scale == 1 and self.zero == 0
        code = number if plain and isinstance(number, int) else number / self.scale - self.zero
        if not isinstance(code, int):
            code = round(code) if math.isfinite(code) else math.inf
        if code not in self.codes:
            ends = sorted((self._physical(self.codes[0]), self._physical(self.codes[-1])))
            unit = f" {self.unit}" if self.unit else ""
            raise ValueError(f"{self.name} {number}: expected {ends[0]} to {ends[1]}{unit}")
        return (int(code) << self.low) & self.mask

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name

    @overload
    def __get__(self, chip: None, owner: type) -> Field: ...
    @overload
    def __get__(self, chip: RegisterDevice, owner: type) -> float: ...
    def __get__(self, chip: RegisterDevice | None, owner: type) -> Field | float:
        return self if chip is None else self.decode(chip._get(chip._indices[self.register]))

    def __set__(self, chip: RegisterDevice, number: float) -> None:
        chip._set(chip._indices[self.register], self.mask, self.encode(number))

    def __repr__(self) -> str:
        return f"<Field {self.name or '?'}: bits {self.high} to {self.low} of {self.register.name}>"

    def _physical(self, code: int) -> float:
        return code if self.scale == 1 and self.zero == 0 else (code + self.zero) * self.scale


class Pointer:
    """How the first bytes of a write select a register, and where the pointer goes from there.

    size
        Of the pointer in bytes: 1, or 2 with the most significant one first.
    mask
        The bits of it that select; others are ignored. All of them if it is not given.
    after
        What comes behind a register within one message: the "next" one, the "same" one again, or
        "nothing" (what is written there is lost, 0xff is read).
    auto_increment_bit
        A bit beside the mask that asks for the next one; without it, it is `after`.
    first, last
        Behind the last address comes the first.
    counts_registers
        Each address is a register of whatever width, written as a whole or not at all. Otherwise each is a
        byte. The default is True where any register has more than 8 bits.
    sticky
        The pointer stays where it is until it is written again; otherwise STOP puts it to `first`.
    write_pairs
        In a write each register is preceded by its own pointer.
    unmapped
        What is read where there is no register.
    """

    def __init__(
        self,
        size: int = 1,
        *,
        mask: int | None = None,
        after: Literal["next", "same", "nothing"] = "next",
        auto_increment_bit: int = 0,
        first: int = 0,
        last: int | None = None,
        counts_registers: bool | None = None,
        sticky: bool = True,
        write_pairs: bool = False,
        unmapped: int = 0xFF,
    ) -> None:
        if size not in (1, 2):
            raise ValueError(f"size {size}: expected 1 or 2 bytes")
        if after not in ("next", "same", "nothing"):
            raise ValueError(f"after {after!r}: expected 'next', 'same' or 'nothing'")
        everything = (1 << (8 * size)) - 1
        self.size = size
        self.mask = everything & ~auto_increment_bit if mask is None else mask
        self.after = after
        self.auto_increment_bit = auto_increment_bit
        self.first = first
        self.last = self.mask if last is None else last
        self.counts_registers = counts_registers
        self.sticky = sticky
        self.write_pairs = write_pairs
        self.unmapped = unmapped


class RegisterDevice(_core.RegisterDevice):
    """A chip that is a map of registers: a subclass declares them as attributes.

    `pointer` has the rules of its register pointer. With `pec`, messages may have an SMBus packet error
    code: a wrong one is a NACK, and who reads on is given one. `bank` is the Field or Register that says
    which bank of banked registers is seen.

    start(), stop() and update() may be overridden: update() is called before each message, and before a
    test reads or sets a register, so that what changes with time is up to date.
    """

    pointer: Pointer = Pointer()
    pec: bool = False
    bank: Field | Register | None = None

    _layout: _core.RegisterLayout
    _registers: Sequence[Register]
    _indices: dict[Register, int]

    def __init__(self, address: _AddressLike | Sequence[_AddressLike], *, name: str | None = None) -> None:
        if type(self) is RegisterDevice:
            raise TypeError("RegisterDevice is made for subclasses, which declare their registers")
        super().__init__(address, name=name, layout=self._layout)

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._registers = _registers_of(cls)
        _check_fields(cls, cls._registers)
        _check_hooks(cls, cls._registers)
        cls._indices = {register: index for index, register in enumerate(cls._registers)}
        cls._layout = _layout_of(cls, cls._registers)

    @classmethod
    def registers(cls) -> dict[str, Register]:
        """The map, in the order of addresses."""
        return {register.name: register for register in cls._registers}

    def _register_read(self, index: int, value: int) -> int:
        register = self._registers[index]
        answer: int = getattr(self, register._on_read)(value)
        if not hasattr(answer, "__index__"):
            expected = f"expected an int, 0 to {(1 << register.width) - 1}"
            raise TypeError(f"{self.name}: on_read of {register.name!r} returned {answer!r}; {expected}")
        return answer

    def _register_written(self, index: int, value: int) -> object:
        return getattr(self, self._registers[index]._on_write)(value)


def _attributes_of(cls: type) -> dict[str, object]:
    return {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}


def _registers_of(cls: type) -> list[Register]:
    found = [value for value in _attributes_of(cls).values() if isinstance(value, Register)]
    return sorted(found, key=lambda register: register.address)


def _check_fields(cls: type, registers: Sequence[Register]) -> None:
    for name, value in _attributes_of(cls).items():
        if isinstance(value, Field) and value.register not in registers:
            raise TypeError(
                f"{cls.__name__}.{name}: its register {value.register.name!r} is none of the chip's;"
                " declare the field again where its register is replaced"
            )


def _check_hooks(cls: type, registers: Sequence[Register]) -> None:
    # They are called by name, so that a subclass can override them.
    known: dict[str, object] = {}
    for register in registers:
        for hook in register._hooks:
            name = hook.__name__
            if known.setdefault(name, hook) is not hook:
                raise TypeError(f"{cls.__name__}: two hooks are named {name!r}; give each its own name")


def _layout_of(cls: type[RegisterDevice], registers: Sequence[Register]) -> _core.RegisterLayout:
    pointer = cls.pointer
    wide = any(register.width > 8 for register in registers)
    layout = _core.RegisterLayout(
        bytes=pointer.size,
        mask=pointer.mask,
        after=AfterRegister[pointer.after],
        auto_increment_bit=pointer.auto_increment_bit,
        first=pointer.first,
        last=pointer.last,
        counts_registers=wide if pointer.counts_registers is None else pointer.counts_registers,
        sticky=pointer.sticky,
        write_pairs=pointer.write_pairs,
        unmapped=pointer.unmapped,
        pec=cls.pec,
    )
    for register in registers:
        layout.add(
            name=register.name,
            address=register.address,
            width=register.width,
            endian=Endian[register.endian],
            reset=register.reset,
            writable=register.writable,
            readable=register.readable,
            clear_by_one=register.write_one_to_clear,
            clear_by_read=register.clear_on_read,
            banks=register.banks,
            on_read=bool(register._on_read),
            on_write=bool(register._on_write),
        )
    if cls.bank is not None:
        _select_bank(cls.bank, layout, registers)
    layout.complete()
    return layout


def _select_bank(bank: Field | Register, layout: _core.RegisterLayout, registers: Sequence[Register]) -> None:
    field = bank if isinstance(bank, Field) else Field(bank, (bank.width - 1, 0))
    if field.register not in registers:
        raise TypeError(f"bank: {field.register!r} is not one of the chip's registers")
    layout.select_bank_by(registers.index(field.register), field.high, field.low)
