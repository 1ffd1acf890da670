# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A virtual machine inside a guest, for a daemon that runs in there. Emulated twice, it takes minutes."""

from __future__ import annotations

from pathlib import Path

from guest_programs import FOLDER, in_background, put_programs

from vhost_device.guest import GuestImage, LinuxGuest
from vhost_device.guest.cpio import CpioWriter

LIMIT_S = 600.0
_QEMU = Path("/usr/bin/qemu-system-x86_64")
_FIRMWARE = ("bios-microvm.bin", "pvh.bin", "linuxboot_dma.bin")
_FIRMWARE_FOLDERS = (Path("/usr/share/seabios"), Path("/usr/share/qemu"))
_ACCELERATOR = "accel-tcg-x86_64.so"
_LOG = "/run/nested.log"
_END = "the nested guest has ended"

# Its time goes by instructions: by the clock, it would do nothing but serve its timer. What the kernel
# would otherwise measure against that clock, it is told.
_MACHINE = "-M microvm,pcie=on,memory-backend=memory -accel tcg,thread=single -icount shift=2 -m 96"
_KERNEL_ARGUMENTS = (
    "console=ttyS0 cryptomgr.notests mitigations=off no_timer_check tsc=reliable"
    " lpj=4000000 tsc_early_khz=250000 noreplace-smp"
)
_INIT = """#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
modprobe -a virtio_pci i2c-dev i2c-virtio
{command}
echo {end}
poweroff -f
"""


def run_nested(guest: LinuxGuest, image: GuestImage, socket: str, command: str) -> str:
    """Boots Linux under QEMU inside `guest`, with the I2C bus at `socket`, and runs a shell command in it.

    Returns the whole console, the kernel's messages included.
    """
    put_programs(guest, [_QEMU])
    for path in _files():
        guest.write_file(f"{FOLDER}/{path.name}", path.read_bytes())
    guest.write_file("/run/nested.kernel", image.kernel.read_bytes())
    guest.write_file("/run/nested.initramfs", image.initramfs.read_bytes() + _init(command))
    qemu = (
        f"env QEMU_MODULE_DIR={FOLDER} {_QEMU.name} -L {FOLDER} {_MACHINE}"
        " -object memory-backend-memfd,id=memory,size=96M,share=on"
        " -nodefaults -no-user-config -display none -no-reboot -serial stdio"
        f" -kernel /run/nested.kernel -initrd /run/nested.initramfs -append '{_KERNEL_ARGUMENTS}'"
        f" -chardev socket,id=bus,path={socket} -device vhost-user-i2c-pci,chardev=bus"
    )
    pid = guest.run(in_background(qemu, _LOG), check=True).text.strip()
    try:
        ended = f"grep -q '{_END}' {_LOG} || ! kill -0 {pid} 2>/dev/null"
        guest.wait_until(_END, ended, LIMIT_S)
    finally:
        guest.run(f"kill -9 {pid} 2>/dev/null")
    return guest.read_file(_LOG).decode(errors="replace")


def _files() -> list[Path]:
    """What QEMU loads while it runs."""
    firmware = [folder / name for name in _FIRMWARE for folder in _FIRMWARE_FOLDERS]
    modules = list(Path("/usr/lib").glob(f"*/qemu/{_ACCELERATOR}"))
    return [path for path in firmware if path.exists()] + modules


def _init(command: str) -> bytes:
    """An archive whose /init takes the place of the image's."""
    archive = CpioWriter()
    archive.add_file("init", _INIT.format(command=command, end=_END).encode(), 0o755)
    return archive.finish()
