# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Kernel packages, the modules built from them, and the image inside the image."""

from __future__ import annotations

import lzma
import struct

import pytest

from vhost_device.guest import apt, kernel
from vhost_device.guest.errors import GuestBuildError
from vhost_device.guest.recipe import OutOfTreeModule
from vhost_device.guest.vmlinux import extract_vmlinux

PVH_NOTE = struct.pack("<III", 4, 4, 18) + b"Xen\0" + bytes(4)


def bzimage(payload: bytes) -> bytes:
    """A compressed kernel as the boot protocol describes it, with two set-up sectors."""
    head = bytearray(3 * 512)
    head[0x1F1] = 2
    head[0x202:0x206] = b"HdrS"
    head[0x248:0x250] = struct.pack("<II", 16, len(payload))
    return bytes(head) + b"\x90" * 16 + payload + b"\0" * 64


def package(name: str, *depends: str) -> apt.Package:
    return apt.Package(name, "6.1.9-1", "amd64", 1, "00", depends)


def test_vmlinux_is_taken_out_of_a_compressed_kernel() -> None:
    elf = b"\x7fELF" + PVH_NOTE + b"text" * 100
    assert extract_vmlinux(bzimage(lzma.compress(elf))) == elf


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"\x7fELF",
        bzimage(b"unknown compression"),
        bzimage(lzma.compress(b"not an ELF file")),
        bzimage(lzma.compress(b"\x7fELF without the entry point QEMU needs")),
        bzimage(lzma.compress(b"\x7fELF" + PVH_NOTE)[:-40]),
    ],
)
def test_vmlinux_of_a_kernel_that_cannot_be_started_directly_is_none(image: bytes) -> None:
    assert extract_vmlinux(image) is None


def test_kbuild_names_parts_and_defines() -> None:
    text = kernel.kbuild(
        [
            OutOfTreeModule("one", ("drivers/x/one.c",)),
            OutOfTreeModule("two", ("drivers/x/a.c", "drivers/x/b.c", "drivers/x/ab.h"), ("CONFIG_A=1",)),
        ]
    )
    assert text.splitlines() == [
        "obj-m += one.o",
        "obj-m += two.o",
        "two-y := a.o b.o",
        "CFLAGS_a.o := -DCONFIG_A=1",
        "CFLAGS_b.o := -DCONFIG_A=1",
    ]


def test_kernel_is_the_one_that_the_meta_package_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = package(
        "linux-headers-6.1.0-9-amd64",
        "linux-headers-6.1.0-9-common",
        "linux-kbuild-6.1",
        "linux-compiler-gcc-12-x86",
    )
    known = {
        "linux-image-amd64": package("linux-image-amd64", "linux-image-6.1.0-9-amd64"),
        headers.name: headers,
    }
    monkeypatch.setattr(apt, "show", lambda names: {n: known.get(n, package(n)) for n in names})
    found = kernel.resolve_kernel()
    assert found.release == "6.1.0-9-amd64"
    assert [p.name for p in found.all] == [
        "linux-image-6.1.0-9-amd64",
        "linux-source-6.1",
        "linux-headers-6.1.0-9-amd64",
        "linux-headers-6.1.0-9-common",
        "linux-kbuild-6.1",
    ]


def test_meta_package_without_a_kernel_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "show", lambda names: {n: package(n, "something") for n in names})
    with pytest.raises(GuestBuildError, match="depends on something; expected"):
        kernel.resolve_kernel()
