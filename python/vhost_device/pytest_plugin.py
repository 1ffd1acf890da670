# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The pytest plugin: a simulated bus and a Linux guest plugged into it.

    def test_lm75_driver_reports_temperature(i2c_bus, linux_guest):
        sensor = i2c_bus.attach(Lm75(address=0x48, temperature=23.5))
        hwmon = linux_guest.bind("lm75", 0x48)
        assert hwmon.read("temp1_input") == "23500"

It is loaded wherever the package is installed, so it imports nothing heavy before a fixture is used.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import pytest

if TYPE_CHECKING:
    from vhost_device.daemon import Daemon
    from vhost_device.guest import GuestImage, LinuxGuest
    from vhost_device.sim import Bus

__all__ = ["GuestFactory"]

_Hook = TypeVar("_Hook", bound=Callable[..., object])

_CONSOLE_LINES = 40
_ACCELERATORS = ("tcg", "kvm", "auto")
# An idle guest answers in some hundredths of a second.
_ANSWER_LIMIT_S = 10.0

# Where pytest is older, this is loaded all the same, and must not be in the way of other tests.
_OLDEST_PYTEST = (8, 0)
_pytest_is_too_old = pytest.version_tuple[:2] < _OLDEST_PYTEST

# Few enough for a seed to be typed.
_SEEDS = 1 << 32

# What a test uses, for its report.
_buses_key = pytest.StashKey[list["Bus"]]()
_seeded_buses_key = pytest.StashKey[list["Bus"]]()
_fault_seed_key = pytest.StashKey[int]()
_guests_key = pytest.StashKey[list["LinuxGuest"]]()


# ---- options


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vhost-device", "virtual machines with simulated I2C buses")
    group.addoption(
        "--guest-accel",
        choices=_ACCELERATORS,
        help="how guests are run: tcg works everywhere, auto takes kvm if a guest boots with it"
        " (default: ini guest_accel, tcg)",
    )
    group.addoption(
        "--guest-image",
        metavar="DIR",
        help="a guest built before, as 'python -m vhost_device.guest path' prints it"
        " (default: ini guest_image, or one that is built when it is first needed)",
    )
    group.addoption(
        "--guest-packed",
        action="store_true",
        help="give guests packed virtqueues instead of split ones",
    )
    group.addoption(
        "--fault-seed",
        type=int,
        metavar="N",
        help="draw faults that have a probability by this seed, as a failed test printed it"
        " (default: another one in each run)",
    )
    parser.addini("guest_accel", "how guests are run, as --guest-accel", default="tcg")
    parser.addini("guest_image", "a guest built before, as --guest-image", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "fresh_guest: boot a guest anew for this test, instead of using the session's"
    )


# ---- fixtures


@pytest.fixture(scope="session")
def _needs_pytest_8() -> None:
    if _pytest_is_too_old:
        pytest.fail(
            f"the fixtures of vhost-device need pytest 8.0 or newer, and this is pytest {pytest.__version__};"
            " pip install 'vhost-device[pytest]' brings it",
            pytrace=False,
        )


@pytest.fixture(scope="session")
def _session_bus(_needs_pytest_8: None) -> Bus:
    from vhost_device.sim import Bus

    return Bus()


@pytest.fixture
def i2c_bus(_session_bus: Bus, request: pytest.FixtureRequest) -> Iterator[Bus]:
    """A simulated I2C bus (vhost_device.sim.Bus) without chips.
    `linux_guest` is plugged into it. After the test its chips and faults are taken off, and its limits are
    what they were. An exception in a chip that is written in Python, or in a fault's condition, fails the
    test; one that expects it takes it with take_script_errors().
    """
    limit_ms = _session_bus.script_limit_ms
    trace = _session_bus.trace
    trace_limit, trace_enabled = trace.limit, trace.enabled
    trace.clear()
    _session_bus.clear_faults(_fault_seed(request.config))
    _uses(request.node, _buses_key).append(_session_bus)
    _uses(request.node, _seeded_buses_key).append(_session_bus)
    yield _session_bus
    _session_bus.clear()
    _session_bus.clear_faults()
    _session_bus.script_limit_ms = limit_ms
    trace.limit, trace.enabled = trace_limit, trace_enabled
    _fail_for_scripts(request.node)


