# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""What the tests ask of a report of the conformance suite."""

from __future__ import annotations

from typing import Any

# VIRTIO_F_RING_PACKED and VIRTIO_F_IN_ORDER (VIRTIO 1.3, 6)
RING_PACKED = 1 << 34
IN_ORDER = 1 << 35


def listed(text: str) -> list[str]:
    """The names of the cases in what the suite prints with --list."""
    return [line.split()[0] for line in text.splitlines() if not line.startswith(" ")]


def expected_outcome(case: Any, features: int) -> str:
    """What a back-end that conforms makes of a case."""
    return "passed" if features & IN_ORDER or case["area"] != "in-order" else "not applicable"


def shortcomings(report: Any) -> list[str]:
    """The cases that a back-end that conforms would have ended otherwise, a line for each."""
    return [
        f"{case['name']} ({case['ring']}): {case['outcome']}: {case['reason']}"
        for case in report["cases"]
        if case["outcome"] != expected_outcome(case, report["features"])
    ]


def slowest(report: Any, count: int = 8) -> str:
    """The cases that took longest."""
    cases = sorted(report["cases"], key=lambda case: -float(case["seconds"]))[:count]
    return "\n".join(f"{case['seconds']:8.2f} s {case['name']} ({case['ring']})" for case in cases)
