# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""User Mode Linux as the guest of a vhost-user socket: a kernel that is a process, with no QEMU.

Its root file system is a folder of the machine it runs on. It runs one shell script and halts.
"""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

from vhost_device.guest import GuestImage
from vhost_device.guest.image import MANIFEST_FILE

# VIRTIO 1.3, 5: "I2C Adapter".
_VIRTIO_ID = 34
_OUTPUT_BEGINS = "--- output ---"
_OUTPUT_ENDS = "--- end ---"

# Its processes lose all memory that they had from glibc; the kernel kills them when it finds what glibc
# registered for restartable sequences gone. The kernel's memory is a file in TMPDIR.
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.pthread.rseq=0", "TMPDIR": "/tmp"}


def command(program: str, socket: str, *, root: str, init: str) -> list[str]:
    """The command line: the I2C bus at `socket` becomes the adapter 0.

    `root` is a folder without a mounted /proc: busybox runs /proc/self/exe, and that would be the kernel.
    `init` is the path below it of what `init_script` gives.
    """
    return [
        program,
        "mem=48M",
        "quiet",
        "lpj=1000000",  # else it measures the processor for a while
        "root=/dev/root",
        "rootfstype=hostfs",
        f"rootflags={root}",
        "ro",
        f"init={init}",
        f"virtio_uml.device={socket}:{_VIRTIO_ID}",
    ]


def init_script(commands: str) -> str:
    """The first process. It needs busybox, and the folders /proc, /sys and /dev."""
    return f"""#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
echo '{_OUTPUT_BEGINS}'
( {commands} ) 2>&1
echo '{_OUTPUT_ENDS}'
poweroff -f
"""


def make_root(image: GuestImage, folder: Path) -> None:
    """Makes a root folder of the programs that a guest's image has."""
    content = json.loads((image.directory / MANIFEST_FILE).read_text())["content"]
    source = image.directory.parent / content / "root"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("modules"))
    for name in ("dev", "proc", "sys"):
        (folder / name).mkdir()


def shell_command(words: list[str]) -> str:
    """A command line with its environment, for a shell."""
    settings = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    return shlex.join(["env", *settings, *words])


def output(console: str) -> str:
    """What the script printed, out of all that the console shows.

    That it ran to its end is seen there: the program's status is no sign, since a late signal of its timer
    may kill it while it halts.
    """
    _, begins, rest = console.replace("\r", "").partition(f"{_OUTPUT_BEGINS}\n")
    printed, ends, _ = rest.partition(_OUTPUT_ENDS)
    assert begins, f"the script did not start:\n{console}"
    assert ends, f"the script did not run to its end:\n{console}"
    return printed
