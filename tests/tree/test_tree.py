# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The tree keeps its own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import rules_cpp
import rules_docs
import rules_text
from tree import File, Finding, all_files, report

Rule = Callable[[Iterable[File]], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    rules_cpp.include_direction,
    rules_cpp.includes_are_rooted,
    rules_cpp.asio_stays_in_io,
    rules_cpp.tests_say_condition_and_outcome,
    rules_cpp.sources_are_built,
    rules_text.license_line,
    rules_text.one_sitting,
    rules_text.nothing_unfinished,
    rules_text.tests_never_sleep,
    rules_text.links_lead_somewhere,
    rules_docs.examples_are_shown_and_run,
    rules_docs.shown_sources_are_whole,
    rules_docs.change_log_is_kept,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    findings = list(rule(all_files()))
    assert not findings, report(findings)


@pytest.mark.parametrize("folder", ["core", "backends", "daemon", "python", "tests", "scripts"])
def test_rules_see_the_files_of(folder: str) -> None:
    assert [file for file in all_files() if file.path.startswith(f"{folder}/") and file.is_code]
