# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs the suite against all back-ends and writes docs/conformance. scripts/conformance-report starts it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from conformance.page import page
from conformance.reports import to_json
from conformance.running import BackEnd, CannotReport, report_on

ROOT = Path(__file__).resolve().parents[2]
PEER = "peer"
BOARD = "examples/boards/demo.dts"
# tests/support/i2c_stand_in.cpp: its adapter is /dev/i2c-7.
ADAPTER = "i2c-7"
ADAPTER_NAME = "stand-in"
# The addresses that the suite uses: the EEPROM's, and one of nobody. The peer takes decimal ones only.
DEVICE_LIST = f"{ADAPTER_NAME}:{0x50}:{0x20}"


def main() -> int:
    options = _parser().parse_args()
    suite = options.build / "tests" / "conformance" / "vhost-device-i2c-conformance"
    reports = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name, back_end in _back_ends(options.build, options.peer, Path(folder)).items():
                reports[name] = report_on(back_end, suite, Path(folder))
                failed = len(reports[name].failures())
                print(f"{back_end.title}: {len(reports[name].cases)} results, {failed} failed", flush=True)
        except CannotReport as error:
            sys.exit(f"scripts/conformance-report: {error}")
    options.output.mkdir(parents=True, exist_ok=True)
    for name, report in reports.items():
        (options.output / f"{name}.json").write_text(to_json(report))
    (options.output / "README.md").write_text(page(list(reports.values())))
    return 1 if any(report.failures() for name, report in reports.items() if name != PEER) else 0


def _back_ends(build: Path, peer: Path, folder: Path) -> dict[str, BackEnd]:
    """All that are compared, by the names of their files."""
    sysfs = folder / "sysfs"
    (sysfs / ADAPTER).mkdir(parents=True)
    (sysfs / ADAPTER / "name").write_text(f"{ADAPTER_NAME}\n")
    over_stand_in = {
        "LD_PRELOAD": str(build / "tests" / "support" / "i2c-stand-in.so"),
        "I2C_STAND_IN_SYSFS": str(sysfs),
    }
    daemon = build / "daemon" / "vhost-device-i2c"
    real = [f"--device-list={DEVICE_LIST}"]
    return {
        "ours": BackEnd("ours, simulated", daemon, "this project", [f"--board={BOARD}"]),
        "ours-linux": BackEnd("ours, /dev/i2c-N", daemon, "this project", real, over_stand_in),
        PEER: BackEnd("rust-vmm's, /dev/i2c-N", peer, "rust-vmm", real, over_stand_in),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/conformance-report",
        description="Runs the conformance suite against this project's daemon and against rust-vmm's, and"
        " writes docs/conformance. Exit status 0 if this project's fails nothing.",
    )
    parser.add_argument("--build", type=Path, required=True, help="the build with daemon, suite and stand-in")
    parser.add_argument("--peer", type=Path, required=True, help="rust-vmm's program")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "conformance", help="[docs/conformance]"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
