# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""All that a real QEMU sends in a guest's life, captured between it and the daemon.

The life: boot, transfers, pause, resume, transfers, reset button, transfers, power off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from daemon_process import DaemonProcess, Daemons
from qemu_transcripts import PHASES, TRANSCRIPTS, qemu_version
from recording_proxy import Exchange, RecordingProxy
from vhost_user_wire import WITH_REPLY, Request

from vhost_device.guest import LinuxGuest, build_image

# VIRTIO 1.3, 5.19.3 (ZERO_LENGTH_REQUEST) and 6 (INDIRECT_DESC, EVENT_IDX, VERSION_1).
ZERO_LENGTH_REQUEST = 1 << 0
INDIRECT_DESC = 1 << 28
EVENT_IDX = 1 << 29
VERSION_1 = 1 << 32

# One of the guest's messages is one request on the ring.
TRANSFER = "i2ctransfer -y {bus} w1@0x48 0x00 r2"
TRANSFER_REQUESTS = 2
TRANSFER_SHOWS = "0x17 0x80\n"  # 23.5 degrees, as the board says: LM75, SNIS153B, 7.3.2

WITH_DESCRIPTOR = {
    Request.ADD_MEM_REG,
    Request.SET_MEM_TABLE,
    Request.SET_VRING_KICK,
    Request.SET_VRING_CALL,
    Request.SET_VRING_ERR,
}


@dataclass(frozen=True)
class Life:
    phases: dict[str, list[Exchange]]
    shown: list[str]
    daemon: DaemonProcess

    @property
    def exchanges(self) -> list[Exchange]:
        return [exchange for phase in PHASES for exchange in self.phases[phase]]

    def all_of(self, request: Request) -> list[Exchange]:
        return [exchange for exchange in self.exchanges if exchange.request.request == request]

    def first_in(self, phase: str, request: Request) -> Exchange:
        return next(one for one in self.phases[phase] if one.request.request == request)


@pytest.fixture(scope="module")
def life(daemon_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("transcript")
    board = Path(__file__).parents[2] / "examples" / "boards" / "demo.dts"
    with Daemons(daemon_program) as daemons:
        daemon = daemons.serve(folder / "daemon.sock", board, "--log-level=debug")
        with RecordingProxy(folder / "proxy.sock", folder / "daemon.sock") as proxy:
            phases, shown = live(folder / "proxy.sock", proxy)
        daemon.wait_for_log("the front-end has left")
        daemon.end()
        yield Life(phases, shown, daemon)


def live(socket_path: Path, proxy: RecordingProxy) -> tuple[dict[str, list[Exchange]], list[str]]:
    phases = {}
    shown = []
    with LinuxGuest([socket_path], image=build_image()) as guest:
        phases["boot"] = proxy.take()
        shown.append(guest.run(TRANSFER.format(bus=guest.bus()), check=True).text)
        phases["transfers"] = proxy.take()
        guest.pause()
        phases["pause"] = proxy.take()
        guest.resume()
        phases["resume"] = proxy.take()
        shown.append(guest.run(TRANSFER.format(bus=guest.bus()), check=True).text)
        phases["transfers again"] = proxy.take()
        guest.reboot(hard=True)
        phases["reset"] = proxy.take()
        shown.append(guest.run(TRANSFER.format(bus=guest.bus()), check=True).text)
        phases["last transfers"] = proxy.take()
        guest.shutdown()
        proxy.wait_until_left()
        phases["power off"] = proxy.take()
    return phases, shown


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[str, ...]]:
    version = qemu_version()
    if version not in TRANSCRIPTS:
        pytest.skip(f"no transcript of QEMU {version[0]}.{version[1]} is known")
    return TRANSCRIPTS[version]


@pytest.mark.parametrize("phase", PHASES)
def test_messages_of_a_phase_come_in_the_order_known(
    life: Life, expected: dict[str, tuple[str, ...]], phase: str
) -> None:
    assert tuple(exchange.request.name for exchange in life.phases[phase]) == expected[phase]


