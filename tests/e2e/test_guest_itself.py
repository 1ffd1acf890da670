# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest without any of our buses: commands, files, drivers on i2c-stub, and every way to fail."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vhost_device.guest import (
    CommandFailed,
    CommandTimeout,
    DriverNotBound,
    GuestError,
    GuestNotUsable,
    GuestOSError,
    GuestPanic,
    GuestRebooted,
    GuestTimeout,
    LinuxGuest,
    QemuExited,
    QmpError,
    build_image,
)

SENSOR = 0x48
EEPROM = 0x50
PROCESS_LIMIT_MS = 30_000


@pytest.fixture(scope="module")
def shared() -> Iterator[LinuxGuest]:
    """One guest for all tests that leave it as it was."""
    with LinuxGuest(image=build_image()) as guest:
        guest.run(f"modprobe i2c-stub chip_addr={SENSOR:#x},{EEPROM:#x}", check=True)
        yield guest


@pytest.fixture
def guest(shared: LinuxGuest) -> Iterator[LinuxGuest]:
    yield shared
    shared.unbind_all()


@pytest.fixture
def own() -> Iterator[LinuxGuest]:
    """A guest that the test may break."""
    with LinuxGuest(image=build_image()) as guest:
        yield guest


@pytest.fixture
def stub(guest: LinuxGuest) -> int:
    """The number of i2c-stub's adapter."""
    listing = guest.run("grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name", check=True).text
    return int(listing.split("/")[-2].rpartition("-")[2])


# ---- commands


def test_command_gives_status_stdout_and_stderr_apart(guest: LinuxGuest) -> None:
    result = guest.run("echo out; echo err >&2; exit 3")
    assert (result.status, result.stdout, result.stderr) == (3, b"out\n", b"err\n")


def test_command_with_any_characters_arrives_unchanged(guest: LinuxGuest) -> None:
    text = "quotes ' \" ` dollar $x back\\slash tab\t line\nbreak é 中 *?[]{}"
    assert guest.run(f"cat <<'END'\n{text}\nEND", check=True).text == text + "\n"


def test_command_reads_its_input(guest: LinuxGuest) -> None:
    assert guest.run("rev; echo end", stdin=b"abc\n", check=True).stdout == b"cba\nend\n"


def test_command_without_input_sees_its_end(guest: LinuxGuest) -> None:
    assert guest.run("cat", check=True).stdout == b""


def test_failing_command_with_check_raises_with_its_words(guest: LinuxGuest) -> None:
    with pytest.raises(CommandFailed, match="ls /none") as caught:
        guest.run("ls /none", check=True)
    assert caught.value.result.status == 1
    assert "No such file or directory" in str(caught.value)


def test_syntax_error_is_the_commands_own(guest: LinuxGuest) -> None:
    result = guest.run("if then")
    assert result.status == 2
    assert "syntax error" in result.error_text


def test_background_process_does_not_hold_up_its_command(guest: LinuxGuest) -> None:
    assert guest.run("sleep 1000 & echo started", check=True).text == "started\n"
    guest.run("killall sleep", check=True)


def test_command_over_its_limit_is_killed_and_the_guest_goes_on(guest: LinuxGuest) -> None:
    with pytest.raises(
        CommandTimeout, match=r"waited 0\.2 s for guest command (.|\n)*it printed: begun"
    ) as caught:
        guest.run("echo begun; sleep 1000", timeout=0.2)
    assert "the end of the guest's console" in str(caught.value)
    assert guest.run("pidof sleep").stdout == b""


def test_command_that_cannot_be_killed_is_abandoned_and_the_guest_goes_on(guest: LinuxGuest) -> None:
    # Hides from the agent by giving it the id of no process; the test ends it by the right one.
    hide = "echo $$ >/tmp/hidden; for f in /run/jobs/*.pid; do echo 999999 >$f; done; sleep 1000"
    with pytest.raises(CommandTimeout, match="it was abandoned there"):
        guest.run(hide, timeout=2)
    assert guest.run("echo on", check=True).text == "on\n"
    guest.run("kill -9 -$(cat /tmp/hidden)", check=True)
    assert guest.run("echo still on", check=True).text == "still on\n"


