# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Boots Linux with a simulated I2C bus and shows what its own drivers make of the chips.

scripts/demo sets everything up and runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vhost_device import Daemon
from vhost_device.guest import LinuxGuest
from vhost_device.sim import At24, Bus, Lm75

BOARD = Path(__file__).parent / "boards" / "demo.dts"
SENSOR = 0x48
EEPROM = 0x50
TEMPERATURES = (23.5, 31.5, 85.0, 0.5, -12.5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--shell", action="store_true", help="a shell in the guest instead of the show")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    bus = Bus.from_board(BOARD)
    print(
        f"Booting Linux with the chips of {BOARD.parent.name}/{BOARD.name} on a virtio I2C bus ...",
        flush=True,
    )
    with guest_on(bus) as guest:
        if options.shell:
            print(f"Try: i2cdetect -y {guest.bus()}")
            return guest.interact()
        show_bus(guest, bus)
        show_temperature(guest, sensor_of(bus))
        show_eeprom(guest, eeprom_of(bus))
    print("\nThe guest is off, and nothing is left running.")
    return 0


@contextlib.contextmanager
def guest_on(bus: Bus) -> Iterator[LinuxGuest]:
    """A Linux guest with `bus`, for as long as the block lasts."""
    with (
        tempfile.TemporaryDirectory(prefix="vhost-device-") as folder,
        Daemon(bus, socket_path=Path(folder) / "i2c.sock") as daemon,
        LinuxGuest(daemon.socket_paths) as guest,
    ):
        yield guest


def show_bus(guest: LinuxGuest, bus: Bus) -> None:
    """What answers on the guest's bus, and what is really there."""
    command = f"i2cdetect -y {guest.bus()}"
    print(f"\nguest# {command}")
    print(guest.run(command, check=True).text.rstrip())
    chips = ", ".join(f"{chip.name} at {chip.addresses[0].value:#x}" for chip in bus.devices)
    print(f"host   the board has {chips}")


def show_temperature(guest: LinuxGuest, sensor: Lm75) -> None:
    """The host changes a temperature, and the guest's driver reports it."""
    hwmon = guest.bind("lm75", SENSOR)
    print(f"\nguest# cat {hwmon.resolve('temp1_input')}        (driver: {hwmon.driver})")
    for temperature in TEMPERATURES:
        sensor.temperature = temperature
        reported = int(hwmon.read("temp1_input"))
        print(f"host   sensor.temperature = {temperature:<6}  guest  {reported:6}")
        expect(reported, round(temperature * 1000))


def show_eeprom(guest: LinuxGuest, eeprom: At24) -> None:
    """The guest writes a text through its driver, and the host finds it in the chip."""
    device = guest.bind("24c32", EEPROM)
    text = f"Written by Linux {guest.run('uname -r', check=True).text.strip()}"
    path = device.resolve("eeprom")
    command = f"printf '{text}' > {path}"
    print(f"\nguest# {command}        (driver: {device.driver})")
    guest.run(command, check=True)
    found = bytes(eeprom.data[0 : len(text)])
    print(f"host   eeprom.data[0:{len(text)}] is {found!r}")
    expect(found, text.encode())


def sensor_of(bus: Bus) -> Lm75:
    return next(c for c in bus.devices if isinstance(c, Lm75) and c.addresses[0].value == SENSOR)


def eeprom_of(bus: Bus) -> At24:
    return next(c for c in bus.devices if isinstance(c, At24) and c.addresses[0].value == EEPROM)


def expect(found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"demo: found {found!r} where {expected!r} was expected")


if __name__ == "__main__":
    sys.exit(main())
