# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The tables of chips in the documents, made from the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from checks.workspace import ROOT

BEGIN = "<!-- chips: `scripts/chip-table --write` keeps them right -->"
END = "<!-- end of chips -->"
README = "README.md"
BOARDS = "docs/BOARDS.md"


class Family(Protocol):
    """What is needed of vhost_device.sim.ChipFamily."""

    @property
    def name(self) -> str: ...
    @property
    def driver(self) -> str: ...
    @property
    def vendors(self) -> Sequence[str]: ...
    @property
    def parts(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Row:
    """A Family as JSON has it."""

    name: str
    driver: str
    vendors: Sequence[str]
    parts: Sequence[str]


class NoPlace(Exception):
    """A document has no place for its table."""


def outdated(families: Iterable[Family], root: Path = ROOT) -> dict[Path, str]:
    """The documents whose table is not what it should be, each with the text that it should have."""
    families = sorted(families, key=lambda family: family.name)
    tables = {README: _proofs(families, root), BOARDS: _compatibles(families)}
    wanted = {root / name: _put(root / name, table) for name, table in tables.items()}
    return {path: text for path, text in wanted.items() if path.read_text() != text}


def proof_of(driver: str, root: Path) -> str | None:
    """The test in which a driver of the guest proves a model: of "ti-ads1015" test_ads1015_driver.py."""
    names = [f"tests/e2e/test_{word}_driver.py" for word in re.split("[-_]", driver)]
    return next((name for name in names if (root / name).is_file()), None)


def _proofs(families: Iterable[Family], root: Path) -> str:
    lines = ["| what | parts | Linux driver that proves it |", "|---|---|---|"]
    for family in families:
        test = proof_of(family.driver, root)
        driver = f"[`{family.driver}`]({test})" if test else f"`{family.driver}`"
        lines.append(f"| {family.name} | {', '.join(family.parts)} | {driver} |")
    return "\n".join(lines)


def _compatibles(families: Iterable[Family]) -> str:
    lines = ["| parts | vendors | driver in the guest |", "|---|---|---|"]
    for family in families:
        lines.append(f"| {_code(family.parts)} | {_code(sorted(family.vendors))} | {family.driver} |")
    return "\n".join(lines).replace("|  |", "| |")


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _put(path: Path, table: str) -> str:
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise NoPlace(f"{path.name} has no place for the chips: expected '{BEGIN}' and '{END}'")
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{table}\n{END}{rest.split(END, 1)[1]}"
