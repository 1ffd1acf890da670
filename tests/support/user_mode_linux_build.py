# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Builds User Mode Linux, a Linux kernel that is a process, from the source package that the guest is of.

`python tests/support/user_mode_linux_build.py` builds it if it is not there, and with the argument `path`
only tells where it is. It is kept in build/user-mode-linux, in a folder named by the package's version and
all that is configured here.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from vhost_device.guest import GuestBuildError, GuestImage, apt, build_image, find_image
from vhost_device.guest.image import MANIFEST_FILE, digest
from vhost_device.guest.progress import run_tool, say

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / "build" / "user-mode-linux"
_CONFIG = Path(__file__).with_name("user_mode_linux.config")
_PROGRAM = "linux"
_SOURCE_PACKAGE = "linux-source-"
_UNPACK_LIMIT_S = 300.0
_BUILD_LIMIT_S = 1800.0

# All Makefiles include each other and so do all Kconfig files, but few sources are compiled.
_WANTED = (
    *(f"*/{name}*" for name in ("Kconfig", "Kbuild", "Makefile")),
    *(f"arch/{name}/*" for name in ("um", "x86")),
    *(f"drivers/{name}/*" for name in ("base", "char", "i2c", "tty", "virtio")),
    *(f"{name}/*" for name in ("fs", "include", "init", "ipc", "kernel", "lib", "mm", "scripts")),
    "io_uring/*.h",
    "security/*",
)


@dataclass(frozen=True)
class _Edit:
    """A change of one place in the kernel's source."""

    path: str
    before: str
    after: str


_EDITS = (
    # A back-end need not offer VHOST_USER_PROTOCOL_F_BACKEND_REQ; without, the driver has no interrupt.
    _Edit(
        "arch/um/drivers/virtio_uml.c",
        "vu_dev->req_fd = -1;",
        "vu_dev->req_fd = -1; vu_dev->irq = UM_IRQ_ALLOC;",
    ),
    # Both wrap counters of a packed ring begin at one (VIRTIO 1.3, 2.8.1), and the base says so.
    _Edit(
        "arch/um/drivers/virtio_uml.c",
        "vhost_user_set_vring_base(vu_dev, index, 0)",
        "vhost_user_set_vring_base(vu_dev, index,"
        " virtio_has_feature(vdev, VIRTIO_F_RING_PACKED) ? 0x80008000 : 0)",
    ),
)


def build_user_mode_linux() -> Path:
    """The program, built if it is not there. GuestBuildError says what failed."""
    image = build_image()
    program = _place(image)
    if program.exists():
        return program
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build(_source_package(image), program)
    return program


def find_user_mode_linux() -> Path:
    """The program built before; GuestBuildError if there is none."""
    program = _place(find_image())
    if not program.exists():
        raise GuestBuildError(f"there is no {program}: run 'scripts/setup user-mode-linux'")
    return program


def _packages(image: GuestImage) -> dict[str, str]:
    """The packages that a guest was built of, with their versions."""
    packages: dict[str, str] = json.loads((image.directory / MANIFEST_FILE).read_text())["packages"]
    return packages


def _source_name(image: GuestImage) -> str:
    return next(name for name in _packages(image) if name.startswith(_SOURCE_PACKAGE))


def _place(image: GuestImage) -> Path:
    """Where the program is, or will be."""
    name = _source_name(image)
    edits = (text for edit in _EDITS for text in (edit.path, edit.before, edit.after))
    key = digest([name, _packages(image)[name], _CONFIG.read_text(), *edits])
    return _FOLDER / key / _PROGRAM


def _source_package(image: GuestImage) -> Path:
    """The package's file. The guest was built with it, so it is there unless somebody tidied up."""
    name = _source_name(image)
    downloads = image.directory.parent / "downloads"
    version = _packages(image)[name].replace(":", "%3a")
    kept = list(downloads.glob(f"{name}_{version}_*.deb"))
    return kept[0] if kept else apt.download([apt.show([name])[name]], downloads)[name]


def _build(package: Path, program: Path) -> None:
    tree = _FOLDER / "source"
    shutil.rmtree(tree, ignore_errors=True)
    try:
        say(f"unpacking User Mode Linux's part of {package.name}")
        _unpack(package, tree)
        for edit in _EDITS:
            _apply(edit, tree)
        say("compiling User Mode Linux")
        _make(tree, "allnoconfig", f"KCONFIG_ALLCONFIG={_CONFIG}")
        _check_configuration((tree / ".config").read_text())
        _make(tree, "-s", f"-j{os.cpu_count() or 1}", _PROGRAM)
        program.parent.mkdir(exist_ok=True)
        run_tool(
            ["strip", "-o", str(program.with_suffix(".part")), str(tree / _PROGRAM)],
            purpose="stripping User Mode Linux",
            limit_s=60.0,
        )
        program.with_suffix(".part").replace(program)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _unpack(package: Path, tree: Path) -> None:
    tree.mkdir()
    top = package.name.split("_")[0]
    script = (
        'dpkg-deb --fsys-tarfile "$1" | tar -xO "./usr/src/$2.tar.xz" | xz -dc -T2'
        ' | tar -x -C "$3" --strip-components=1 --wildcards "${@:4}"'
    )
    wanted = [f"{top}/{path}" for path in (*_WANTED, "Kconfig", "Kbuild", "Makefile")]
    run_tool(
        ["bash", "-o", "pipefail", "-c", script, "unpack", str(package), top, str(tree), *wanted],
        purpose=f"unpacking {package.name}",
        limit_s=_UNPACK_LIMIT_S,
        remedy=f"if the file is damaged, delete {package} and try again",
    )


def _apply(edit: _Edit, tree: Path) -> None:
    path = tree / edit.path
    text = path.read_text()
    if text.count(edit.before) != 1:
        raise GuestBuildError(f"{edit.path} of this kernel does not have {edit.before!r} once")
    path.write_text(text.replace(edit.before, edit.after))


def _check_configuration(made: str) -> None:
    """What depends on an option that is off is dropped without a word."""
    lines = made.splitlines()
    dropped = [line for line in _CONFIG.read_text().splitlines() if "CONFIG_" in line and line not in lines]
    if dropped:
        raise GuestBuildError(f"this kernel cannot be configured with {', '.join(dropped)}")


def _make(tree: Path, *arguments: str) -> None:
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    run_tool(
        ["make", "-C", str(tree), "ARCH=um", f"CC={compiler}", f"HOSTCC={compiler}", *arguments],
        purpose="compiling User Mode Linux",
        limit_s=_BUILD_LIMIT_S,
        # The time of the build in a source would have it compiled anew each time.
        env={**os.environ, "CCACHE_NOHASHDIR": "1", "KBUILD_BUILD_TIMESTAMP": "1970-01-01"},
        remedy="it needs what scripts/lib/packages-test.txt names: apt-get install bc bison flex",
    )


if __name__ == "__main__":
    try:
        print(find_user_mode_linux() if sys.argv[1:] == ["path"] else build_user_mode_linux())
    except GuestBuildError as error:
        sys.exit(f"user-mode-linux: {error}")