def test_condition_that_comes_true_is_waited_for(guest: LinuxGuest) -> None:
    guest.run("rm -f /tmp/flag; (usleep 50000; echo yes >/tmp/flag) &", check=True)
    assert guest.wait_until("the flag", "cat /tmp/flag 2>/dev/null", 20).stdout == b"yes\n"


def test_condition_that_stays_false_raises_with_its_name(guest: LinuxGuest) -> None:
    with pytest.raises(GuestTimeout, match=r"waited 0.1 s for the moon"):
        guest.wait_until("the moon", "false", 0.1)


# ---- files


@pytest.mark.parametrize("size", [0, 1, 4095, 65536, 3_000_001])
def test_file_written_and_read_back_is_the_same(guest: LinuxGuest, size: int) -> None:
    data = random.Random(size).randbytes(size)
    guest.write_file("/tmp/some file", data)
    digest = guest.run("sha256sum '/tmp/some file'", check=True).text.split()[0]
    assert digest == hashlib.sha256(data).hexdigest()
    assert guest.read_file("/tmp/some file") == data


def test_missing_file_raises_the_guests_errno(guest: LinuxGuest) -> None:
    with pytest.raises(GuestOSError, match="/none") as caught:
        guest.read_file("/none")
    assert caught.value.errno == errno.ENOENT


def test_file_in_missing_folder_cannot_be_made(guest: LinuxGuest) -> None:
    with pytest.raises(GuestOSError) as caught:
        guest.write_file("/none/file", b"x")
    assert caught.value.errno == errno.ENOENT


# ---- drivers


def test_bound_driver_shows_what_the_chip_holds(guest: LinuxGuest, stub: int) -> None:
    guest.run(f"i2cset -y {stub} {SENSOR:#x} 0 0x8017 w", check=True)
    sensor = guest.bind("lm75", SENSOR, adapter=stub)
    assert sensor.path == f"/sys/bus/i2c/devices/{stub}-0048"
    assert sensor.driver == "lm75"
    assert sensor.read("name") == "lm75"
    assert sensor.read("temp1_input") == "23500"


def test_attribute_written_reaches_the_chip(guest: LinuxGuest, stub: int) -> None:
    sensor = guest.bind("lm75", SENSOR, adapter=stub)
    sensor.write("temp1_max", -12500)
    assert sensor.read("temp1_max") == "-12500"
    assert guest.run(f"i2cget -f -y {stub} {SENSOR:#x} 3 w", check=True).text == "0x80f3\n"


def test_binary_attribute_is_read_and_written_at_an_offset(guest: LinuxGuest, stub: int) -> None:
    eeprom = guest.bind("24c02", EEPROM, adapter=stub)
    assert eeprom.driver == "at24"
    eeprom.write_bytes("eeprom", bytes(range(255, -1, -1)))
    eeprom.write_bytes("eeprom", b"\x00hello\xff", offset=9)
    assert eeprom.read_bytes("eeprom", offset=8, length=9) == b"\xf7\x00hello\xff\xef"
    assert eeprom.read_bytes("eeprom")[16:] == bytes(range(239, -1, -1))
    assert guest.run(f"i2cget -f -y {stub} {EEPROM:#x} 10", check=True).text == "0x68\n"


def test_refused_value_raises_the_drivers_errno(guest: LinuxGuest, stub: int) -> None:
    sensor = guest.bind("lm75", SENSOR, adapter=stub)
    with pytest.raises(GuestOSError, match="temp1_max") as caught:
        sensor.write("temp1_max", "warm")
    assert caught.value.errno == errno.EINVAL


def test_attribute_that_is_not_there_raises_enoent(guest: LinuxGuest, stub: int) -> None:
    sensor = guest.bind("lm75", SENSOR, adapter=stub)
    with pytest.raises(GuestOSError) as caught:
        sensor.read("humidity1_input")
    assert caught.value.errno == errno.ENOENT


