# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's gpio-pca953x driver on simulated expanders of 8, 16 and 24 pins.

Which pin is which bit, and that the output is written before the direction, are the datasheets' and
drivers/gpio/gpio-pca953x.c's of Linux 6.1; a guest has no interrupts from its adapter, so the INT pin is
looked at from outside.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus, Level, Pca953x

# One of each layout and pull-up; the others differ from them in name and address.
PARTS = [
    ("pca9534", 0x20, 8),
    ("pca9554", 0x38, 8),
    ("pca9539", 0x77, 16),
    ("pca9555", 0x27, 16),
    ("tca6424", 0x22, 24),
]
LEVELS = [Level.low, Level.high]


@pytest.mark.parametrize(("part", "address", "count"), PARTS)
def test_pins_are_read_and_driven_one_by_one(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, address: int, count: int
) -> None:
    chip = i2c_bus.attach(Pca953x(part, address=address))
    pins = linux_guest.bind(part, address).gpio_pins()
    assert (chip.pins, pins.count) == (count, count)

    # No two ports alike, and no port alike when it is turned round.
    wanted = [0xB1, 0x32, 0x74]
    bits = [wanted[pin // 8] >> pin % 8 & 1 for pin in range(count)]
    for pin, bit in enumerate(bits):
        chip.drive(pin, LEVELS[bit])
    assert pins.values() == bits

    pins.set_directions({pin: ("high", "low")[bit] for pin, bit in enumerate(bits)})
    driven = [chip.output(pin) for pin in range(count)]
    assert driven == [LEVELS[1 - bit] for bit in bits]
    assert pins.values() == [1 - bit for bit in bits]


def test_output_changes_without_its_neighbours(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    chip = i2c_bus.attach(Pca953x("pca9555", address=0x20))
    pins = linux_guest.bind("pca9555", 0x20).gpio_pins()
    pins.set_directions({7: "low", 8: "high", 9: "low"})
    pins.set_values({8: 0, 9: 1})
    assert [chip.output(pin) for pin in range(6, 11)] == [None, Level.low, Level.low, Level.high, None]
    pins.set_directions({8: "in"})
    assert chip.output(8) is None


@pytest.mark.parametrize(("part", "level"), [("pca9555", 1), ("pca9535", 0)])
def test_pins_that_nobody_drives_are_high_with_pull_ups(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, level: int
) -> None:
    i2c_bus.attach(Pca953x(part, address=0x20))
    assert linux_guest.bind(part, 0x20).gpio_pins().values() == [level] * 16


# PCA9555 rev. 10, 6.5
def test_read_of_the_pins_ends_an_interrupt(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    chip = i2c_bus.attach(Pca953x("pca9555", address=0x20))
    pins = linux_guest.bind("pca9555", 0x20).gpio_pins()
    chip.drive(12, Level.low)
    levels = [chip.interrupt_level]
    assert pins.values()[12] == 0
    levels.append(chip.interrupt_level)
    for level in (None, Level.low):
        chip.drive(12, level)
        levels.append(chip.interrupt_level)
    assert levels == [Level.low, Level.high, Level.low, Level.high]
