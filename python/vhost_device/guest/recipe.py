# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What a guest is made of. These tables are the only place to touch to add a driver to it."""

from __future__ import annotations

from dataclasses import dataclass

# The package that always depends on the newest kernel of the release.
KERNEL_PACKAGE = "linux-image-amd64"

# What else is unpacked into the guest. Libraries that the tools need must come from one of these.
USERLAND_PACKAGES = ("busybox-static", "i2c-tools", "libi2c0", "libc6")

# Programs taken from USERLAND_PACKAGES besides busybox, as paths in the packages.
TOOLS = (
    "usr/sbin/i2cdetect",
    "usr/sbin/i2cdump",
    "usr/sbin/i2cget",
    "usr/sbin/i2cset",
    "usr/sbin/i2ctransfer",
)

# Modules that Debian ships, by module name. What they depend on follows by itself.
IN_TREE_MODULES = (
    # the machine
    "virtio_pci",
    "virtio_console",
    # the bus and its users
    "i2c-dev",
    "i2c-smbus",
    "i2c-stub",
    "i2c-i801",
    "i2c-mux",
    # EEPROMs and SPD
    "at24",
    "ee1004",
    # temperature, humidity, pressure
    "lm75",
    "lm90",
    "tmp102",
    "tmp421",
    "jc42",
    "sht3x",
    "sht4x",
    "bmp280-i2c",
    "dps310",
    "mlx90614",
    # converters and power
    "ti-ads1015",
    "ina2xx-adc",
    "mcp4725",
    # motion
    "inv-mpu6050-i2c",
    "st_lsm6dsx_i2c",
    "adxl345_i2c",
    # light
    "leds-pca955x",
)


@dataclass(frozen=True)
class OutOfTreeModule:
    """A module that Debian leaves out, built from the kernel's source package or from our own source.

    `sources` are paths in the kernel tree: the C files that make up the module, and any header of their
    own folder that they include. `defines` are passed to the compiler. The sources of a module that is
    `ours` are in this package's scripts folder instead.
    """

    name: str
    sources: tuple[str, ...]
    defines: tuple[str, ...] = ()
    ours: bool = False


OUT_OF_TREE_MODULES = (
    OutOfTreeModule("i2c-properties", ("i2c-properties.c",), ours=True),
    OutOfTreeModule("i2c-virtio", ("drivers/i2c/busses/i2c-virtio.c",)),
    OutOfTreeModule("gpio-virtio", ("drivers/gpio/gpio-virtio.c",)),
    OutOfTreeModule("i2c-mux-pca954x", ("drivers/i2c/muxes/i2c-mux-pca954x.c",)),
    OutOfTreeModule("gpio-pca953x", ("drivers/gpio/gpio-pca953x.c",)),
    OutOfTreeModule("rtc-ds1307", ("drivers/rtc/rtc-ds1307.c",)),
    OutOfTreeModule("rtc-pcf8563", ("drivers/rtc/rtc-pcf8563.c",)),
    OutOfTreeModule("pmbus_core", ("drivers/hwmon/pmbus/pmbus_core.c", "drivers/hwmon/pmbus/pmbus.h")),
    OutOfTreeModule("pmbus", ("drivers/hwmon/pmbus/pmbus.c", "drivers/hwmon/pmbus/pmbus.h")),
    OutOfTreeModule("ina2xx", ("drivers/hwmon/ina2xx.c",)),
)

# Programs of the host that a build runs, and the Debian packages they are in.
HOST_TOOLS = {
    "apt-cache": "apt",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
    "tar": "tar",
    "xz": "xz-utils",
    "make": "make",
    "depmod": "kmod",
    "readelf": "binutils",
    "strip": "binutils",
}