def test_unbound_device_is_gone_and_can_be_bound_again(guest: LinuxGuest, stub: int) -> None:
    sensor = guest.bind("lm75", SENSOR, adapter=stub)
    sensor.unbind()
    assert not guest.run(f"ls {sensor.path}").ok
    assert guest.bind("tmp75", SENSOR, adapter=stub).read("name") == "tmp75"


def test_property_reaches_the_driver_and_the_device_goes_like_any_other(guest: LinuxGuest, stub: int) -> None:
    eeprom = guest.bind("24c02", EEPROM, adapter=stub, properties={"pagesize": 16, "read-only": True})
    assert "256 byte 24c02 EEPROM, read-only" in guest.dmesg(5)
    eeprom.unbind()
    guest.bind("24c02", EEPROM, adapter=stub, properties={"pagesize": 16, "read-only": False})
    assert "256 byte 24c02 EEPROM, writable, 16 bytes/write" in guest.dmesg(5)
    guest.unbind_all()
    assert not guest.run(f"ls {eeprom.path}").ok
    assert "WARNING:" not in guest.dmesg()


@pytest.mark.parametrize("wrong", ["x=warm", "x=-1", " ".join(f"p{i}" for i in range(17))])
def test_property_that_cannot_be_is_refused(guest: LinuxGuest, stub: int, wrong: str) -> None:
    guest.run("modprobe i2c-properties", check=True)
    request = f"{stub} 24c02 {EEPROM:#x} {wrong}"
    result = guest.run(f"echo '{request}' >/sys/module/i2c_properties/parameters/new_device")
    assert "write error" in result.error_text
    assert not guest.run(f"ls /sys/bus/i2c/devices/{stub}-0050").ok


def test_address_in_use_raises_ebusy(guest: LinuxGuest, stub: int) -> None:
    guest.bind("lm75", SENSOR, adapter=stub)
    with pytest.raises(GuestOSError) as caught:
        guest.bind("lm75", SENSOR, adapter=stub)
    assert caught.value.errno == errno.EBUSY


def test_probe_that_fails_raises_with_the_kernels_log(guest: LinuxGuest, stub: int) -> None:
    with pytest.raises(DriverNotBound, match=r"tmp102 did not take chip 'tmp102' at 0x49(.|\n)*0049: error"):
        guest.bind("tmp102", 0x49, adapter=stub)
    assert not guest.run(f"ls /sys/bus/i2c/devices/{stub}-0049").ok


def test_unknown_chip_is_refused_with_the_nearest_name(guest: LinuxGuest, stub: int) -> None:
    with pytest.raises(GuestError, match="'24c03'; near it: 24c"):
        guest.bind("24c03", EEPROM, adapter=stub)


def test_bus_that_the_guest_does_not_have_is_refused(guest: LinuxGuest) -> None:
    with pytest.raises(IndexError, match="started with 0 bus sockets"):
        guest.bind("lm75", SENSOR)


# ---- the I2C tools


def test_tools_are_those_of_i2c_tools_and_not_busyboxs(guest: LinuxGuest) -> None:
    assert "i2cget version 4" in guest.run("i2cget -V", check=True).error_text
    assert "i2cget version 4" in guest.run("timeout 10 i2cget -V", check=True).error_text


# ---- the machine


def test_monitor_answers_and_refuses(guest: LinuxGuest) -> None:
    assert guest.qmp("query-status")["running"] is True
    with pytest.raises(QmpError, match="no-such-command"):
        guest.qmp("no-such-command")


def test_paused_guest_refuses_commands_until_resumed(guest: LinuxGuest) -> None:
    guest.pause()
    assert guest.qmp("query-status")["status"] == "paused"
    with pytest.raises(GuestNotUsable, match="paused"):
        guest.run("true")
    guest.resume()
    assert guest.run("echo on", check=True).text == "on\n"


