# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What is used before its __init__() was called is an error, and never memory as it was found."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from vhost_device import Daemon, InProcessGuest
from vhost_device.i2c import Adapter, Address, Read, Write
from vhost_device.sim import At24, At24Data, Bus, Device, Lm75, ManualClock, RealClock

Use = Callable[[Any], object]

DEVICE_USES: list[Use] = [
    repr,
    lambda chip: chip.name,
    lambda chip: chip.address,
    lambda chip: chip.addresses,
    lambda chip: chip.selected_address,
    lambda chip: chip.read(1),
    lambda chip: chip.write(b""),
    lambda chip: Bus().attach(chip),
    lambda chip: Bus().detach(chip),
]

BUS_USES: list[Use] = [
    lambda bus: bus.clock,
    lambda bus: bus.devices,
    lambda bus: bus.functionality,
    lambda bus: bus.script_errors,
    lambda bus: bus.script_limit_ms,
    lambda bus: bus.attach(Lm75(address=0x48)),
    lambda bus: bus.clear(),
    lambda bus: bus.load_board("board.dts"),
    lambda bus: bus.transfer([]),
    lambda bus: Daemon(bus, "never-made").start(),
]


@pytest.mark.parametrize("use", DEVICE_USES)
def test_chip_used_before_its_init_is_told_what_to_call(use: Use) -> None:
    class Hasty(Device):
        def __init__(self) -> None:
            use(self)
            super().__init__(0x20)

    with pytest.raises(TypeError, match=r"Device\.__init__\(\) was not called; call super\(\)\.__init__"):
        Hasty()


@pytest.mark.parametrize("use", BUS_USES)
def test_bus_used_before_its_init_is_told_what_to_call(use: Use) -> None:
    class Hasty(Bus):
        def __init__(self) -> None:
            use(self)
            super().__init__()

    with pytest.raises(
        TypeError, match=r"(Bus|Adapter)\.__init__\(\) was not called; call super\(\)\.__init__"
    ):
        Hasty()


@pytest.mark.parametrize(
    ("kind", "use"),
    [
        (Lm75, lambda chip: chip.temperature),
        (Lm75, lambda chip: setattr(chip, "temperature", 20)),
        (Lm75, Bus().attach),
        (At24, lambda chip: chip.data),
        (At24, lambda chip: chip.write_protect),
        (At24Data, len),
        (ManualClock, lambda clock: clock.advance(seconds=1)),
        (RealClock, lambda clock: clock.now),
        (RealClock, Bus),
        (Address, int),
        (Read, repr),
        (Write, lambda write: write.data),
        (Read, lambda read: Bus().transfer([read])),
        (Adapter, lambda adapter: adapter.functionality),
        (InProcessGuest, lambda guest: guest.close()),
    ],
)
def test_instance_that_was_only_allocated_is_refused(kind: Any, use: Use) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\) was not called"):
        use(kind.__new__(kind))


def test_chip_may_keep_its_own_attributes_before_its_init(bus: Bus) -> None:
    class Careful(Device):
        def __init__(self) -> None:
            self.count = 1
            self.count += 1
            super().__init__(0x20)

    assert bus.attach(Careful()).count == 2


def test_chip_can_be_used_after_its_init_was_late(bus: Bus) -> None:
    class Late(Device):
        def __init__(self) -> None:
            with pytest.raises(TypeError):
                repr(self)
            super().__init__(0x20)

    assert repr(bus.attach(Late())) == "<Late at 0x20>"
