# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's mcp4725 driver on a simulated converter: output, power-down, and what the EEPROM brings back.

The driver writes codes as they are (drivers/iio/dac/mcp4725.c of Linux 6.1) and waits for the EEPROM by
reading the ready bit every 20 ms. VOUT is VDD * code / 4096 (DS22039D, equation 4-1).
"""

from __future__ import annotations

import errno

import pytest

from vhost_device.guest import GuestOSError, LinuxGuest
from vhost_device.sim import Bus, Mcp4725

CONVERTER = 0x60


def test_codes_over_the_whole_range_are_voltages(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Mcp4725(address=CONVERTER, supply_voltage=4.096))
    iio = linux_guest.bind("mcp4725", CONVERTER)
    assert iio.read("out_voltage0_raw") == "2048"  # as delivered
    outputs = []
    for code in (0, 1, 1234, 4095):
        iio.write("out_voltage0_raw", code)
        outputs.append(converter.output_voltage)
    assert outputs == pytest.approx([0, 0.001, 1.234, 4.095])
    with pytest.raises(GuestOSError) as refused:
        iio.write("out_voltage0_raw", 4096)
    assert refused.value.errno == errno.EINVAL


def test_power_down_puts_the_chosen_resistor_on_the_output(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Mcp4725(address=CONVERTER))
    iio = linux_guest.bind("mcp4725", CONVERTER)
    iio.write("out_voltage0_raw", 1024)
    seen = []
    for mode in ("1kohm_to_gnd", "100kohm_to_gnd", "500kohm_to_gnd"):
        iio.write("out_voltage0_powerdown_mode", mode)
        iio.write("out_voltage0_powerdown", 1)
        seen.append((converter.power_down_kilohms, converter.output_voltage))
    assert seen == [(1, 0), (100, 0), (500, 0)]
    iio.write("out_voltage0_powerdown", 0)
    assert (converter.power_down_kilohms, converter.dac_code) == (0, 1024)


def test_driver_rides_out_the_write_of_the_eeprom(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Mcp4725(address=CONVERTER))
    iio = linux_guest.bind("mcp4725", CONVERTER)
    iio.write("out_voltage0_raw", 3000)
    assert converter.eeprom_code == 2048
    iio.write("store_eeprom", 1)
    assert (converter.is_busy, converter.eeprom_code) == (False, 3000)


def test_driver_finds_what_was_stored_after_a_power_cycle(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    converter = i2c_bus.attach(Mcp4725(address=CONVERTER))
    iio = linux_guest.bind("mcp4725", CONVERTER)
    iio.write("out_voltage0_raw", 777)
    iio.write("out_voltage0_powerdown_mode", "100kohm_to_gnd")
    iio.write("out_voltage0_powerdown", 1)
    # With the power-down: the driver stores the value that it last set.
    iio.write("store_eeprom", 1)
    iio.write("out_voltage0_raw", 4)
    iio.unbind()
    converter.power_cycle()
    iio = linux_guest.bind("mcp4725", CONVERTER)
    names = ("out_voltage0_raw", "out_voltage0_powerdown", "out_voltage0_powerdown_mode")
    assert iio.read_each(*names) == ["777", "1", "100kohm_to_gnd"]
