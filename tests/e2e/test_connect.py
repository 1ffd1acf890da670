# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A daemon that connects to the virtual machine, is killed, and takes the guest over again.

QEMU 7.2 only: QEMU 10.0 aborts when a back-end of this device comes back (docs/RESTART.md).
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import DaemonProcess, Daemons
from qemu_transcripts import qemu_version

from vhost_device.guest import LinuxGuest, QemuExited, build_image, qemu

EEPROM = 0x50
PAGE_SIZE = 32
PAGES = 4096 // PAGE_SIZE
KILLS = 100
PROGRESS_LIMIT_S = 30.0

BOARD = """/dts-v1/;
/ { i2c { #address-cells = <1>; #size-cells = <0>;
    eeprom@50 {
        compatible = "atmel,24c32"; reg = <0x50>;
        vhost-device,image = "contents.bin"; vhost-device,save;
    };
}; };
"""

# Writes one page after the other, each with the number of the write in it, reads it back, and only then
# counts it as done. Ends at the first thing that is not as it should be, and says nothing before.
WRITER = """
number=0
while [ ! -e /tmp/stop ]; do
    page=$((number % {pages}))
    printf '%0{size}d' $number >/tmp/wanted
    dd if=/tmp/wanted of={eeprom} bs={size} seek=$page conv=notrunc status=none || break
    dd if={eeprom} of=/tmp/found bs={size} skip=$page count=1 status=none || break
    cmp /tmp/wanted /tmp/found || break
    number=$((number + 1))
    echo $number >>/tmp/done
done
touch /tmp/ended
"""


@pytest.fixture
def served_by_qemu(monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU listens on the bus's socket, and the daemon connects."""
    if qemu_version() >= (10, 0):
        pytest.skip("only QEMU 7.2 lets a back-end of this device come back")
    usual = qemu.command_line

    def with_server(options: qemu.QemuOptions, descriptors: dict[str, int]) -> list[str]:
        return [
            word + ",server=on" if word.startswith("socket,id=bus") else word
            for word in usual(options, descriptors)
        ]

    monkeypatch.setattr(qemu, "command_line", with_server)


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "vm.sock"


@pytest.fixture
def board_file(tmp_path: Path) -> Path:
    path = tmp_path / "board.dts"
    path.write_text(BOARD)
    return path


def connect(daemons: Daemons, socket: Path, board: Path) -> DaemonProcess:
    return daemons.start(f"--connect={socket}", f"--board={board}")


@pytest.fixture
def daemon(daemons: Daemons, socket: Path, board_file: Path) -> DaemonProcess:
    """A daemon that is there before the virtual machine."""
    return connect(daemons, socket, board_file)


@pytest.fixture
def guest(served_by_qemu: None, daemon: DaemonProcess, socket: Path) -> Iterator[LinuxGuest]:
    with LinuxGuest([socket], image=build_image()) as guest:
        yield guest


def start_writer(guest: LinuxGuest, eeprom: str) -> None:
    writer = WRITER.format(eeprom=eeprom, size=PAGE_SIZE, pages=PAGES)
    guest.write_file("/tmp/writer", writer.encode())
    guest.run("touch /tmp/done; sh /tmp/writer >/tmp/output 2>&1 </dev/null &", check=True)


def writer_output(guest: LinuxGuest) -> str:
    return guest.run("cat /tmp/output", check=True).text


def writes_done(guest: LinuxGuest) -> int:
    return int(guest.run("wc -l </tmp/done", check=True).text)


def wait_for_write(guest: LinuxGuest) -> None:
    """Waits until the writer has done one more; any error of its fails here."""
    before = writes_done(guest)
    guest.wait_until(
        f"write {before + 1} to be done",
        f"[ -e /tmp/ended ] || [ $(wc -l </tmp/done) -gt {before} ]",
        PROGRESS_LIMIT_S,
    )
    ended = guest.run("[ -e /tmp/ended ]").ok
    assert (ended, writer_output(guest)) == (False, "")
    assert writes_done(guest) > before


def stop_writer(guest: LinuxGuest) -> int:
    """Ends the writer; how many it has done."""
    guest.wait_until("the writer to end", "touch /tmp/stop; [ -e /tmp/ended ]", PROGRESS_LIMIT_S)
    assert writer_output(guest) == ""
    return writes_done(guest)


def pages_after(writes: int) -> list[bytes]:
    """What the pages hold after that many writes, the last of each page."""
    last = {number % PAGES: number for number in range(writes)}
    return [b"%032d" % last[page] if page in last else b"\xff" * PAGE_SIZE for page in range(PAGES)]


def test_page_that_was_told_written_is_there_after_a_hundred_kills(
    daemons: Daemons, daemon: DaemonProcess, guest: LinuxGuest, socket: Path, board_file: Path
) -> None:
    memory = guest.bind("24c32", EEPROM, properties={"pagesize": PAGE_SIZE})
    start_writer(guest, memory.resolve("eeprom"))
    for _ in range(KILLS):
        wait_for_write(guest)
        daemon.end(signal.SIGKILL)
        daemon = connect(daemons, socket, board_file)
    wait_for_write(guest)
    done = stop_writer(guest)
    contents = board_file.with_name("contents.bin").read_bytes()
    pages = [contents[start : start + PAGE_SIZE] for start in range(0, len(contents), PAGE_SIZE)]
    assert done > KILLS
    assert pages == pages_after(done)
    assert daemon.messages("warn", "error") == []


def test_packed_ring_which_cannot_be_taken_over_is_refused_with_the_remedy(
    served_by_qemu: None, daemon: DaemonProcess, socket: Path
) -> None:
    """QEMU 7.2 passes "packed" on to the guest and accepts it for it, whatever the back-end offered."""
    guest = LinuxGuest([socket], image=build_image(), packed=True)
    with contextlib.closing(guest):
        # When the connection ends in the middle of the start, this QEMU may crash; that is its own affair.
        with contextlib.suppress(QemuExited):
            guest.start()
        daemon.wait_for_log("not offered were bits 34; give the device packed=off")
