# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The pytest plugin's guests, with a stand-in for the virtual machine; tests/e2e has the real one."""

from __future__ import annotations

import pytest
from plugin_project import run

pytest_plugins = ["pytester"]


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
    assert guests[0].options == {"memory_mib": 128, "packed": False}

def test_afterwards():
    assert [guest.running for guest in guests] == [False]
""",
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(("arguments", "packed"), [([], False), (["--guest-packed"], True)])
def test_guests_have_packed_queues_when_asked_for(
    project: pytest.Pytester, arguments: list[str], packed: bool
) -> None:
    text = f"""
def test_guests(i2c_bus, linux_guest, linux_guest_factory):
    assert linux_guest.options["packed"] is {packed}
    assert linux_guest_factory(Bus()).options["packed"] is {packed}
"""
    run(project, text, *arguments).assert_outcomes(passed=1)


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
