# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The machine that something was measured on."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def machine() -> dict[str, str]:
    """What decides how fast it is."""
    information = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", information, re.MULTILINE)
    virtual = "hypervisor" in information
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    return {
        "processor": model[1] if model else platform.processor(),
        "processors": str(len(os.sched_getaffinity(0))),
        "machine": "virtual" if virtual else "real",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "system": system,
    }
