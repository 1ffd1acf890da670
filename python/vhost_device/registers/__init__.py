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

A declaration says nothing until a class has it: only then does a mistake in it have a name, and is raised,
as TypeError or ValueError.
"""

from __future__ import annotations

from vhost_device.registers._device import RegisterDevice
from vhost_device.registers._field import Field
from vhost_device.registers._pointer_rules import PointerRules
from vhost_device.registers._register import Register

__all__ = ["Field", "PointerRules", "Register", "RegisterDevice"]
