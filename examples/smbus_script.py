# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A script for a Raspberry Pi's sensor and EEPROM, run without either.

Its functions take what smbus2.SMBus(1) is on a Raspberry Pi. Here it is a guest on the simulated board
boards/demo.dts, or with an argument on the board of a daemon that serves that socket:

    python examples/smbus_script.py [SOCKET]
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

from vhost_device import Guest
from vhost_device.sim import Bus
from vhost_device.smbus import SMBus

BOARD = Path(__file__).parent / "boards" / "demo.dts"
SENSOR = 0x48
EEPROM = 0x50
# A write cycle of the 24c32 takes 5 ms.
WRITE_LIMIT_S = 0.1


def main() -> int:
    served = sys.argv[1] if len(sys.argv) > 1 else Bus.from_board(BOARD)
    with Guest(served) as guest:
        print("chips at", ", ".join(f"{address:#04x}" for address in guest.scan()))
        with guest.smbus(1) as bus:
            print(f"temperature {read_temperature(bus)} degrees")
            write_text(bus, 0x20, "Hello!")
            print(f"in the EEPROM {read_text(bus, 0x20, 6)!r}")
    return 0


def read_temperature(bus: SMBus) -> float:
    """In degrees Celsius, by an LM75."""
    word = bus.read_word_data(SENSOR, 0)
    # SMBus has the low byte first and the LM75 the high byte; it is left-justified, with a sign.
    high_first = word.to_bytes(2, "little")
    return int.from_bytes(high_first, "big", signed=True) / 256


def write_text(bus: SMBus, position: int, text: str) -> None:
    """Writes at once what fits a page, and waits until it is written."""
    high, low = position.to_bytes(2, "big")
    bus.write_i2c_block_data(EEPROM, high, [low, *text.encode()])
    end = time.monotonic() + WRITE_LIMIT_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError):  # it does not answer while it writes
            return bus.write_quick(EEPROM)
    raise TimeoutError("the EEPROM is busy for too long")


def read_text(bus: SMBus, position: int, length: int) -> str:
    high, low = position.to_bytes(2, "big")
    bus.write_i2c_block_data(EEPROM, high, [low])
    return bytes(bus.read_byte(EEPROM) for _ in range(length)).decode()


if __name__ == "__main__":
    sys.exit(main())
