# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The package as a whole: what it offers, what it loads, and its stubs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import vhost_device
import vhost_device.errors
import vhost_device.i2c
import vhost_device.linux
import vhost_device.sim

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "module", [vhost_device, vhost_device.errors, vhost_device.i2c, vhost_device.linux, vhost_device.sim]
)
def test_everything_offered_is_there(module: object) -> None:
    offered: list[str] = module.__all__  # type: ignore[attr-defined]
    assert sorted(offered) == offered
    assert [name for name in offered if not hasattr(module, name)] == []


def test_version_is_cmakes() -> None:
    described = re.search(r"project\(vhost-device VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert described is not None
    assert vhost_device.__version__ == described[1]
    assert importlib.metadata.version("vhost-device") == described[1]


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Demon'"):
        vhost_device.Demon  # noqa: B018


def test_lazy_names_are_listed() -> None:
    assert set(vhost_device.__all__) <= set(dir(vhost_device))


def test_plugin_does_not_load_the_extension() -> None:
    program = (
        "import sys, vhost_device.pytest_plugin;"
        "loaded = [m for m in sys.modules if m.startswith('vhost_device.')];"
        "assert loaded == ['vhost_device.pytest_plugin'], loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.skipif(
    importlib.util.find_spec("pybind11_stubgen") is None, reason="pybind11-stubgen is not installed"
)
def test_stubs_are_those_of_the_extension(tmp_path: Path) -> None:
    fresh = tmp_path / "_core.pyi"
    subprocess.run([sys.executable, ROOT / "python" / "generate_stubs.py", fresh], check=True)
    committed = ROOT / "python" / "vhost_device" / "_core.pyi"
    assert fresh.read_text() == committed.read_text(), "run python/generate_stubs.py"
