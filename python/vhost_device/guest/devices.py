# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's own drivers: binding one to an address, and the sysfs folder that comes of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vhost_device.guest import files
from vhost_device.guest.errors import (
    CommandTimeout,
    DriverNotBound,
    GuestError,
    GuestOSError,
    GuestTimeout,
)
from vhost_device.guest.gpio import GpioPins
from vhost_device.guest.qemu import FIRST_BUS_SLOT

if TYPE_CHECKING:
    from vhost_device.guest.linux_guest import LinuxGuest

_DEVICES = "/sys/bus/i2c/devices"
_WITH_PROPERTIES = "/sys/module/i2c_properties/parameters"
_ADDRESSES = range(0x03, 0x78)
_ADAPTER_LIMIT_S = 10.0
_DMESG_LINES = 10


class SysfsDevice:
    """The sysfs folder of a device that a driver serves.

    An attribute is looked up in the folder itself, then in the folders of the classes it appears in
    (hwmon/hwmonN, iio:deviceN, rtc/rtcN, ...).
    """

    def __init__(
        self, guest: LinuxGuest, path: str, adapter: int, address: int, with_properties: bool = False
    ) -> None:
        self.path = path
        self.with_properties = with_properties
        self.adapter = adapter
        self.address = address
        self._guest = guest
        self._resolved: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"SysfsDevice({self.path!r})"

    @property
    def driver(self) -> str:
        """The name of the driver that serves the device now."""
        link = self._guest.run(f"readlink {shlex.quote(self.path)}/driver", check=True)
        return link.text.strip().rpartition("/")[2]

    def resolve(self, name: str) -> str:
        """The guest's path of attribute `name`. GuestOSError (ENOENT) if there is none."""
        if name not in self._resolved:
            self._resolved[name] = self._look_up(name)
        return self._resolved[name]

    def read(self, name: str) -> str:
        """An attribute's text without the white space around it. GuestOSError if the driver refuses."""
        return self.read_bytes(name).decode(errors="replace").strip()

    def read_each(self, *names: str) -> list[str]:
        """The texts of several attributes of one folder, in one go; for attributes of a line each."""
        folder = self.resolve(names[0])[: -len(names[0])]
        return files.read_lines(self._guest, [folder + name for name in names])

    def write(self, name: str, value: object) -> None:
        """Writes str(value) to an attribute. GuestOSError if the driver refuses it."""
        files.write_attribute(self._guest, self.resolve(name), str(value))

    def read_bytes(
        self, name: str, offset: int = 0, length: int | None = None, *, timeout: float | None = None
    ) -> bytes:
        """The content of a binary attribute, or `length` bytes of it from `offset`."""
        return files.read_file(self._guest, self.resolve(name), offset, length, timeout)

    def write_bytes(self, name: str, data: bytes, offset: int = 0, *, timeout: float | None = None) -> None:
        """Writes into a binary attribute from `offset` on."""
        files.write_at(self._guest, self.resolve(name), data, offset, timeout)

    def gpio_pins(self) -> GpioPins:
        """The pins of a device that is a GPIO expander, exported."""
        base, count = self.read_each("base", "ngpio")
        return GpioPins(self._guest, int(base), int(count))

    def unbind(self) -> None:
        """Takes the device away from its driver and the bus."""
        self._guest.unbind(self)

    def _look_up(self, name: str) -> str:
        folder, quoted = shlex.quote(self.path), shlex.quote(name)
        # A class folder is a device of its own, so it has a `subsystem`; links lead elsewhere.
        script = (
            f"cd {folder} || exit; [ -e {quoted} ] && echo {quoted} && exit;"
            f" for d in * */*; do [ -e $d/subsystem ] && [ ! -L $d ] && [ ! -L ${{d%%/*}} ]"
            f" && [ -e $d/{quoted} ] && echo $d/{quoted}; done; true"
        )
        found = self._guest.run(script, check=True).text.splitlines()
        if not found:
            raise GuestOSError(2, f"{self.path}/{name}", "nor is it in a class folder below")
        if len(found) > 1:
            raise GuestError(f"{name!r} is ambiguous in {self.path}: name one of {', '.join(found)}")
        return f"{self.path}/{found[0]}"


