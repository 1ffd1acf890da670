# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The pytest plugin's bus, and what the plugin is to those who do not use it."""

from __future__ import annotations

import re

import pytest
from plugin_project import run

pytest_plugins = ["pytester"]


# ---- i2c_bus


def test_bus_is_empty_at_the_start_of_each_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.mark.parametrize("number", [1, 2])
def test_bus(i2c_bus, number):
    assert i2c_bus.devices == []
    assert i2c_bus.script_limit_ms == 1000
    i2c_bus.attach(Device(0x20))
    i2c_bus.script_limit_ms = 5
""",
    )
    result.assert_outcomes(passed=2)


def test_exception_in_a_chip_fails_the_test_with_its_traceback(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_chip(i2c_bus):
    i2c_bus.attach(Broken(0x20))
    use(i2c_bus)

def test_next(i2c_bus):
    pass
""",
    )
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "exceptions in scripts:",
            "Broken at 0x20: exception in read()",
            '*raise RuntimeError("the chip is broken")',
            "RuntimeError: the chip is broken",
        ]
    )


def test_exception_in_a_chip_is_shown_beside_another_failure(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_chip(i2c_bus):
    i2c_bus.attach(Broken(0x20))
    use(i2c_bus)
    assert False, "something else"
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*something else", "*Captured scripts*", "RuntimeError: the chip is broken"])


def test_exception_in_a_chip_after_the_test_is_an_error(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.fixture
def late(i2c_bus):
    yield
    use(i2c_bus)

def test_chip(i2c_bus, late):
    i2c_bus.attach(Broken(0x20))
""",
    )
    result.assert_outcomes(passed=1, errors=1)


def test_exception_that_was_expected_fails_nothing(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_chip(i2c_bus):
    i2c_bus.attach(Broken(0x20))
    use(i2c_bus)
    assert len(i2c_bus.take_script_errors()) == 1
""",
    )
    result.assert_outcomes(passed=1)


def test_many_exceptions_are_counted(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_chip(i2c_bus):
    i2c_bus.attach(Broken(0x20))
    for _ in range(102):
        use(i2c_bus)
""",
    )
    result.stdout.fnmatch_lines(["... and 2 more"])


# ---- what it is to others


def test_fixtures_and_marker_describe_themselves(project: pytest.Pytester) -> None:
    fixtures = project.runpytest_inprocess("--fixtures")
    fixtures.stdout.fnmatch_lines(["*defined from vhost_device.pytest_plugin*"])
    fixtures.stdout.fnmatch_lines_random(["i2c_bus *", "linux_guest *", "linux_guest_factory *"])
    fixtures.stdout.no_fnmatch_line("_shared_guest*")
    markers = project.runpytest_inprocess("--markers")
    markers.stdout.fnmatch_lines(["@pytest.mark.fresh_guest: *"])


def test_project_that_does_not_use_it_does_not_load_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
import sys

def test_nothing_is_loaded():
    assert "vhost_device._core" not in sys.modules
    assert "vhost_device.guest" not in sys.modules
"""
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_plugin_is_in_the_header_of_a_run(project: pytest.Pytester) -> None:
    result = run(project, "def test_nothing(): pass\n")
    result.stdout.fnmatch_lines(["plugins:*vhost-device-*"])


def test_older_pytest_is_told_what_the_fixtures_need_and_runs_other_tests(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile("""
        def test_other():
            pass

        def test_bus(i2c_bus):
            pass

        def test_factory(linux_guest_factory):
            pass
        """)
    result = pytester.runpython_c("""
import pytest
pytest.__version__, pytest.version_tuple = "7.2.1", (7, 2, 1)
pytest.main(["-p", "no:cacheprovider"])
""")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        ["the fixtures of vhost-device need pytest 8.0 or newer, and this is pytest 7.2.1; pip install *"]
    )


# ---- faults


DRAWN = """
from vhost_device.errors import AddressNack
from vhost_device.faults import nack

@pytest.mark.parametrize("number", [1, 2])
def test_drawn(i2c_bus, number):
    i2c_bus.attach(Device(0x20))
    outcomes = []
    with i2c_bus.fault(nack(probability=0.5)):
        for _ in range(40):
            try:
                i2c_bus.transfer([Write(0x20, b"")])
                outcomes.append("+")
            except AddressNack:
                outcomes.append("-")
    assert False, "outcomes " + "".join(outcomes)
"""


def test_seed_of_a_failed_test_is_printed_and_replays_it(project: pytest.Pytester) -> None:
    first = run(project, DRAWN)
    first.assert_outcomes(failed=2)
    seed = re.findall(r"drawn by (--fault-seed=\d+)", first.stdout.str())[0]
    outcomes = set(re.findall(r"AssertionError: (outcomes \S+)", first.stdout.str()))
    assert len(outcomes) == 1
    again = run(project, DRAWN, seed)
    assert set(re.findall(r"AssertionError: (outcomes \S+)", again.stdout.str())) == outcomes


def test_fault_that_a_test_leaves_is_gone_in_the_next(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
from vhost_device.faults import nack

@pytest.mark.parametrize("number", [1, 2])
def test_bus(i2c_bus, number):
    i2c_bus.attach(Device(0x20))
    i2c_bus.transfer([Write(0x20, b"")])
    i2c_bus.fault(nack())
""",
    )
    result.assert_outcomes(passed=2)