@pytest.fixture(scope="session")
def _shared_guest(_session_bus: Bus, pytestconfig: pytest.Config) -> Iterator[_SharedGuest]:
    with contextlib.closing(_SharedGuest(_session_bus, pytestconfig)) as shared:
        yield shared


@pytest.fixture
def linux_guest(
    i2c_bus: Bus, _shared_guest: _SharedGuest, request: pytest.FixtureRequest
) -> Iterator[LinuxGuest]:
    """A running Linux guest (vhost_device.guest.LinuxGuest) whose only I2C bus is `i2c_bus`.
    It is booted once and serves all tests of the session; its drivers are unbound after each. A test
    that is marked with `fresh_guest` gets one that was just booted. If no guest was built yet, it is
    built now, which takes minutes. A failure shows the end of the guest's console.
    """
    guest = _shared_guest.acquire(fresh=request.node.get_closest_marker("fresh_guest") is not None)
    _uses(request.node, _guests_key).append(guest)
    yield guest
    _shared_guest.release()


@pytest.fixture
def linux_guest_factory(_needs_pytest_8: None, request: pytest.FixtureRequest) -> Iterator[GuestFactory]:
    """Boots further guests: linux_guest_factory(bus, ...) has an I2C bus for each argument.
    An argument is a Bus, or the socket of a Daemon. Keywords go to LinuxGuest. The guests are closed
    after the test.
    """
    with contextlib.ExitStack() as stack:
        yield GuestFactory(request.node, stack)
    _fail_for_scripts(request.node)


# ---- guests


class GuestFactory:
    """What linux_guest_factory is."""

    def __init__(self, item: pytest.Item, stack: contextlib.ExitStack) -> None:
        self._item = item
        self._stack = stack

    def __call__(self, *buses: Bus | str | os.PathLike[str], **options: Any) -> LinuxGuest:
        from vhost_device.guest import LinuxGuest

        sockets = [self._socket(bus) for bus in buses]
        options.setdefault("accel", _accel(self._item.config))
        options.setdefault("image", _image(self._item.config))
        options.setdefault("packed", _packed(self._item.config))
        guest = LinuxGuest(sockets, **options)
        _uses(self._item, _guests_key).append(guest)
        return self._stack.enter_context(guest)

    def _socket(self, bus: Bus | str | os.PathLike[str]) -> Path:
        if isinstance(bus, (str, os.PathLike)):
            return Path(bus)
        _uses(self._item, _buses_key).append(bus)
        return self._stack.enter_context(_served(bus)).socket_paths[0]


class _SharedGuest:
    """The guest of the session, booted when it is first wanted and again when it is beyond use."""

    def __init__(self, bus: Bus, config: pytest.Config) -> None:
        self._bus = bus
        self._config = config
        self._stack = contextlib.ExitStack()
        self._daemon: Daemon | None = None
        self._guest: LinuxGuest | None = None

    def acquire(self, *, fresh: bool) -> LinuxGuest:
        if self._guest is not None and (fresh or not _answers(self._guest)):
            self._close_guest()
        if self._guest is None:
            self._guest = self._boot()
        return self._guest

    def release(self) -> None:
        """After a test. What it left behind is taken away; a guest where that fails is given up."""
        guest = self._guest
        if guest is None or not guest.running:
            return
        try:
            guest.unbind_all()
        except BaseException:
            self._close_guest()
            raise

    def close(self) -> None:
        try:
            self._close_guest()
        finally:
            self._stack.close()

    def _boot(self) -> LinuxGuest:
        from vhost_device.guest import LinuxGuest

        image = _image(self._config)
        if self._daemon is None:
            self._daemon = self._stack.enter_context(_served(self._bus))
        return LinuxGuest(
            self._daemon.socket_paths,
            image=image,
            accel=_accel(self._config),
            packed=_packed(self._config),
        ).start()

    def _close_guest(self) -> None:
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.close()


