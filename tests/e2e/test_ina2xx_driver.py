# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's two drivers of the INA219 and INA226 on simulated monitors: ina2xx and ina2xx-adc.

Expected values are what drivers/hwmon/ina2xx.c and drivers/iio/adc/ina2xx-adc.c of Linux 6.1 make of the
registers, with the resistor of 10 milliohms that both take for granted: millivolts, milliamperes and
microwatts, rounded; current and power in the steps that the drivers' calibration gives.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import GuestOSError, LinuxGuest, SysfsDevice
from vhost_device.sim import Bus, Ina2xx, Level

MONITOR = 0x40
HWMON = "ina2xx"
IIO = "ina2xx_adc"

# Volts and amperes; then in0_input (the shunt), in1_input, curr1_input and power1_input.
LOADS: dict[str, list[tuple[tuple[float, float], list[str]]]] = {
    "ina219": [
        ((0, 0), ["0", "0", "0", "0"]),
        ((0.004, 0.001), ["0", "4", "1", "0"]),
        ((12, 1.5), ["15", "12000", "1500", "18000000"]),
        ((5, -2.5), ["-25", "5000", "-2500", "12500000"]),
        ((26, 32), ["320", "26000", "32000", "832000000"]),
    ],
    "ina226": [
        ((0, 0), ["0", "0", "0", "0"]),
        ((0.00125, 0.00025), ["0", "1", "0", "0"]),
        ((12, 1.5), ["15", "12000", "1500", "18000000"]),
        ((5, -2.5), ["-25", "5000", "-2500", "12500000"]),
        ((36, 8), ["80", "36000", "8000", "288000000"]),
    ],
}


def bind(guest: LinuxGuest, part: str, driver: str) -> SysfsDevice:
    """Both drivers know the parts. The one that came first gets a chip."""
    guest.run(f"modprobe -r ina2xx ina2xx_adc; modprobe {driver}", check=True)
    device = guest.bind(part, MONITOR)
    assert device.driver == driver
    return device


@pytest.mark.parametrize("part", ["ina219", "ina226"])
def test_loads_over_the_whole_range_are_what_hwmon_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str
) -> None:
    monitor = i2c_bus.attach(Ina2xx(part, address=MONITOR))
    hwmon = bind(linux_guest, part, HWMON)
    shown = []
    for (monitor.bus_voltage, monitor.current), _ in LOADS[part]:
        shown.append(hwmon.read_each("in0_input", "in1_input", "curr1_input", "power1_input"))
    assert shown == [values for _, values in LOADS[part]]


@pytest.mark.parametrize("part", ["ina220", "ina230", "ina231"])
def test_relatives_are_bound_and_read(i2c_bus: Bus, linux_guest: LinuxGuest, part: str) -> None:
    monitor = i2c_bus.attach(Ina2xx(part, address=MONITOR))
    hwmon = bind(linux_guest, part, HWMON)
    monitor.bus_voltage = 12
    monitor.current = -1
    assert hwmon.read_each("in1_input", "curr1_input", "power1_input") == ["12000", "-1000", "12000000"]


# The driver takes a product of calibration and resistor for granted, and so scales alone.
def test_resistor_that_the_guest_knows_scales_the_current(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    monitor = i2c_bus.attach(Ina2xx("ina226", address=MONITOR, shunt_resistance=0.002))
    hwmon = bind(linux_guest, "ina226", HWMON)
    hwmon.write("shunt_resistor", 2000)
    monitor.bus_voltage = 12
    monitor.current = 20
    assert hwmon.read_each("curr1_input", "power1_input") == ["20000", "240000000"]


def test_limits_written_by_the_guest_drive_the_alert_pin(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    monitor = i2c_bus.attach(Ina2xx("ina226", address=MONITOR))
    hwmon = bind(linux_guest, "ina226", HWMON)
    seen = []
    hwmon.write("in1_crit", 5000)
    for monitor.bus_voltage in (5, 5.00125):
        seen.append((hwmon.read("in1_crit_alarm"), monitor.alert_level))
    hwmon.write("in0_lcrit", 10)
    for monitor.shunt_voltage in (0.01, 0.0099):
        seen.append((hwmon.read("in0_lcrit_alarm"), monitor.alert_level))
    hwmon.write("power1_crit", 5000000)  # at 5.00125 V
    for monitor.current in (0.99, 1.01):
        seen.append((hwmon.read("power1_crit_alarm"), monitor.alert_level))
    assert seen == [("0", Level.high), ("1", Level.low)] * 3
    assert hwmon.read_each("in1_crit", "power1_crit") == ["0", "5000000"]


def test_interval_written_by_the_guest_is_the_chips_averaging(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    monitor = i2c_bus.attach(Ina2xx("ina226", address=MONITOR))
    hwmon = bind(linux_guest, "ina226", HWMON)
    assert (monitor.configuration, monitor.calibration) == (0x4527, 0x0800)
    hwmon.write("update_interval", 100)
    assert monitor.configuration == 0x4727  # 64 samples
    assert hwmon.read("update_interval") == "141"


# Raw values; the scales give mV, mV, mW and mA.
@pytest.mark.parametrize(
    ("part", "raw", "scale"),
    [
        ("ina219", [1500, 3000, 900, 1500], [0.01, 4, 20, 1]),
        ("ina226", [6000, 9600, 2880, 6000], [0.0025, 1.25, 6.25, 0.25]),
    ],
)
def test_load_is_what_iio_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, raw: list[int], scale: list[float]
) -> None:
    monitor = i2c_bus.attach(Ina2xx(part, address=MONITOR))
    iio = bind(linux_guest, part, IIO)
    monitor.bus_voltage = 12
    monitor.current = 1.5
    channels = ["in_voltage0", "in_voltage1", "in_power2", "in_current3"]
    shown = iio.read_each(*(f"{name}_raw" for name in channels), *(f"{name}_scale" for name in channels))
    assert [int(text) for text in shown[:4]] == raw
    assert [float(text) for text in shown[4:]] == scale


def test_settings_of_iio_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    monitor = i2c_bus.attach(Ina2xx("ina219", address=MONITOR))
    iio = bind(linux_guest, "ina219", IIO)
    assert (monitor.configuration, monitor.calibration) == (0x399F, 0x1000)
    iio.write("in_voltage1_integration_time", "0.068100")  # 128 samples of the bus voltage
    iio.write("in_voltage0_hardwaregain", 1)  # 40 mV
    assert monitor.configuration == 0x279F
    assert iio.read("in_sampling_frequency") == "15"
    monitor.shunt_voltage = 0.05
    assert iio.read("in_voltage0_raw") == "4000"
    with pytest.raises(GuestOSError):
        iio.write("in_voltage1_integration_time", "0.000001")
    iio.unbind()
    assert monitor.configuration & 0x7 == 0  # powered down
