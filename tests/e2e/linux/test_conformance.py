# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The conformance suite on the daemon over an adapter of Linux, by real ioctls."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from conformance_report import RING_PACKED, listed, shortcomings, slowest
from guest_programs import put_programs
from host_guest import HostGuest

from vhost_device.sim import At24

SUITE = "vhost-device-i2c-conformance"
SOCKET = "/run/vhost-device/vi2c.sock0"
EEPROM = 0x50
ABSENT = 0x20
REPORT = "/run/conformance.json"

# Emulated, everything takes its time: one or two minutes in all.
LIMIT_S = 600.0
ANSWER_LIMIT_MS = 20_000

# 70,000 requests to nobody, twice, would take another two minutes on the emulated adapter. They are about the
# ring, so the address is one that the guest was not given, of which the adapter hears nothing.
ENDURANCE = "ring/70000-requests"
NOT_GRANTED = 0x21


@pytest.fixture
def suite(host: HostGuest, build_folder: Path) -> str:
    """The suite's program, as the guest knows it."""
    put_programs(host.guest, [build_folder / "tests" / "conformance" / SUITE])
    return SUITE


def run_suite(host: HostGuest, suite: str, *arguments: str) -> Any:
    """The report of a run, in which nothing failed."""
    command = [suite, SOCKET, f"--limit={ANSWER_LIMIT_MS}", f"--json={REPORT}", *arguments]
    done = host.guest.run(shlex.join(command), timeout=LIMIT_S)
    print(done.text)
    report = json.loads(host.guest.read_file(REPORT))
    print(slowest(report))
    assert shortcomings(report) == []
    assert done.ok
    return report


def test_daemon_over_an_adapter_of_linux_passes_every_case_on_both_kinds_of_ring(
    host: HostGuest, suite: str
) -> None:
    host.buses[0].attach(At24("24c32", EEPROM))
    daemon = host.serve("-l", f"{host.number()}:{EEPROM:#x}:{ABSENT:#x}")
    most = run_suite(host, suite, f"--absent={ABSENT:#x}", f"--without={ENDURANCE}")
    endurance = run_suite(host, suite, f"--absent={NOT_GRANTED:#x}", f"--only={ENDURANCE}")
    ran = [(case["name"], case["ring"]) for report in (most, endurance) for case in report["cases"]]
    assert {name for name, _ in ran} == set(listed(host.guest.run(f"{suite} --list", check=True).text))
    assert [ring for name, ring in ran if name == ENDURANCE] == ["split", "packed"]
    assert most["features"] & RING_PACKED
    assert host.guest.run(f"kill -0 {daemon.pid}").ok, daemon.log