def _answers(guest: LinuxGuest) -> bool:
    """Whether a guest is fit for the next test: one that panicked or was left paused is not."""
    from vhost_device.guest import GuestError

    try:
        return guest.run("true", timeout=_ANSWER_LIMIT_S).ok
    except GuestError:
        return False


@contextlib.contextmanager
def _served(bus: Bus) -> Iterator[Daemon]:
    from vhost_device.daemon import Daemon

    # Not pytest's folder for the test: a socket's path may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="vhost-device-"))
    try:
        with Daemon(bus, folder / "i2c") as daemon:
            yield daemon
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _accel(config: pytest.Config) -> str:
    accel = config.getoption("--guest-accel") or config.getini("guest_accel")
    if accel not in _ACCELERATORS:
        raise pytest.UsageError(f"guest_accel {accel!r}: expected one of {', '.join(_ACCELERATORS)}")
    return str(accel)


def _fault_seed(config: pytest.Config) -> int:
    """The same for all tests of a run: each begins its draw with it."""
    chosen: int | None = config.getoption("--fault-seed")
    if chosen is None:
        return config.stash.setdefault(_fault_seed_key, secrets.randbelow(_SEEDS))
    if not 0 <= chosen < 1 << 64:
        raise pytest.UsageError(f"--fault-seed {chosen}: expected 0 to 2**64 - 1")
    return chosen


def _packed(config: pytest.Config) -> bool:
    return bool(config.getoption("--guest-packed"))


def _image(config: pytest.Config) -> GuestImage:
    from vhost_device.guest import GuestImage, build_image

    chosen = config.getoption("--guest-image") or config.getini("guest_image")
    if chosen:
        image = GuestImage(config.rootpath / chosen)
        if not image.kernel.is_file():
            raise pytest.UsageError(f"guest image {image.directory}: there is no guest in that folder")
        return image
    # A build says what it does, and should be seen to do so.
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
        return build_image()


# ---- reports


def _wrapper(hook: _Hook) -> _Hook:
    return hook if _pytest_is_too_old else pytest.hookimpl(wrapper=True)(hook)


@_wrapper
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    try:
        result = yield
    except BaseException:
        if text := _script_errors(pyfuncitem):
            pyfuncitem.add_report_section("call", "scripts", text)
        raise
    _fail_for_scripts(pyfuncitem)
    return result


@_wrapper
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        if any(bus._draws_faults for bus in item.stash.get(_seeded_buses_key, [])):
            seed = _fault_seed(item.config)
            report.sections.append(("faults", f"drawn by --fault-seed={seed}, which draws them again"))
        guests = item.stash.get(_guests_key, [])
        for number, guest in enumerate(guests):
            which = f" {number}" if len(guests) > 1 else ""
            report.sections.append((f"console of guest{which}", _console(guest)))
    return report


if _pytest_is_too_old:  # which would take them for hooks of another kind
    del pytest_pyfunc_call, pytest_runtest_makereport


def _console(guest: LinuxGuest) -> str:
    try:
        lines = guest.console.rstrip().splitlines()
    except Exception as error:
        return f"(not to be had: {error})"
    return "\n".join(lines[-_CONSOLE_LINES:])


def _fail_for_scripts(item: pytest.Item) -> None:
    if text := _script_errors(item):
        pytest.fail(f"exceptions in scripts:\n{text}", pytrace=False)


def _script_errors(item: pytest.Item) -> str:
    """What went wrong in the chips and faults of the test's buses since it was last asked."""
    texts = []
    for bus in item.stash.get(_buses_key, []):
        count = bus.script_error_count
        errors = bus.take_script_errors()
        texts += [str(error).rstrip() for error in errors]
        if count > len(errors):
            texts.append(f"... and {count - len(errors)} more")
    return "\n".join(texts)


def _uses(item: pytest.Item, key: pytest.StashKey[list[Any]]) -> list[Any]:
    return item.stash.setdefault(key, [])
