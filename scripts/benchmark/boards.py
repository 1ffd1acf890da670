# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The boards of the simulated bus, and what stands in for sysfs."""

from __future__ import annotations

from pathlib import Path

# Not busy after a write, as the benchmark asks for the speed of the daemon.
_BOARD = """/dts-v1/;
/ {
    i2c {
        #address-cells = <1>;
        #size-cells = <0>;
        sensor@48 {
            compatible = "national,lm75";
            reg = <0x48>;
            vhost-device,temperature-millicelsius = <23500>;
        };
        eeprom@50 {
            compatible = "atmel,24c32";
            reg = <0x50>;
            vhost-device,write-cycle-ms = <0>;
        };
    };
};
"""

SENSOR = 0x48
EEPROM = 0x50
# All addresses that are not reserved (I2C specification, 3.1.12).
ADDRESSES = range(0x08, 0x78)

ADAPTER = "standin"


def write_board(folder: Path) -> Path:
    """A board file with the two chips of the benchmark."""
    board = folder / "board.dts"
    board.write_text(_BOARD)
    return board


def write_sysfs(folder: Path) -> Path:
    """What the stand-in for /dev/i2c-7 takes for /sys/bus/i2c/devices."""
    adapter = folder / "sysfs" / "i2c-7"
    adapter.mkdir(parents=True)
    (adapter / "name").write_text(f"{ADAPTER}\n")
    return adapter.parent
