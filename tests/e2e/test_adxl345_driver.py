# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's adxl345_i2c driver on a simulated accelerometer, at its smallest range and full resolution.

Expected are raw values of 256 LSB/g that end at 2 g (data sheet, table 1), and what
drivers/iio/accel/adxl345_core.c of Linux 6.1 makes of the other registers.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest, SysfsDevice
from vhost_device.sim import Adxl345, Bus

SENSOR = 0x53
ACCELERATION = [f"in_accel_{axis}_raw" for axis in "xyz"]


def bind(guest: LinuxGuest, address: int = SENSOR) -> SysfsDevice:
    # The driver goes by the match data of a devicetree, where 1 is this part, and by nothing else.
    return guest.bind("adxl345", address, properties={"match-data": 1})


def read_raw(iio: SysfsDevice) -> tuple[int, ...]:
    return tuple(int(text) for text in iio.read_each(*ACCELERATION))


@pytest.mark.parametrize("address", [0x53, 0x1D])
def test_acceleration_over_the_whole_range_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, address: int
) -> None:
    sensor = i2c_bus.attach(Adxl345(address=address))
    iio = bind(linux_guest, address)
    shown = []
    for sensor.acceleration in [(0, 0, 1), (-1, 0.5, -0.00390625), (2, -2, 1.99), (16, -16, 0)]:
        shown.append(read_raw(iio))
    assert shown == [(0, 0, 256), (-256, 128, -1), (511, -512, 509), (511, -512, 0)]
    assert float(iio.read("in_accel_scale")) == 0.0383


def test_offsets_written_by_the_guest_are_added(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Adxl345(address=SENSOR))
    iio = bind(linux_guest)
    iio.write("in_accel_x_calibbias", 128)
    iio.write("in_accel_z_calibbias", -256)
    sensor.acceleration = (0, 0, 1)
    assert read_raw(iio) == (128, 0, 0)
    assert iio.read_each("in_accel_x_calibbias", "in_accel_z_calibbias") == ["128", "-256"]


def test_data_rates_written_by_the_guest_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Adxl345(address=SENSOR))
    iio = bind(linux_guest)
    assert float(iio.read("in_accel_sampling_frequency")) == 100
    rates = []
    for rate in ("0.09765625", "25", "3200"):
        iio.write("in_accel_sampling_frequency", rate)
        rates.append(sensor.data_rate)
    assert rates == [0.09765625, 25, 3200]


def test_driver_that_goes_leaves_the_chip_in_standby(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Adxl345(address=SENSOR))
    iio = bind(linux_guest)
    sensor.acceleration = (1, 0, 0)
    assert iio.read("in_accel_x_raw") == "256"
    iio.unbind()
    sensor.acceleration = (0, 1, 0)
    shown = linux_guest.run(f"i2ctransfer -y {iio.adapter} w1@{SENSOR:#x} 0x32 r2", check=True)
    assert shown.text.split() == ["0x00", "0x01"]
