# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The pytest plugin, with a stand-in for the virtual machine; tests/e2e has the real one."""

from __future__ import annotations

import pytest

import vhost_device.guest

pytest_plugins = ["pytester"]

# Takes the places of vhost_device.guest's LinuxGuest and build_image.
STAND_IN = """
import itertools
import sys

import pytest

import vhost_device.guest
from vhost_device import InProcessGuest


class StandIn:
    numbers = itertools.count()

    def __init__(self, sockets, image=None, accel="tcg", **options):
        self.number = next(self.numbers)
        self.sockets, self.image, self.accel, self.options = sockets, image, accel, options
        self.running = False
        self.unbound = 0
        self.console = f"console of boot {self.number}"

    def start(self):
        self.running = True
        self.adapter = InProcessGuest(self.sockets[0])
        return self

    def close(self):
        self.running = False
        self.adapter.close()

    def unbind_all(self):
        self.unbound += 1
        if self.console == "panic":
            raise vhost_device.guest.GuestError("the guest is gone")

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.close()


def build_image():
    print("building the guest", file=sys.stderr)
    return "built image"


vhost_device.guest.LinuxGuest = StandIn
vhost_device.guest.build_image = build_image
"""

HEAD = """
import pytest
from vhost_device.sim import Bus, Device
from vhost_device.i2c import Read, TransferError, Write

class Broken(Device):
    def read(self, length):
        raise RuntimeError("the chip is broken")

def use(adapter):
    with pytest.raises(TransferError):
        adapter.transfer([Read(0x20, 1)])
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of a user's, whose guests are stand-ins."""
    for name in ("LinuxGuest", "build_image"):  # put back afterwards
        monkeypatch.setattr(vhost_device.guest, name, getattr(vhost_device.guest, name))
    pytester.makeconftest(STAND_IN)
    return pytester


