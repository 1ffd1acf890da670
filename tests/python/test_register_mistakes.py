# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Mistakes of a first chip: what is said names the class, the attribute and the value, and what would do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from vhost_device.sim import Field, PointerRules, Register, RegisterDevice

CHIP = 0x20


class Base(RegisterDevice):
    config = Register(0x01)
    data = Register(0x02, width=16)
    level = Field(data, bits=(15, 12))

    @config.on_write
    def _config_written(self, value: int) -> None: ...


class Unrelated(RegisterDevice):
    config = Register(0x01)


def make(base: type = RegisterDevice, **attributes: Any) -> type:
    """The class Tmp of these attributes."""
    return type(base)("Tmp", (base,), attributes)


REGISTERS: list[tuple[dict[str, Any], str]] = [
    ({"width": 12}, "width 12: expected 8, 16, 24 or 32 bits"),
    ({"width": "16"}, "width '16': expected 8, 16, 24 or 32 bits"),
    ({"width": 16.0}, "width 16.0: expected 8, 16, 24 or 32 bits"),
    ({"access": "x"}, "access 'x': expected 'r', 'w' or 'rw'"),
    ({"access": "ro"}, "access 'ro': expected 'r', 'w' or 'rw'"),
    ({"access": None}, "access None: expected 'r', 'w' or 'rw'"),
    ({"endian": "middle"}, "endian 'middle': expected 'big' or 'little'"),
    ({"reset": 0x100}, "reset 0x100: expected an int, 0 to 0xff for its width of 8 bits"),
    ({"reset": -1}, "reset -0x1: expected an int, 0 to 0xff for its width of 8 bits"),
    ({"reset": "0x80"}, "reset '0x80': expected an int, 0 to 0xff"),
    ({"writable": 0x1FF}, "writable 0x1ff: expected an int, 0 to 0xff for its width of 8 bits"),
    ({"readable": 1.5}, "readable 1.5: expected an int, 0 to 0xff"),
    ({"clear_on_read": 0x100}, "clear_on_read 0x100: expected an int, 0 to 0xff"),
    ({"write_one_to_clear": 0x100}, "write_one_to_clear 0x100: expected an int, 0 to 0xff"),
    (
        {"writable": 0x0F, "write_one_to_clear": 0x03},
        "bits 0x03: expected in writable or in write_one_to_clear, not in both",
    ),
    ({"banks": 0}, "banks 0: expected 1 to 256"),
    ({"banks": 4}, "banks 4: expected the class to have bank = Field(...), which selects one"),
]


@pytest.mark.parametrize(("arguments", "text"), REGISTERS)
def test_register_that_makes_no_sense_is_refused_by_name(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(f"Tmp.config: {text}")):
        make(config=Register(0x01, **arguments))


ADDRESS_OR_LIST = "expected an int from 0x00 to 0x7f, an Address, or a list of them"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("0x01", "Tmp.config: address '0x01': expected an int, 0 to 0xffff"),
        (-1, "Tmp.config: address -0x1: expected an int, 0 to 0xffff"),
        (0x12345, "Tmp.config: address 0x12345: expected an int, 0 to 0xffff"),
        (
            0x101,
            (
                "Tmp: register 'config': address 0x101: the pointer selects by the bits 0xff alone;"
                " give it another mask or size"
            ),
        ),
    ],
)
def test_address_of_a_register_that_makes_no_sense_is_refused(address: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(text) + "$"):
        make(config=Register(address))


FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"bits": (4, 15)}, "bits (4, 15): expected the most significant first, (15, 4)"),
    (
        {"bits": (16, 4)},
        "bits (16, 4): expected 15 to 0, of which 'data' has 16; a wider register has a width",
    ),
    ({"bits": 16}, "bits 16: expected 15 to 0"),
    ({"bits": (3, -1)}, "bits (3, -1): expected 15 to 0"),
    ({"bits": (1, 2, 3)}, "bits (1, 2, 3): expected (high, low), as (15, 4), or a single bit"),
    ({"bits": "15:4"}, "bits '15:4': expected (high, low), as (15, 4), or a single bit"),
    ({"bits": 0, "scale": 0}, "scale 0: expected what one step is worth"),
    ({"bits": 0, "scale": float("nan")}, "scale nan: expected a finite number"),
    ({"bits": 0, "scale": "0.5"}, "scale '0.5': expected a finite number"),
    ({"bits": 0, "zero": None}, "zero None: expected a finite number"),
    ({"bits": 0, "signed": "yes"}, "signed 'yes': expected True or False"),
    ({"bits": 0, "unit": 1}, "unit 1: expected a text such as 'degC'"),
]


@pytest.mark.parametrize(("arguments", "text"), FIELDS)
def test_field_that_makes_no_sense_is_refused_by_name(arguments: dict[str, Any], text: str) -> None:
    data = Register(0x00, width=16)
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(f"Tmp.celsius: {text}")):
        make(data=data, celsius=Field(data, **arguments))


@pytest.mark.parametrize(
    ("register", "text"),
    [
        (0x02, "register 0x02: expected a Register of the chip"),
        (Register(0x05), "<Register ? at 0x05, 8 bits> is none of the chip's; declare it in the class"),
        (
            Unrelated.config,
            "<Register config at 0x01, 8 bits> is none of the chip's; declare it in the class",
        ),
    ],
)
def test_field_of_what_is_no_register_of_the_chip_is_refused(register: Any, text: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(f"Tmp.celsius: {text}")):
        make(data=Register(0x00), celsius=Field(register, bits=0))


