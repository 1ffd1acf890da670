# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Takes the kernel proper out of a bzImage.

A kernel that unpacks itself takes seconds to do so on an emulated processor. QEMU starts the ELF image
inside directly by its PVH entry point, so the unpacking is done once, here.
"""

from __future__ import annotations

import gzip
import lzma
import struct
import zlib

_ELF_MAGIC = b"\x7fELF"
_XZ_MAGIC = b"\xfd7zXZ\0"
_GZIP_MAGIC = b"\x1f\x8b"
# Offsets in the setup header, Documentation/x86/boot.rst ("The Real-Mode Kernel Header").
_SETUP_SECTORS = 0x1F1
_HEADER_MAGIC = 0x202
_PAYLOAD_OFFSET = 0x248
_SECTOR = 512
# XEN_ELFNOTE_PHYS32_ENTRY, include/xen/interface/elfnote.h: where a PVH loader enters the kernel.
_PVH_NOTE = struct.pack("<III", 4, 4, 18) + b"Xen\0"
_PVH_NOTE_64 = struct.pack("<III", 4, 8, 18) + b"Xen\0"


def extract_vmlinux(bzimage: bytes) -> bytes | None:
    """The ELF image inside `bzimage`, or None where QEMU could not start it directly.

    None is an answer, not a failure: the bzImage itself boots then, only slower.
    """
    if len(bzimage) < _PAYLOAD_OFFSET + 8 or bzimage[_HEADER_MAGIC : _HEADER_MAGIC + 4] != b"HdrS":
        return None
    protected_mode = ((bzimage[_SETUP_SECTORS] or 4) + 1) * _SECTOR
    offset, length = struct.unpack_from("<II", bzimage, _PAYLOAD_OFFSET)
    payload = bzimage[protected_mode + offset : protected_mode + offset + length]
    image = _decompress(payload)
    if image is None or not image.startswith(_ELF_MAGIC):
        return None
    return image if _PVH_NOTE in image or _PVH_NOTE_64 in image else None


def _decompress(payload: bytes) -> bytes | None:
    try:
        if payload.startswith(_XZ_MAGIC):
            return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
        if payload.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(wbits=31).decompress(payload)
    except (lzma.LZMAError, zlib.error, gzip.BadGzipFile):
        return None
    return None
