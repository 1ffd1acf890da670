# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What others read in our trace files: tshark in pcapng, sigrok's protocol decoders in VCD."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

RUN_LIMIT_S = 60.0


@dataclass(frozen=True)
class Packet:
    """A message as tshark shows it."""

    bus: str
    time_ns: int
    address: int
    flags: int
    data: bytes  # behind the byte with the address
    comment: str


def packets(path: Path) -> list[Packet]:
    """The packets of a pcapng file."""
    fields = ("frame.interface_name", "frame.time_epoch", "i2c.addr", "i2c.flags", "data", "frame.comment")
    arguments = [f"-e{field}" for field in fields]
    text = _run("tshark", f"-r{path}", "-Tfields", "-Eseparator=|", "-Eaggregator=;", *arguments)
    return [_packet(line) for line in text.splitlines()]


def decoded(path: Path, decoders: str, shown: str) -> list[str]:
    """What a stack of decoders says of a VCD file with the wires SCL and SDA.

    `decoders` come after i2c, such as ",lm75"; `shown` is DECODER=CLASS.
    """
    wires = f"i2c:scl=SCL:sda=SDA{decoders}"
    text = _run("sigrok-cli", "-i", str(path), "-I", "vcd", "-P", wires, "-A", shown)
    return [re.sub(r"^[\w-]+: ", "", line) for line in text.splitlines()]


def _packet(line: str) -> Packet:
    bus, time, address, flags, data, comment = line.split("|")
    seconds, _, fraction = time.partition(".")
    return Packet(
        bus,
        int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0")),
        int(address, 16),
        int(flags, 16),
        bytes.fromhex(data)[1:],
        comment,
    )


def _run(program: str, *arguments: str) -> str:
    # Debian's package has the program's name.
    if shutil.which(program) is None:
        raise AssertionError(f"there is no {program}; install the package {program}")
    done = subprocess.run(
        [program, *arguments], capture_output=True, check=False, text=True, timeout=RUN_LIMIT_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
