# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The time of clock chips, whatever a guest writes into their counters."""

from __future__ import annotations

import datetime

import pytest

from vhost_device.i2c import Write
from vhost_device.sim import Bus, Ds1307, ManualClock, Pcf8563

# Seconds to year in BCD, behind the pointer, for 29 February 2100 with the century bit.
DS1307_TIME = bytes([0x00, 0x00, 0x00, 0x12, 0x01, 0x29, 0x82, 0x00])
PCF8563_TIME = bytes([0x02, 0x00, 0x00, 0x12, 0x29, 0x01, 0x82, 0x00])


@pytest.mark.parametrize(
    ("chip", "written"),
    [
        (Ds1307("ds3231"), DS1307_TIME),
        (Ds1307("ds1339"), DS1307_TIME),
        (Pcf8563(), PCF8563_TIME),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_date_that_only_the_counters_have_is_told_as_the_nearest(
    chip: Ds1307 | Pcf8563, written: bytes
) -> None:
    bus = Bus(ManualClock())
    bus.attach(chip)
    bus.transfer([Write(chip.address, written)])
    assert chip.time == datetime.datetime(2100, 2, 28, 12, 0, 0)
    bus.clock.advance(seconds=86400)
    assert chip.time == datetime.datetime(2100, 3, 1, 12, 0, 0)
