# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""PCA9546 and PCA9548 beside QEMU's (hw/i2c/i2c_mux_pca954x.c), with a sensor on each of two channels.

QEMU's connects a channel at once, and takes a single byte only.
"""

from __future__ import annotations

import pytest
from alike import assert_alike
from qemu_models import QemuModels

from vhost_device.i2c import Read, Write
from vhost_device.sim import Bus, Lm75, Pca954x

MUX, SENSOR = 0x70, 0x48
FIRST, SECOND = 1, 3
LIMIT = 3


def qemu_switch(part: str) -> QemuModels:
    sensors = (f"tmp105,address={SENSOR:#x},bus=i2c.{channel}" for channel in (FIRST, SECOND))
    return QemuModels(f"{part},address={MUX:#x}", *sensors)


@pytest.fixture
def switched(bus: Bus, part: str) -> Bus:
    switch = bus.attach(Pca954x(part, address=MUX))
    switch.channel(FIRST).attach(Lm75("tmp75", address=SENSOR))
    switch.channel(SECOND).attach(Lm75("tmp75", address=SENSOR))
    return bus


# Both sensors at once would be two chips at one address, where wires differ from models.
@pytest.mark.parametrize("part", ["pca9546", "pca9548"])
def test_channels_are_reached_alike(switched: Bus, part: str) -> None:
    with qemu_switch(part) as models:
        for control in (0x00, 1 << FIRST, 1 << SECOND, 0x05, 0x04 | 1 << SECOND, 0x00, 0x05 | 1 << FIRST):
            assert_alike(switched, models, Write(MUX, bytes([control])))
            assert_alike(switched, models, Read(MUX, 1))
            assert_alike(switched, models, Write(SENSOR, bytes([LIMIT])), Read(SENSOR, 2))
            assert_alike(switched, models, Write(SENSOR, bytes([LIMIT, control, 0x10])))


@pytest.mark.parametrize("part", ["pca9546", "pca9548"])
def test_chips_keep_what_was_written_on_their_channel_alike(switched: Bus, part: str) -> None:
    with qemu_switch(part) as models:
        for channel in (FIRST, SECOND):
            assert_alike(switched, models, Write(MUX, bytes([1 << channel])))
            assert_alike(switched, models, Write(SENSOR, bytes([LIMIT, 0x20 + channel, 0x80])))
        for channel in (FIRST, SECOND):
            assert_alike(switched, models, Write(MUX, bytes([1 << channel])))
            assert_alike(switched, models, Write(SENSOR, bytes([LIMIT])), Read(SENSOR, 2))


# QEMU's PCA9546 keeps the upper four bits, which the part does not have.
@pytest.mark.parametrize("part", ["pca9548"])
def test_what_stands_in_the_control_register_is_read_alike(switched: Bus, part: str) -> None:
    with qemu_switch(part) as models:
        for control in (0x01, 0x0F, 0xF0, 0xA5, 0xFF):
            assert_alike(switched, models, Write(MUX, bytes([control])))
            assert_alike(switched, models, Read(MUX, 1))
