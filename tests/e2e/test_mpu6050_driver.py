# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's inv-mpu6050-i2c driver on a simulated motion sensor.

Expected are raw values by the sensitivities of the register map (RM-MPU-6000A-00, 4.17 to 4.19): 16384 LSB/g
and 16.4 LSB per degree per second in the ranges that the driver begins with, and the scales that
drivers/iio/imu/inv_mpu6050 of Linux 6.1 gives for them. The virtual adapter has no interrupts to give, so the
driver offers no buffer; the FIFO is for the unit tests.
"""

from __future__ import annotations

import math

import pytest

from vhost_device.guest import LinuxGuest, SysfsDevice
from vhost_device.sim import Bus, Mpu6050

SENSOR = 0x68
ACCELERATION = [f"in_accel_{axis}_raw" for axis in "xyz"]
VELOCITY = [f"in_anglvel_{axis}_raw" for axis in "xyz"]


def read_raw(iio: SysfsDevice, names: list[str]) -> tuple[int, ...]:
    return tuple(int(text) for text in iio.read_each(*names))


@pytest.mark.parametrize("address", [0x68, 0x69])
def test_motion_over_the_whole_range_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, address: int
) -> None:
    sensor = i2c_bus.attach(Mpu6050(address=address))
    iio = linux_guest.bind("mpu6050", address)
    read_raw(iio, ACCELERATION + VELOCITY)  # which wakes up what it reads
    shown = []
    for sensor.acceleration, sensor.angular_velocity in [
        ((0.5, -1, 1), (0, 0, 0)),
        ((-2, 2, 1.5), (100, -100, 0.1)),
        ((16, -16, 0), (2000, -2000, 1999)),
    ]:
        shown.append(read_raw(iio, ACCELERATION + VELOCITY))
    assert shown == [
        (8192, -16384, 16384, 0, 0, 0),
        (-32768, 32767, 24576, 1640, -1640, 2),
        (32767, -32768, 0, 32767, -32768, 32767),
    ]


def test_temperature_over_the_range_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Mpu6050(address=SENSOR))
    iio = linux_guest.bind("mpu6050", SENSOR)
    read_raw(iio, [*ACCELERATION, "in_temp_raw"])
    shown = []
    for sensor.temperature in (-40, 0, 25, 36.53, 85):
        shown.append(read_raw(iio, ["in_temp_raw"])[0])
    assert shown == [-26020, -12420, -3920, 0, 16480]
    offset, scale = (float(text) for text in iio.read_each("in_temp_offset", "in_temp_scale"))
    assert (-3920 + offset) * scale == pytest.approx(25000, abs=1)


def test_scales_written_by_the_guest_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Mpu6050(address=SENSOR))
    iio = linux_guest.bind("mpu6050", SENSOR)
    iio.write("in_accel_scale", "0.004785")  # 16 g
    iio.write("in_anglvel_scale", "0.000133090")  # 250 degrees per second
    read_raw(iio, ACCELERATION + VELOCITY)
    sensor.acceleration = (1, -16, 16)
    sensor.angular_velocity = (1, -250, 251)
    shown = read_raw(iio, ACCELERATION + VELOCITY)
    assert shown == (2048, -32768, 32767, 131, -32750, 32767)
    assert shown[0] * 0.004785 == pytest.approx(9.80665, rel=0.001)
    assert shown[3] * 0.000133090 == pytest.approx(math.radians(1), rel=0.002)


def test_rate_and_offsets_written_by_the_guest_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Mpu6050(address=SENSOR))
    iio = linux_guest.bind("mpu6050", SENSOR)
    assert sensor.sample_rate == pytest.approx(50)
    iio.write("sampling_frequency", 200)
    assert sensor.sample_rate == pytest.approx(200)
    iio.write("in_accel_x_calibbias", -1000)
    iio.write("in_anglvel_z_calibbias", 321)
    assert read_raw(iio, ["in_accel_x_calibbias", "in_anglvel_z_calibbias"]) == (-1000, 321)


def test_idle_driver_lets_the_chip_sleep_and_wakes_it_up(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    sensor = i2c_bus.attach(Mpu6050(address=SENSOR))
    iio = linux_guest.bind("mpu6050", SENSOR)
    iio.write("power/autosuspend_delay_ms", 0)
    status = f"grep -q suspended {iio.path}/power/runtime_status"
    linux_guest.wait_until("the driver to suspend the chip", status, 10)
    assert sensor.is_asleep
    sensor.acceleration = (0, 0, -1)
    assert iio.read("in_accel_z_raw") == "-16384"
