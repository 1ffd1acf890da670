# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Every rule finds what breaks it, where it is, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import rules_cpp
import rules_docs
import rules_text
from tree import File, Finding

Rule = Callable[[Iterable[File]], Iterable[Finding]]

_SPDX = f"// {rules_text.SPDX}\n"
_CMAKE = File("CMakeLists.txt", "project(x VERSION 0.1.0)")

BROKEN: tuple[tuple[Rule, tuple[File, ...], str], ...] = (
    # A layer includes one above it, beside it, or an executable.
    (
        rules_cpp.include_direction,
        (File("core/virtio/a.hpp", '\n#include "core/vhost_user/session.hpp"'),),
        "core/virtio/a.hpp:2",
    ),
    (
        rules_cpp.include_direction,
        (File("core/i2c/a.cpp", '#include "core/io/server.hpp"'),),
        "core/i2c/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("core/io/a.cpp", '#include "core/i2c/adapter.hpp"'),),
        "core/io/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("core/i2c/a.cpp", '#include "backends/sim/bus/bus.hpp"'),),
        "core/i2c/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("backends/linux/a.cpp", '#include "backends/sim/bus/bus.hpp"'),),
        "backends/linux/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("backends/sim/bus/a.cpp", '#include "core/virtio/queue.hpp"'),),
        "backends/sim/bus/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("backends/sim/bus/a.cpp", '#include "backends/sim/devices/at24.hpp"'),),
        "backends/sim/bus/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("backends/sim/bus/a.cpp", '#include "core/i2c/virtio_i2c.hpp"'),),
        "backends/sim/bus/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("python/src/a.cpp", '#include "daemon/i2c_options.hpp"'),),
        "python/src/a.cpp:1",
    ),
    (
        rules_cpp.include_direction,
        (File("other/a.cpp", '#include "core/virtio/queue.hpp"'),),
        "other/a.cpp:1",
    ),
    (rules_cpp.includes_are_rooted, (File("core/i2c/a.cpp", '#include "adapter.hpp"'),), "core/i2c/a.cpp:1"),
    (
        rules_cpp.asio_stays_in_io,
        (File("core/i2c/a.cpp", "#include <boost/asio/io_context.hpp>"),),
        "core/i2c/a.cpp:1",
    ),
    (rules_cpp.asio_stays_in_io, (File("daemon/a.cpp", "#  include <boost/asio.hpp>"),), "daemon/a.cpp:1"),
    (
        rules_cpp.tests_say_condition_and_outcome,
        (File("tests/a.cpp", "TEST(Queue, Pops) {"),),
        "tests/a.cpp:1",
    ),
    (
        rules_cpp.tests_say_condition_and_outcome,
        (File("tests/a.cpp", "TEST_F(Queue, pops) {"),),
        "tests/a.cpp:1",
    ),
    (
        rules_cpp.sources_are_built,
        (File("tests/a_test.cpp", ""), File("tests/CMakeLists.txt", "vhd_test(a SOURCES aa_test.cpp)")),
        "tests/a_test.cpp:1",
    ),
    (rules_text.license_line, (File("core/a.hpp", "#pragma once"),), "core/a.hpp:1"),
    (rules_text.license_line, (File("scripts/a", "#!/bin/sh\necho"),), "scripts/a:1"),
    (rules_text.license_line, (File("core/CMakeLists.txt", "project(a)"),), "core/CMakeLists.txt:1"),
    (rules_text.one_sitting, (File("core/a.cpp", "int a;\n" * 401),), "core/a.cpp:401"),
    (rules_text.nothing_unfinished, (File("core/a.cpp", "\n// TO" + "DO later"),), "core/a.cpp:2"),
    (rules_text.nothing_unfinished, (File("docs/a.md", "FIX" + "ME"),), "docs/a.md:1"),
    (rules_text.tests_never_sleep, (File("tests/a.py", "time.sleep(1)"),), "tests/a.py:1"),
    (
        rules_text.tests_never_sleep,
        (File("tests/a.cpp", "std::this_thread::sleep_for(1ms);"),),
        "tests/a.cpp:1",
    ),
    (rules_text.tests_never_sleep, (File("tests/a.sh", "false || sleep 0.5"),), "tests/a.sh:1"),
    (rules_text.links_lead_somewhere, (File("docs/a.md", "[b](../b.md)"),), "docs/a.md:1"),
    (
        rules_docs.examples_are_shown_and_run,
        (File("examples/a.py", ""), File("tests/a.py", "a.py")),
        "examples/a.py:1",
    ),
    (
        rules_docs.examples_are_shown_and_run,
        (File("examples/a.py", ""), File("README.md", "examples/a.py")),
        "examples/a.py:1",
    ),
    (
        rules_docs.shown_sources_are_whole,
        (File("docs/a.md", "text\n```cpp core/a.hpp\nint a;\n```\n"), File("core/a.hpp", "int b;\n")),
        "docs/a.md:2",
    ),
    (rules_docs.change_log_is_kept, (_CMAKE,), "CHANGELOG.md:1"),
    (rules_docs.change_log_is_kept, (_CMAKE, File("CHANGELOG.md", "## [0.0.9]")), "CHANGELOG.md:1"),
)

