# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Rules for what a reader is shown: examples and the change log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree import File, Finding

_BLOCK = re.compile(r"^```\w+ (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def examples_are_shown_and_run(files: Iterable[File]) -> Iterator[Finding]:
    files = tuple(files)
    shown = "\n".join(f.text for f in files if f.suffix == ".md")
    run = "\n".join(f.text for f in files if f.path.startswith("tests/") and f.is_code)
    for file in files:
        if not file.path.startswith("examples/"):
            continue
        name = file.path.removeprefix("examples/")
        if file.path not in shown and not file.path.endswith("CMakeLists.txt"):
            remedy = "show it in README.md or in docs/, by its path"
            yield Finding(file.path, 1, "is mentioned in no document", remedy)
        # A test may put the path together from folder and name; a source is run by who includes its header.
        tested = name.rsplit("/", 1)[-1].replace(".cpp", ".hpp")
        if tested not in run and tested != "CMakeLists.txt":
            yield Finding(file.path, 1, "is run by no test", "run it in tests/python or tests/e2e")


def shown_sources_are_whole(files: Iterable[File]) -> Iterator[Finding]:
    """A block in a document that has the path of a file of the tree behind its language is that file."""
    files = tuple(files)
    texts = {file.path: file.text for file in files}
    for file in files:
        for match in _BLOCK.finditer(file.text if file.suffix == ".md" else ""):
            if texts.get(match["path"], match["text"]) != match["text"]:
                line = file.text.count("\n", 0, match.start()) + 1
                remedy = "show the file as it is, with its licence line"
                yield Finding(file.path, line, f"shows another text than {match['path']} has", remedy)


def change_log_is_kept(files: Iterable[File]) -> Iterator[Finding]:
    by_path = {file.path: file for file in files}
    log = by_path.get("CHANGELOG.md", File("CHANGELOG.md", ""))
    version = re.search(r"VERSION (\d+\.\d+\.\d+)", by_path["CMakeLists.txt"].text)
    sections = re.findall(r"^## \[([^\]]+)\]", log.text, re.MULTILINE)
    if not sections:
        yield Finding(log.path, 1, "has no section", "add '## [Unreleased]'")
    elif version and sections[0] != "Unreleased" and sections[0] != version[1]:
        remedy = f"put '## [Unreleased]' or '## [{version[1]}]' first"
        yield Finding(log.path, 1, f"the newest section is {sections[0]}", remedy)
