# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The examples of docs/CHIPS_IN_PYTHON.md run as they stand there, and its tables leave nothing out."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Callable

import pytest

from vhost_device import faults
from vhost_device.sim import Field, PointerRules, Register

PAGE = (Path(__file__).parents[2] / "docs" / "CHIPS_IN_PYTHON.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_page_has_its_examples() -> None:
    assert [example.count("assert ") for example in EXAMPLES] == [3, 2, 4, 1, 9]


@pytest.mark.parametrize("example", EXAMPLES, ids=["registers", "banks", "subclasses", "messages", "faults"])
def test_example_runs(example: str) -> None:
    exec(compile(example, "docs/CHIPS_IN_PYTHON.md", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("declared", [Register, Field, PointerRules])
def test_every_argument_is_explained(declared: Callable[..., object]) -> None:
    section = PAGE.split(f"### {declared.__name__}\n", 1)[1].split("\n### ", 1)[0]
    explained = set(re.findall(r"\w+", section))
    assert set(inspect.signature(declared).parameters) <= explained


def test_every_fault_and_condition_is_explained() -> None:
    section = PAGE.split("## Faults\n", 1)[1]
    kinds = {name for name in faults.__all__ if name.islower()}
    conditions = set(faults.Conditions.__annotations__)
    assert len(kinds) == 7  # stuck is of two lines
    missing = {name for name in kinds if f"`{name}(" not in section}
    missing |= {name for name in conditions if f"`{name}=" not in section}
    assert not missing