def property_words(properties: Mapping[str, int | bool]) -> list[str]:
    """The properties as i2c-properties.c takes them. A boolean one is there or not, as in a devicetree."""
    return [
        name if value is True else f"{name}={value}"
        for name, value in properties.items()
        if value is not False
    ]


class Binder:
    """Creates devices on the guest's adapters, and remembers them so that they can be taken away."""

    def __init__(self, guest: LinuxGuest, bus_count: int) -> None:
        self._guest = guest
        self._bus_count = bus_count
        self._adapters: dict[int, int] = {}
        self._bound: dict[str, SysfsDevice] = {}

    def forget(self) -> None:
        """After a reboot nothing of this exists any more."""
        self._adapters.clear()
        self._bound.clear()

    def adapter_number(self, bus: int) -> int:
        """N of the guest's i2c-N that is the bus with this index."""
        if not 0 <= bus < self._bus_count:
            raise IndexError(f"bus {bus}: this guest was started with {self._bus_count} bus sockets")
        if bus not in self._adapters:
            found = self._guest.wait_until(
                f"the i2c adapter of bus {bus} to be there",
                f"[ -e /sys/bus/pci/devices/0000:00:{FIRST_BUS_SLOT + bus:02x}.0/virtio*/i2c-*/name ]"
                f" && echo /sys/bus/pci/devices/0000:00:{FIRST_BUS_SLOT + bus:02x}.0/virtio*/i2c-*",
                _ADAPTER_LIMIT_S,
            )
            self._adapters[bus] = int(found.text.strip().rpartition("-")[2])
        return self._adapters[bus]

    def bind(
        self, chip: str, address: int, adapter: int, properties: Mapping[str, int | bool], timeout: float
    ) -> SysfsDevice:
        if address not in _ADDRESSES:
            raise ValueError(f"address {address:#x}: expected 0x03 to 0x77")
        module = self._guest.image.aliases().module_for_i2c(chip)
        path = f"{_DEVICES}/{adapter}-{address:04x}"
        device = SysfsDevice(self._guest, path, adapter, address, with_properties=bool(properties))
        if properties:
            self._guest.run(f"modprobe -a {module} i2c-properties", check=True)
            words = [f"{adapter} {chip} {address:#x}", *property_words(properties)]
            files.write_attribute(self._guest, f"{_WITH_PROPERTIES}/new_device", " ".join(words))
        else:
            self._guest.run(f"modprobe {module}", check=True)
            files.write_attribute(self._guest, f"{_DEVICES}/i2c-{adapter}/new_device", f"{chip} {address:#x}")
        self._bound[path] = device
        try:
            self._guest.wait_until(f"a driver to take {path}", f"[ -e {path}/driver ]", timeout)
        except (CommandTimeout, GuestTimeout) as error:
            log = self._guest.dmesg(_DMESG_LINES)
            self.unbind(device)
            raise DriverNotBound(
                f"module {module} did not take chip {chip!r} at {address:#04x} on i2c-{adapter}"
                f" within {error.limit_s:g} s\nthe end of the guest's kernel log:\n{log}"
            ) from None
        return device

    def unbind(self, device: SysfsDevice) -> None:
        address, adapter = f"{device.address:#x}", device.adapter
        if device.with_properties:
            files.write_attribute(self._guest, f"{_WITH_PROPERTIES}/delete_device", f"{adapter} {address}")
        else:
            files.write_attribute(self._guest, f"{_DEVICES}/i2c-{adapter}/delete_device", address)
        self._bound.pop(device.path, None)

    def unbind_all(self) -> None:
        for device in reversed(list(self._bound.values())):
            self.unbind(device)
