# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""bus.trace and Tracer: what was recorded, what can be asserted on it, and files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_project import run

from vhost_device import Daemon, InProcessGuest
from vhost_device.i2c import Address, AddressNack, Read, Router, TransferError, Write
from vhost_device.sim import At24, Bus, Device, Lm75, ManualClock, Nack
from vhost_device.trace import Tracer

pytest_plugins = ["pytester"]

LIMIT_S = 60


class Refusing(Device):
    """Takes two bytes of a message."""

    def start(self, direction: object) -> None:
        self._left = 2

    def write_byte(self, value: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise Nack

    def read_byte(self) -> int:
        return 0x5A


@pytest.fixture
def bus(clock: ManualClock) -> Bus:
    """With an LM75 at 0x48, and at 0x20 a chip that takes two bytes."""
    bus = Bus(clock)
    bus.attach(Lm75(address=0x48, temperature=23.5))
    bus.attach(Refusing(0x20))
    return bus


# ---- what is recorded


def test_transfer_is_recorded_with_messages_and_time(bus: Bus, clock: ManualClock) -> None:
    clock.advance(seconds=1.5)

    bus.transfer([Write(0x48, [0x00]), Read(0x48, 2)])

    [transaction] = bus.trace.transactions
    assert (transaction.start, transaction.end) == (1.5, 1.5)
    assert transaction.start_ns == 1_500_000_000
    assert (transaction.ok, transaction.error, transaction.notes) == (True, None, [])
    write, read = transaction.messages
    assert (int(write.address), write.read, write.data, write.length) == (0x48, False, b"\x00", 1)
    assert (int(read.address), read.read, read.data, read.acknowledged) == (0x48, True, b"\x17\x80", 2)


def test_failure_is_recorded_with_the_byte_and_what_was_not_sent(bus: Bus) -> None:
    with pytest.raises(TransferError):
        bus.transfer([Write(0x20, [1, 2, 3, 4]), Read(0x20, 1)])

    [transaction] = bus.trace.transactions
    assert transaction.error == "data NACK at byte 2"
    write, read = transaction.messages
    assert (write.ok, write.data, write.acknowledged) == (False, b"\x01\x02\x03", 2)
    assert (read.ok, read.error, read.data) == (False, "not sent", b"")


def test_guests_and_scripts_are_in_one_trace(bus: Bus, socket: Path) -> None:
    bus.transfer([Write(0x48, [0x00])])
    with Daemon(bus, socket), InProcessGuest(socket) as guest:
        guest.transfer([Read(0x48, 2)])

    assert [message.read for message in bus.trace.messages()] == [False, True]


def test_bus_behind_a_router_has_a_trace_of_its_own(bus: Bus) -> None:
    Router([bus]).transfer([Read(0x48, 2)])

    assert len(bus.trace.transactions) == 1


def test_messages_are_chosen_by_address_and_direction(bus: Bus) -> None:
    bus.transfer([Write(0x48, [0x00]), Read(0x48, 2)])
    bus.transfer([Write(0x20, [0x01])])

    assert [message.data for message in bus.trace.messages(address=0x48)] == [b"\x00", b"\x17\x80"]
    assert [message.address for message in bus.trace.messages(read=False)] == [0x48, 0x20]
    assert bus.trace.messages(address=Address.ten_bit(0x48)) == []


def test_message_leads_to_its_transaction(bus: Bus) -> None:
    bus.transfer([Read(0x48, 2)])

    assert bus.trace.messages()[0].transaction.number == 0


def test_memory_is_bounded_and_what_is_dropped_is_counted(bus: Bus) -> None:
    bus.trace.limit = 20_000

    for _ in range(100):
        bus.transfer([Read(0x48, 200)])

    kept = len(bus.trace.transactions)
    assert 10 < kept < 60
    assert kept + bus.trace.dropped == 100
    assert f"# {bus.trace.dropped} transactions are missing here\n" in bus.trace.text()


def test_disabled_trace_records_nothing(bus: Bus) -> None:
    bus.trace.enabled = False

    bus.transfer([Read(0x48, 2)])

    assert bus.trace.transactions == []
    assert not bus.trace.enabled


def test_clear_forgets_everything(bus: Bus) -> None:
    bus.transfer([Read(0x48, 2)])

    bus.trace.clear()

    assert bus.trace.transactions == []


def test_transactions_outlive_their_bus() -> None:
    bus = Bus()
    bus.attach(Lm75(address=0x48, temperature=23.5))
    bus.transfer([Read(0x48, 2)])
    [message] = bus.trace.messages()

    bus.clear()
    del bus

    assert message.data == b"\x17\x80"


def test_forked_process_transfers_without_a_trace(bus: Bus) -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if bus.transfer([Read(0x48, 2)]) == [b"\x17\x80"] and not bus.trace.transactions else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# ---- assertions


def test_assert_written_returns_the_message(bus: Bus) -> None:
    bus.transfer([Write(0x48, [0x01, 0x60])])

    assert bus.trace.assert_written(0x48, b"\x01\x60").data == b"\x01\x60"
    assert bus.trace.assert_written(0x48, [0x01, 0x60]).ok


def test_assert_written_lists_what_was_written_instead(bus: Bus) -> None:
    bus.transfer([Write(0x48, [0x01, 0x20])])
    bus.transfer([Write(0x20, [0x01, 0x60])])
    bus.transfer([Write(0x48)])

    with pytest.raises(AssertionError) as failure:
        bus.trace.assert_written(0x48, b"\x01\x60")

    assert str(failure.value).splitlines() == [
        "0x48: expected a write of 01 60, and what was written there is:",
        "  01 20",
        "  (the address alone)",
    ]


def test_assert_written_does_not_take_a_write_that_failed(bus: Bus) -> None:
    with pytest.raises(TransferError):
        bus.transfer([Write(0x20, [1, 2, 3])])

    with pytest.raises(AssertionError, match=r"01 02 03  \(data NACK at byte 2\)"):
        bus.trace.assert_written(0x20, b"\x01\x02\x03")


def test_assert_written_refuses_a_number_for_bytes(bus: Bus) -> None:
    with pytest.raises(TypeError, match=r"data 1: expected bytes or a list of numbers, such as \[1\]"):
        bus.trace.assert_written(0x48, 1)  # type: ignore[arg-type]


def test_assert_written_says_when_nothing_was(bus: Bus) -> None:
    with pytest.raises(AssertionError, match=r"0x48: .* and nothing was written there"):
        bus.trace.assert_written(0x48, b"\x01")


def test_assert_written_lists_the_last_twenty(bus: Bus) -> None:
    for value in range(25):
        bus.transfer([Write(0x48, [value % 4])])

    with pytest.raises(AssertionError) as failure:
        bus.trace.assert_written(0x48, b"\xff")

    lines = str(failure.value).splitlines()
    assert lines[1] == "  ... 5 more"
    assert len(lines) == 22


# ---- text and files


def test_text_has_a_line_for_each_transaction(bus: Bus, clock: ManualClock) -> None:
    clock.advance(seconds=2)
    bus.transfer([Write(0x48, [0x00]), Read(0x48, 2)])
    with pytest.raises(AddressNack):
        bus.transfer([Write(0x31, [0x00])])

    assert bus.trace.text().splitlines()[1:] == [
        "     2.000000000  i2c  0x48 W 00  Sr 0x48 R 17 80",
        "     2.000000000  i2c  0x31 W NACK [1]  ! address NACK",
    ]
    assert str(bus.trace.transactions[0]) == bus.trace.text().splitlines()[1]
    assert repr(bus.trace.messages()[1]) == "<0x48 R 17 80>"


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.txt", b"# I2C trace"), ("x.pcapng", b"\x0a\x0d\x0d\x0a"), ("x.vcd", b"$comment ")],
)
def test_end_of_the_name_is_the_format(bus: Bus, tmp_path: Path, name: str, begins: bytes) -> None:
    bus.trace.save(tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(begins)


def test_live_file_has_what_comes_while_it_is_open(bus: Bus, tmp_path: Path) -> None:
    bus.transfer([Write(0x48, [0x00])])
    with bus.trace.to(tmp_path / "live.txt") as live:
        bus.transfer([Read(0x48, 2)])
    bus.transfer([Write(0x48, [0x01])])

    lines = (tmp_path / "live.txt").read_text().splitlines()
    assert [line.split("  ")[-1] for line in lines[1:]] == ["0x48 R 17 80"]
    assert live.dropped == 0


def test_live_file_that_nobody_has_any_more_ends_with_a_warning(bus: Bus, tmp_path: Path) -> None:
    kept = [bus.trace.to(tmp_path / "live.txt")]
    bus.transfer([Read(0x48, 2)])
    with pytest.warns(ResourceWarning, match=r"<LiveTrace to .*live\.txt> was not closed") as warned:
        kept.clear()
    bus.transfer([Write(0x48, [0x01])])

    assert len(warned) == 1  # which keeps the object
    lines = (tmp_path / "live.txt").read_text().splitlines()
    assert [line.split("  ")[-1] for line in lines[1:]] == ["0x48 R 17 80"]


def test_live_file_may_be_closed_again(bus: Bus, tmp_path: Path) -> None:
    live = bus.trace.to(tmp_path / "live.txt")
    assert not live.closed
    live.close()
    live.close()
    assert live.closed


def test_live_file_that_cannot_be_opened_is_an_oserror_with_its_name(bus: Bus) -> None:
    with pytest.raises(FileNotFoundError, match=r"/nowhere/x\.txt"):
        bus.trace.to("/nowhere/x.txt")


def test_live_file_is_refused_to_another_trace_by_every_name(bus: Bus, tmp_path: Path) -> None:
    live, other = tmp_path / "live.txt", tmp_path / "other.txt"
    other.symlink_to(live)
    with bus.trace.to(live):
        with pytest.raises(OSError, match=r"other\.txt: another trace or recording is being written to it"):
            bus.trace.to(other)
        with pytest.raises(OSError, match=r"other\.txt: another trace or recording is being written to it"):
            bus.trace.save(other)
        bus.transfer([Read(0x48, 2)])

    assert len(live.read_text().splitlines()) == 2
    bus.trace.save(other)
    assert live.read_text() == bus.trace.text()


def test_file_that_cannot_be_saved_is_an_oserror_with_its_name(bus: Bus) -> None:
    with pytest.raises(FileNotFoundError, match=r"/nowhere/x\.txt"):
        bus.trace.save("/nowhere/x.txt")
    with pytest.raises(OSError, match=r"/dev/full: No space left on device"):
        bus.trace.save("/dev/full")


def test_full_disk_does_not_stop_the_bus(bus: Bus) -> None:
    with bus.trace.to("/dev/full") as live:
        bus.transfer([Read(0x48, 2)])
        bus.transfer([Read(0x48, 2)])

    assert live.dropped == 2


# ---- other adapters


def test_tracer_records_what_a_router_refuses(bus: Bus) -> None:
    eeproms = Bus()
    eeproms.attach(At24("24c02", 0x50))
    tracer = Tracer(Router([(bus, [0x48]), (eeproms, [0x50])]))

    tracer.transfer([Read(0x48, 2)])
    with pytest.raises(TransferError):
        tracer.transfer([Read(0x51, 1)])

    assert [transaction.error for transaction in tracer.trace.transactions] == [None, "not permitted"]


def test_tracer_can_be_served(bus: Bus, socket: Path) -> None:
    tracer = Tracer(bus)
    with Daemon(tracer, socket), InProcessGuest(socket) as guest:
        guest.transfer([Read(0x48, 2)])

    assert len(tracer.trace.messages(address=0x48)) == 1


def test_tracer_takes_a_clock(bus: Bus, clock: ManualClock) -> None:
    tracer = Tracer(bus, clock)
    clock.advance(seconds=7)

    tracer.transfer([Read(0x48, 2)])

    assert tracer.trace.transactions[0].start == 7.0


def test_tracer_refuses_what_is_no_adapter() -> None:
    with pytest.raises(TypeError, match="adapter 3: expected a bus"):
        Tracer(3)  # type: ignore[arg-type]


# ---- the document


def test_example_of_the_document_runs(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "TRACE.md").read_text()
    [example] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    command = [sys.executable, "-W", "error", "-c", example]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=LIMIT_S)
    assert "  i2c  0x48 W 00  Sr 0x48 R 17 80\n" in done.stdout
    assert (tmp_path / "live.txt").read_text().endswith("  i2c  0x48 R 17 80\n")


# ---- the plugin


def test_trace_of_the_fixture_is_as_new_at_the_start_of_each_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.mark.parametrize("number", [1, 2])
def test_bus(i2c_bus, number):
    assert i2c_bus.trace.transactions == []
    assert (i2c_bus.trace.enabled, i2c_bus.trace.limit) == (True, 4 << 20)
    i2c_bus.attach(Device(0x20))
    i2c_bus.transfer([Read(0x20, 1)])
    i2c_bus.trace.enabled, i2c_bus.trace.limit = False, 0
""",
    )
    result.assert_outcomes(passed=2)
