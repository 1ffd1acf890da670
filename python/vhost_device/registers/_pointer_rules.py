# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""How messages select registers."""

from __future__ import annotations

from typing import Literal

from vhost_device import _core
from vhost_device._checks import check_bool, check_choice, check_int, shown
from vhost_device._core import AfterRegister

_MAX_BYTE = 0xFF


class PointerRules:
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
        self.size = size
        self._mask = mask
        self.after = after
        self.auto_increment_bit = auto_increment_bit
        self.first = first
        self._last = last
        self.counts_registers = counts_registers
        self.sticky = sticky
        self.write_pairs = write_pairs
        self.unmapped = unmapped

    @property
    def mask(self) -> int:
        """The bits of the pointer that select."""
        everything = (1 << (8 * self.size)) - 1
        return everything & ~self.auto_increment_bit if self._mask is None else self._mask

    @property
    def last(self) -> int:
        """The address behind which the first comes."""
        return self.mask if self._last is None else self._last

    def _check(self) -> None:
        """TypeError or ValueError for what contradicts itself."""
        check_choice("size", self.size, (1, 2), " bytes")
        everything = (1 << (8 * self.size)) - 1
        check_choice("after", self.after, ("next", "same", "nothing"))
        check_int("auto_increment_bit", self.auto_increment_bit, 0, everything)
        check_int("mask", self.mask, 0, everything)
        if self.mask & self.auto_increment_bit:
            raise ValueError(
                f"auto_increment_bit {shown(self.auto_increment_bit)}: expected beside the mask,"
                f" which is {shown(self.mask)}"
            )
        check_int("first", self.first, 0, self.mask)
        check_int("last", self.last, self.first, self.mask)
        check_int("unmapped", self.unmapped, 0, _MAX_BYTE)
        if self.counts_registers is not None:
            check_bool("counts_registers", self.counts_registers)
        check_bool("sticky", self.sticky)
        check_bool("write_pairs", self.write_pairs)

    def _rules(self, *, has_wide_registers: bool) -> _core.PointerRules:
        """The same in C++, where a map has to say whether its addresses count registers."""
        counts = has_wide_registers if self.counts_registers is None else self.counts_registers
        rules = _core.PointerRules()
        rules.size = self.size
        rules.mask = self.mask
        rules.after = AfterRegister[self.after]
        rules.auto_increment_bit = self.auto_increment_bit
        rules.first = self.first
        rules.last = self.last
        rules.counts_registers = counts
        rules.sticky = self.sticky
        rules.write_pairs = self.write_pairs
        rules.unmapped = self.unmapped
        return rules