def test_every_message_sent_is_taken_in_by_the_daemon(life: Life) -> None:
    taken = [name for line in life.daemon.messages("debug") for name in re.findall(r"VHOST_USER_(\w+)", line)]
    assert taken == [exchange.request.name for exchange in life.exchanges]


def test_no_message_makes_the_daemon_complain_or_close(life: Life) -> None:
    assert life.daemon.messages("warn", "error") == []
    assert sum("a front-end has connected" in line for line in life.daemon.lines) == 1


def test_message_that_wants_an_acknowledgement_gets_one_zero(life: Life) -> None:
    asking = [exchange for exchange in life.exchanges if exchange.request.needs_reply]
    assert asking != []
    answers = [[(reply.name, reply.is_reply, reply.u64) for reply in one.replies] for one in asking]
    assert answers == [[(one.request.name, True, 0)] for one in asking]


def test_message_with_a_reply_of_its_own_gets_one_and_the_rest_none(life: Life) -> None:
    others = [exchange for exchange in life.exchanges if not exchange.request.needs_reply]
    answers = [[(reply.name, reply.is_reply) for reply in one.replies] for one in others]
    expected = [[(one.request.name, True)] if one.request.request in WITH_REPLY else [] for one in others]
    assert answers == expected


def test_descriptors_come_with_the_messages_that_carry_one_and_no_other(life: Life) -> None:
    counts = [(one.request.name, one.request.fd_count) for one in life.exchanges]
    assert counts == [
        (one.request.name, int(one.request.request in WITH_DESCRIPTOR)) for one in life.exchanges
    ]


def test_features_accepted_are_among_those_offered(life: Life) -> None:
    offered = life.all_of(Request.GET_FEATURES)[0].replies[0].u64
    accepted = [exchange.request.u64 for exchange in life.all_of(Request.SET_FEATURES)]
    assert accepted != []
    assert [features & ~offered for features in accepted] == [0] * len(accepted)


def test_features_accepted_have_what_the_guests_driver_uses(life: Life) -> None:
    used = ZERO_LENGTH_REQUEST | INDIRECT_DESC | EVENT_IDX | VERSION_1
    accepted = [exchange.request.u64 for exchange in life.all_of(Request.SET_FEATURES)]
    assert [features & used for features in accepted] == [used] * len(accepted)


def test_protocol_features_accepted_are_among_those_offered(life: Life) -> None:
    offered = life.all_of(Request.GET_PROTOCOL_FEATURES)[0].replies[0].u64
    accepted = [exchange.request.u64 for exchange in life.all_of(Request.SET_PROTOCOL_FEATURES)]
    assert [features & ~offered for features in accepted] == [0]


def test_place_in_the_ring_counts_the_requests_and_comes_back_on_resume(life: Life) -> None:
    paused_at = life.first_in("pause", Request.GET_VRING_BASE).replies[0].vring_state
    resumed_at = life.first_in("resume", Request.SET_VRING_BASE).request.vring_state
    assert (paused_at, resumed_at) == ((0, TRANSFER_REQUESTS), (0, TRANSFER_REQUESTS))


def test_place_in_the_ring_starts_anew_after_a_reset(life: Life) -> None:
    stopped_at = life.first_in("reset", Request.GET_VRING_BASE).replies[0].vring_state
    started_at = life.first_in("reset", Request.SET_VRING_BASE).request.vring_state
    ended_at = life.first_in("power off", Request.GET_VRING_BASE).replies[0].vring_state
    assert (stopped_at, started_at, ended_at) == ((0, 2 * TRANSFER_REQUESTS), (0, 0), (0, TRANSFER_REQUESTS))


def test_transfers_before_and_after_pause_and_reset_are_right(life: Life) -> None:
    assert life.shown == [TRANSFER_SHOWS] * 3
