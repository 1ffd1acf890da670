# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What QEMU's vhost-user-i2c-pci sends, as captured, by QEMU version and phase of a guest's life.

The device's features here are those of vhost-device-i2c: protocol features MQ, REPLY_ACK and
CONFIGURE_MEM_SLOTS, one queue.
"""

from __future__ import annotations

import re
import subprocess

Names = tuple[str, ...]
Version = tuple[int, int]

PHASES = ("boot", "transfers", "pause", "resume", "transfers again", "reset", "last transfers", "power off")

_INIT: Names = (
    "GET_FEATURES",
    "GET_PROTOCOL_FEATURES",
    "SET_PROTOCOL_FEATURES",
    "GET_QUEUE_NUM",
    "GET_MAX_MEM_SLOTS",
    "SET_OWNER",
    "GET_FEATURES",
    "SET_VRING_CALL",
    "SET_VRING_ERR",
)
_RING: Names = ("SET_VRING_NUM", "SET_VRING_BASE", "SET_VRING_ADDR", "SET_VRING_KICK")

_STOP_7_2: Names = ("SET_VRING_ENABLE", "GET_VRING_BASE", "SET_VRING_CALL")


def _start_7_2(*memory: str) -> Names:
    """Memory regions are sent again only when they have changed."""
    return ("SET_VRING_CALL", "SET_FEATURES", *memory, *_RING, "SET_VRING_ENABLE", "SET_VRING_CALL")


# Every SET_VRING_ENABLE wants an acknowledgement.
_STOP_10_0: Names = ("SET_VRING_ENABLE", "GET_VRING_BASE")


def _start_10_0(*memory: str) -> Names:
    return ("SET_FEATURES", *memory, *_RING, "SET_VRING_CALL", "SET_VRING_ENABLE", "SET_VRING_CALL")


TRANSCRIPTS: dict[Version, dict[str, Names]] = {
    (7, 2): {
        "boot": _INIT + _start_7_2("ADD_MEM_REG"),
        "transfers": (),
        "pause": _STOP_7_2,
        "resume": _start_7_2(),
        "transfers again": (),
        "reset": _STOP_7_2 + _start_7_2(),
        "last transfers": (),
        "power off": _STOP_7_2,
    },
    (10, 0): {
        "boot": _INIT + _start_10_0("ADD_MEM_REG"),
        "transfers": (),
        "pause": _STOP_10_0,
        "resume": _start_10_0(),
        "transfers again": (),
        "reset": _STOP_10_0 + _start_10_0(),
        "last transfers": (),
        "power off": _STOP_10_0,
    },
}


def qemu_version(qemu: str = "qemu-system-x86_64") -> Version:
    text = subprocess.run([qemu, "--version"], capture_output=True, check=True, text=True).stdout
    match = re.search(r"version (\d+)\.(\d+)", text)
    assert match is not None, text
    return int(match[1]), int(match[2])