KEPT: tuple[tuple[Rule, tuple[File, ...]], ...] = (
    (rules_cpp.include_direction, (File("core/io/a.cpp", '#include "core/vhost_user/session.hpp"'),)),
    (rules_cpp.include_direction, (File("backends/sim/bus/a.cpp", '#include "core/i2c/adapter.hpp"'),)),
    (rules_cpp.include_direction, (File("python/src/a.cpp", '#include "core/io/server.hpp"'),)),
    (rules_cpp.include_direction, (File("core/virtio/a.cpp", '// #include "core/io/server.hpp"'),)),
    (
        rules_cpp.includes_are_rooted,
        (File("core/i2c/a.cpp", '#include "core/i2c/a.hpp"'), File("core/i2c/a.hpp", "")),
    ),
    (rules_cpp.asio_stays_in_io, (File("core/io/a.cpp", "#include <boost/asio/io_context.hpp>"),)),
    (
        rules_cpp.tests_say_condition_and_outcome,
        (File("tests/a.cpp", "TEST(Queue, empty_ring_pops_none) {"),),
    ),
    (
        rules_cpp.sources_are_built,
        (File("tests/a.cpp", ""), File("tests/CMakeLists.txt", "vhd_test(a SOURCES a.cpp)")),
    ),
    (
        rules_cpp.sources_are_built,
        (File("tests/a.cpp", ""), File("tests/CMakeLists.txt", "file(GLOB sources RELATIVE x *.cpp)")),
    ),
    (rules_text.license_line, (File("core/a.hpp", _SPDX), File("README.md", "no code"))),
    (rules_text.one_sitting, (File("core/a.cpp", "int a;\n" * 400), File("docs/a.md", "a\n" * 401))),
    (
        rules_text.tests_never_sleep,
        (File("tests/a.py", "# it does not sleep"), File("core/a.cpp", "usleep(1)")),
    ),
    (rules_text.links_lead_somewhere, (File("docs/a.md", "[b](../b.md#x) [c](#here)"), File("b.md", ""))),
    (
        rules_docs.examples_are_shown_and_run,
        (File("examples/a.py", ""), File("README.md", "examples/a.py"), File("tests/a.py", '"a.py"')),
    ),
    (
        rules_docs.shown_sources_are_whole,
        (File("docs/a.md", "```cpp core/a.hpp\nint a;\n```\n"), File("core/a.hpp", "int a;\n")),
    ),
    (rules_docs.change_log_is_kept, (_CMAKE, File("CHANGELOG.md", "## [Unreleased]\n## [0.0.9]"))),
    (rules_docs.change_log_is_kept, (_CMAKE, File("CHANGELOG.md", "## [0.1.0] - 2026-11-22"))),
)


def _name(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize(("rule", "files", "where"), BROKEN, ids=_name)
def test_broken_rule_is_found(rule: Rule, files: tuple[File, ...], where: str) -> None:
    found = [f"{finding.path}:{finding.line}" for finding in rule(files)]
    assert found == [where]


@pytest.mark.parametrize(("rule", "files"), KEPT, ids=_name)
def test_kept_rule_finds_nothing(rule: Rule, files: tuple[File, ...]) -> None:
    assert list(rule(files)) == []
