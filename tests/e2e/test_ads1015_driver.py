# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's ti-ads1015 driver on simulated converters: inputs, gains, rates, and the comparator's pin.

It converts continuously, and after it has chosen another input it waits for what the old and the new rate
take (drivers/iio/adc/ti-ads1015.c of Linux 6.1): too early it would read the old input. Expected values are
the datasheets' codes: at the driver's 2.048 V a step of 12 bits is 1 mV, one of 16 bits 62.5 uV.
"""

from __future__ import annotations

import pytest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Ads1015, Bus, Level

CONVERTER = 0x48

INPUTS_V = (0.25, 0.5, 1.0, 2.0)
# In steps of 1 mV.
READINGS = {
    "voltage0": 250,
    "voltage1": 500,
    "voltage2": 1000,
    "voltage3": 2000,
    "voltage0-voltage1": -250,
    "voltage0-voltage3": -1750,
    "voltage1-voltage3": -1500,
    "voltage2-voltage3": -1000,
}


@pytest.mark.parametrize(
    ("part", "steps_per_mv", "scale"),
    [("ads1015", 1, "1.000000000"), ("ads1115", 16, "0.062500000"), ("tla2024", 1, "1.000000000")],
)
def test_every_input_is_what_the_driver_shows(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, steps_per_mv: int, scale: str
) -> None:
    converter = i2c_bus.attach(Ads1015(part, address=CONVERTER))
    for number, volts in enumerate(INPUTS_V):
        converter.set_voltage(number, volts)
    iio = linux_guest.bind(part, CONVERTER)
    shown = iio.read_each(*(f"in_{name}_raw" for name in READINGS))
    assert shown == [str(reading * steps_per_mv) for reading in READINGS.values()]
    assert iio.read("in_voltage0_scale") == scale


def test_voltage_over_the_scale_is_what_the_driver_shows(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Ads1015("ads1115", address=CONVERTER))
    iio = linux_guest.bind("ads1115", CONVERTER)
    expected = [(0.0, "0"), (0.0000625, "1"), (1.0, "16000"), (2.0479375, "32767"), (2.5, "32767")]
    shown = []
    for volts, _ in expected:
        converter.set_voltage(0, volts)
        shown.append((volts, iio.read("in_voltage0_raw")))
    assert shown == expected


# SBAS473, the fields PGA and DR of the configuration.
def test_gain_and_rate_written_by_the_guest_are_the_chips(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Ads1015("ads1015", address=CONVERTER))
    converter.set_voltage(2, 3.3)
    iio = linux_guest.bind("ads1015", CONVERTER)
    iio.write("in_voltage2_scale", 3)  # 6.144 V
    iio.write("in_voltage2_sampling_frequency", 128)
    assert iio.read("in_voltage2_raw") == "1100"
    assert converter.configuration & 0x7EE0 == 0x6000
    iio.write("in_voltage2_scale", "0.125")  # 0.256 V
    iio.write("in_voltage2_sampling_frequency", 3300)
    assert iio.read("in_voltage2_raw") == "2047"
    assert converter.configuration & 0x7EE0 == 0x6AC0


def test_event_of_the_guest_drives_the_alert_pin(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Ads1015("ads1015", address=CONVERTER))
    iio = linux_guest.bind("ads1015", CONVERTER)
    iio.write("events/in_voltage0_thresh_rising_value", 1000)
    iio.write("events/in_voltage0_thresh_rising_en", 1)
    assert (converter.low_threshold, converter.high_threshold) == (999 << 4, 1000 << 4)
    levels = []
    for volts in (0.5, 1.0, 1.001, 1.0, 0.999, 0.998):
        converter.set_voltage(0, volts)
        levels.append(converter.alert_level)
    assert levels == [Level.high, Level.high, Level.low, Level.low, Level.low, Level.high]


def test_driver_puts_the_converter_to_sleep(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Ads1015("ads1015", address=CONVERTER))
    iio = linux_guest.bind("ads1015", CONVERTER)
    iio.write("events/in_voltage0_thresh_rising_en", 1)  # which keeps it awake
    assert converter.configuration & 0x0100 == 0
    iio.unbind()
    assert converter.configuration & 0x0100 == 0x0100