@pytest.mark.parametrize("hard", [False, True])
def test_rebooted_guest_takes_commands_and_has_forgotten(own: LinuxGuest, hard: bool) -> None:
    own.run("touch /root/mark", check=True)
    first = own.read_file("/proc/sys/kernel/random/boot_id")
    own.reboot(hard=hard)
    assert own.read_file("/proc/sys/kernel/random/boot_id") != first
    assert not own.run("ls /root/mark").ok


def test_reboot_by_a_command_is_noticed_and_the_guest_goes_on(own: LinuxGuest) -> None:
    with pytest.raises(GuestRebooted, match="by itself"):
        own.run("reboot -f")
    assert own.run("echo back", check=True).text == "back\n"


def test_panic_shows_reason_and_console_and_a_reset_mends_it(own: LinuxGuest) -> None:
    with pytest.raises(GuestPanic, match="sysrq triggered crash") as caught:
        own.run("echo c >/proc/sysrq-trigger")
    assert "---[ end Kernel panic" in caught.value.console
    with pytest.raises(GuestNotUsable, match="given up because the guest's kernel panicked"):
        own.run("true")
    own.reboot(hard=True)
    assert own.run("echo back", check=True).text == "back\n"


def test_shutdown_ends_qemu_in_good_order(own: LinuxGuest) -> None:
    own.shutdown()
    assert not own.running
    assert "reboot: Power down" in own.console
    with pytest.raises(GuestNotUsable, match="QEMU has ended"):
        own.run("true")


def test_killed_qemu_is_reported_with_the_signal(own: LinuxGuest) -> None:
    os.kill(own.pid, signal.SIGKILL)
    with pytest.raises(QemuExited, match="was killed by SIGKILL while waiting for guest command 'true'"):
        own.run("true")


def test_two_guests_run_at_once_and_apart(guest: LinuxGuest, own: LinuxGuest) -> None:
    guest.write_file("/tmp/who", b"one")
    own.write_file("/tmp/who", b"two")
    assert (guest.read_file("/tmp/who"), own.read_file("/tmp/who")) == (b"one", b"two")


def test_console_log_gets_the_whole_boot(tmp_path: Path) -> None:
    with LinuxGuest(image=build_image(), console_log=tmp_path / "console"):
        pass
    assert b"Linux version" in (tmp_path / "console").read_bytes()


# ---- starts that fail


def test_boot_over_its_limit_shows_the_console() -> None:
    with pytest.raises(GuestTimeout, match=r"waited 0.7 s for the guest to boot"):
        LinuxGuest(image=build_image(), boot_timeout=0.7).start()


def test_missing_bus_socket_is_named(tmp_path: Path) -> None:
    with pytest.raises(QemuExited, match=r"none\.sock"):
        LinuxGuest([tmp_path / "none.sock"], image=build_image()).start()


def test_wrong_argument_shows_what_qemu_said() -> None:
    with pytest.raises(QemuExited, match="'no-such' is not a valid device model"):
        LinuxGuest(image=build_image(), extra_args=["-device", "no-such"]).start()


def test_missing_qemu_names_the_package() -> None:
    with pytest.raises(GuestError, match=r"'no-qemu' is missing: run 'apt-get install qemu-system-x86'"):
        LinuxGuest(image=build_image(), qemu="no-qemu").start()


# ---- nothing is left behind


def test_qemu_is_gone_when_its_parent_is_killed() -> None:
    script = (
        "from vhost_device.guest import LinuxGuest\n"
        "guest = LinuxGuest().start()\n"
        "print(guest.pid, flush=True)\n"
        "guest.run('sleep 1000', timeout=1000)\n"
    )
    build_image()
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        qemu = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    gone = select.poll()
    gone.register(qemu, select.POLLIN)
    assert gone.poll(PROCESS_LIMIT_MS)
    os.close(qemu)


# ---- from a terminal


def test_run_action_passes_output_and_status_on() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vhost_device.guest", "run", "--", "echo out; echo err >&2; exit 7"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_shell_action_runs_what_is_typed_and_ends_with_its_status() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vhost_device.guest", "shell"],
        input=b"echo $((6 * 7)) >/dev/null; tty; exit 5\n",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 5
    assert b"/dev/hvc0" in done.stdout
