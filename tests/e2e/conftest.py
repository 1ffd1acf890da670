# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Which tests share a guest when several processes run them: those of a file, and all in linux/."""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_LINUX = _HERE / "linux"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if _HERE not in item.path.parents:
            continue
        group = "linux" if _LINUX in item.path.parents else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