def run(project: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(HEAD + text)
    warnings = ["-Werror", "-Wignore:Module already imported"]  # by an editable installation
    # Hypothesis is slow to load, and of no use here.
    plugins = ["-pno:cacheprovider", "-pno:hypothesispytest"]
    return project.runpytest_inprocess(*plugins, *warnings, *arguments)


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
            "exceptions in scripted chips:",
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
    result.stdout.fnmatch_lines(["*something else", "*scripted chips*", "RuntimeError: the chip is broken"])


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


# ---- linux_guest


def test_guest_is_plugged_into_the_bus(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_guest(i2c_bus, linux_guest):
    i2c_bus.attach(Device(0x20))
    assert linux_guest.adapter.transfer([Read(0x20, 1)]) == [b"\\xff"]
""",
    )
    result.assert_outcomes(passed=1)


def test_guest_is_booted_once_and_its_drivers_are_unbound(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.mark.parametrize("earlier", [0, 1, 2])
def test_guest(linux_guest, earlier):
    assert (linux_guest.number, linux_guest.unbound) == (0, earlier)
""",
    )
    result.assert_outcomes(passed=3)


def test_guest_is_not_booted_for_tests_of_the_bus(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
import conftest

def test_bus(i2c_bus):
    pass

def test_no_guest():
    assert next(conftest.StandIn.numbers) == 0
""",
    )
    result.assert_outcomes(passed=2)


def test_fresh_guest_is_booted_anew(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_first(linux_guest):
    assert linux_guest.number == 0

@pytest.mark.fresh_guest
def test_fresh(linux_guest):
    assert (linux_guest.number, linux_guest.running) == (1, True)

def test_last(linux_guest):
    assert linux_guest.number == 1
""",
        "--strict-markers",
    )
    result.assert_outcomes(passed=3)


def test_guest_that_ended_is_replaced(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_first(linux_guest):
    linux_guest.close()

def test_next(linux_guest):
    assert (linux_guest.number, linux_guest.running) == (1, True)
""",
    )
    result.assert_outcomes(passed=2)


def test_guest_that_cannot_be_cleaned_up_is_an_error_and_replaced(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_first(linux_guest):
    linux_guest.console = "panic"

def test_next(linux_guest):
    assert (linux_guest.number, linux_guest.running) == (1, True)
""",
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*the guest is gone", "*console of guest*", "panic"])


def test_failure_shows_the_end_of_the_console(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_guest(linux_guest):
    linux_guest.console = "\\n".join(f"line {number}" for number in range(100))
    assert False
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*console of guest*", "line 60", "line 99"])
    result.stdout.no_fnmatch_line("line 59")


def test_building_of_the_guest_is_shown_although_output_is_captured(project: pytest.Pytester) -> None:
    result = run(project, "def test_guest(linux_guest):\n    assert linux_guest.image == 'built image'\n")
    result.assert_outcomes(passed=1)
    result.stderr.fnmatch_lines(["building the guest"])


# ---- linux_guest_factory


def test_factory_gives_a_guest_each_bus_and_closes_it(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
guests = []

def test_guests(i2c_bus, linux_guest, linux_guest_factory):
    other = Bus()
    other.attach(Device(0x21))
    guests.append(linux_guest_factory(other, memory_mib=128))
    i2c_bus.attach(Device(0x20))
    assert guests[0].adapter.transfer([Read(0x21, 1)]) == [b"\\xff"]
    assert linux_guest.adapter.transfer([Read(0x20, 1)]) == [b"\\xff"]
    assert guests[0].options == {"memory_mib": 128}

def test_afterwards():
    assert [guest.running for guest in guests] == [False]
""",
    )
    result.assert_outcomes(passed=2)


def test_factory_takes_the_socket_of_a_daemon(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
import pathlib, tempfile
from vhost_device import Daemon

def test_guests(linux_guest_factory):
    bus = Bus()
    bus.attach(Device(0x20))
    with tempfile.TemporaryDirectory() as folder:
        with Daemon(bus, pathlib.Path(folder) / "i2c", socket_count=2) as daemon:
            for guest in [linux_guest_factory(path) for path in daemon.socket_paths]:
                assert guest.adapter.transfer([Read(0x20, 1)]) == [b"\\xff"]
""",
    )
    result.assert_outcomes(passed=1)


def test_exception_in_a_chip_of_the_factory_fails_the_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def test_guests(linux_guest_factory):
    bus = Bus()
    bus.attach(Broken(0x20))
    use(linux_guest_factory(bus).adapter)
    assert True
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["RuntimeError: the chip is broken"])


# ---- options


@pytest.mark.parametrize(
    ("arguments", "accel"),
    [
        ([], "tcg"),
        (["--guest-accel", "auto"], "auto"),
        (["-o", "guest_accel=kvm"], "kvm"),
        (["-o", "guest_accel=kvm", "--guest-accel=tcg"], "tcg"),
    ],
)
def test_accelerator_is_the_one_asked_for(project: pytest.Pytester, arguments: list[str], accel: str) -> None:
    text = f"def test_guest(linux_guest):\n    assert linux_guest.accel == {accel!r}\n"
    run(project, text, *arguments).assert_outcomes(passed=1)


def test_unknown_accelerator_is_refused(project: pytest.Pytester) -> None:
    result = run(project, "def test_guest(linux_guest): pass\n", "-o", "guest_accel=fast")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*guest_accel 'fast': expected one of tcg, kvm, auto"])


@pytest.mark.parametrize("option", ["--guest-image={}", "-oguest_image={}"])
def test_image_is_the_one_asked_for(project: pytest.Pytester, option: str) -> None:
    (project.path / "image").mkdir()
    (project.path / "image" / "kernel").touch()
    text = "def test_guest(linux_guest):\n    assert linux_guest.image.directory.name == 'image'\n"
    run(project, text, option.format("image")).assert_outcomes(passed=1)


def test_image_that_is_missing_is_named(project: pytest.Pytester) -> None:
    result = run(project, "def test_guest(linux_guest): pass\n", "--guest-image=missing")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*missing: there is no guest in that folder"])


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
