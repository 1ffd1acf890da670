# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The registry of chips as Python sees it, and the documents' tables of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from vhost_device.sim import chip_families

ROOT = Path(__file__).parents[2]
DEVICES = ROOT / "backends" / "sim" / "devices"
sys.path.insert(0, str(ROOT / "scripts"))

from checks.chip_table import BEGIN, END, NoPlace, Row, outdated  # noqa: E402 (needs the path above)

DRIVERS = [
    "adxl345_i2c",
    "at24",
    "bmp280-i2c",
    "ee1004",
    "gpio-pca953x",
    "i2c-mux-pca954x",
    "ina2xx",
    "inv-mpu6050-i2c",
    "jc42",
    "lm75",
    "mcp4725",
    "pmbus",
    "rtc-ds1307",
    "rtc-pcf8563",
    "sht3x",
    "ti-ads1015",
    "tmp102",
]


def test_families_are_those_that_the_registry_has() -> None:
    assert sorted(family.driver for family in chip_families()) == DRIVERS


def test_family_tells_its_parts_and_vendors() -> None:
    [family] = [family for family in chip_families() if family.driver == "tmp102"]
    assert (family.name, family.parts, family.vendors) == (
        "TMP102 temperature sensor",
        ("tmp102", "tmp112"),
        ("ti",),
    )


def test_tables_in_the_documents_are_the_registrys() -> None:
    assert not outdated(chip_families()), "run scripts/chip-table --write and commit it"


def test_page_of_chips_has_a_line_for_every_family() -> None:
    headers = {path.name for path in DEVICES.glob("*.hpp") if "extern const Family" in path.read_text()}
    lines = re.findall(
        r"^\| \[.*\]\(\S*/(\w+\.hpp)\)", (ROOT / "docs" / "CHIPS.md").read_text(), re.MULTILINE
    )
    assert sorted(lines) == sorted(headers)
    assert len(headers) == len(chip_families())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/BOARDS.md"):
        (tmp_path / name).write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    test = tmp_path / "tests" / "e2e" / "test_ads1015_driver.py"
    test.parent.mkdir(parents=True)
    test.touch()
    return tmp_path


def test_outdated_tables_are_made_anew_with_links_to_the_tests(tree: Path) -> None:
    families = [
        Row("Some sensor", "sense", (), ("s1",)),
        Row("An ADC", "ti-ads1015", ("ti", "acme"), ("a1", "a2")),
    ]
    texts = {path.name: text for path, text in outdated(families, tree).items()}
    assert texts == {
        "README.md": f"before\n{BEGIN}\n| what | parts | Linux driver that proves it |\n|---|---|---|\n"
        "| An ADC | a1, a2 | [`ti-ads1015`](tests/e2e/test_ads1015_driver.py) |\n"
        f"| Some sensor | s1 | `sense` |\n{END}\nafter\n",
        "BOARDS.md": f"before\n{BEGIN}\n| parts | vendors | driver in the guest |\n|---|---|---|\n"
        f"| `a1` `a2` | `acme` `ti` | ti-ads1015 |\n| `s1` | | sense |\n{END}\nafter\n",
    }


def test_document_without_a_place_is_named(tree: Path) -> None:
    (tree / "docs" / "BOARDS.md").write_text("nothing")
    with pytest.raises(NoPlace, match=r"BOARDS.md has no place for the chips"):
        outdated([], tree)