POINTERS: list[tuple[Any, str]] = [
    (PointerRules, "expected PointerRules(...)"),
    ({"size": 2}, "{'size': 2}: expected PointerRules(...)"),
    (PointerRules(size=3), "size 3: expected 1 or 2 bytes"),
    (PointerRules(after="stop"), "after 'stop': expected 'next', 'same' or 'nothing'"),  # type: ignore[arg-type]
    (PointerRules(mask=0x1FF), "mask 0x1ff: expected an int, 0 to 0xff"),
    (PointerRules(mask=0xFF, auto_increment_bit=0x80), "auto_increment_bit 0x80: expected beside the mask"),
    (PointerRules(last=0x100), "last 0x100: expected an int, 0 to 0xff"),
    (PointerRules(first=8, last=7), "last 0x07: expected an int, 0x08 to 0xff"),
    (PointerRules(unmapped=-1), "unmapped -0x1: expected an int, 0 to 0xff"),
    (PointerRules(sticky=1), "sticky 1: expected True or False"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("pointer", "text"), POINTERS)
def test_pointer_that_makes_no_sense_is_refused(pointer: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^Tmp\.pointer: .*" + re.escape(text)):
        make(config=Register(0), pointer=pointer)


CLASSES: list[tuple[type, dict[str, Any], str]] = [
    (
        RegisterDevice,
        {"a": Register(1, width=16), "b": Register(2), "pointer": PointerRules(counts_registers=False)},
        (
            "Tmp: register 'b' at 0x02 begins before the end of register 'a', 0x01 to 0x02; where each"
            " address is a whole register, set counts_registers"
        ),
    ),
    (
        Base,
        {"control": Register(0x01)},
        (
            "Tmp.control: address 0x01: 'config' is there; give each its own address, or the same name to"
            " replace 'config'"
        ),
    ),
    (
        RegisterDevice,
        {"reset": Register(0x01)},
        "Tmp.reset: every chip has a 'reset' of another meaning; give the Register another name",
    ),
    (
        Base,
        {"address": Field(Base.config, bits=0)},
        "Tmp.address: every chip has a 'address' of another meaning; give the Field another name",
    ),
    (
        Base,
        {"config": 0x80},
        "Tmp.config: 128 in the place of a Register of Base; expected another Register, or None",
    ),
    (
        Base,
        {"level": 3},
        "Tmp.level: 3 in the place of a Field of Base; expected another Field, or None",
    ),
    (
        Base,
        {"data": Register(0x02)},
        "Tmp.level: bits (15, 12): expected 7 to 0, of which 'data' has 8",
    ),
    (Base, {"data": None}, "Tmp.level: the chip has no 'data' any more; make the Field None, too"),
    (
        Base,
        {"settings": Base.config},
        "Tmp.settings: this Register is 'config' already; declare one of its own",
    ),
    (Base, {"pec": "yes"}, "Tmp.pec 'yes': expected True or False"),
    (Base, {"bank": 2}, "Tmp.bank: 2: expected the Field or Register that selects the bank"),
    (Base, {"bank": Unrelated.config}, "Tmp.bank: <Register config at 0x01, 8 bits> is none of the chip's"),
    (Base, {"_config_written": 5}, "Tmp._config_written: on_write of 'config' is a method, and not 5"),
]


@pytest.mark.parametrize(("base", "attributes", "text"), CLASSES)
def test_class_that_makes_no_sense_is_refused(base: type, attributes: dict[str, Any], text: str) -> None:
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(text)):
        make(base, **attributes)


def test_class_without_registers_is_no_chip() -> None:
    class Late(RegisterDevice):
        def __init__(self, address: int) -> None:
            super().__init__(address)
            self.config = Register(0x01)

    with pytest.raises(TypeError, match=r"^Late has no registers; they are attributes of the class, such as"):
        Late(CHIP)


def test_register_that_the_class_got_later_is_told_where_to_be() -> None:
    chip = Base(CHIP)
    Unrelated.late = Register(0x07)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"is no register of Unrelated; declare it in the class's body"):
        Unrelated(CHIP).late  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(chip, "late")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("config", 0x100, "Base.config 0x100: expected an int, 0 to 0xff"),
        ("config", -1, "Base.config -0x1: expected an int, 0 to 0xff"),
        ("config", "1", "Base.config '1': expected an int, 0 to 0xff"),
        ("level", 16, "Base.level 16: expected 0 to 15"),
        ("level", "high", "Base.level 'high': expected a number, 0 to 15"),
    ],
)
def test_value_that_does_not_fit_is_refused_by_name(name: str, value: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(text) + "$"):
        setattr(Base(CHIP), name, value)


ADDRESS_OR_LIST = "expected an int from 0x00 to 0x7f, an Address, or a list of them"


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("0x48", f"Base: address '0x48': {ADDRESS_OR_LIST}"),
        ([0x48, "0x49"], "Base: address '0x49': expected an int from 0x00 to 0x7f, or an Address"),
        (None, f"Base: address None: {ADDRESS_OR_LIST}"),
        (0x90, "Base: address 144: expected 0x00 to 0x7f; for one of 10 bits, use Address.ten_bit()"),
    ],
)
def test_address_that_no_chip_has_is_refused_by_the_class(address: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(text) + "$"):
        Base(address)
