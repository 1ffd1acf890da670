# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Faults as a script makes them."""

from __future__ import annotations

import os

import pytest
from recording_chip import RecordingChip

from vhost_device.errors import AddressNack, ArbitrationLost, DataNack, TransferTimeout
from vhost_device.faults import (
    Fault,
    FaultedMessage,
    FaultInjector,
    bad_pec,
    flip,
    lose_arbitration,
    nack,
    short_read,
    stretch,
    stuck,
)
from vhost_device.i2c import Address
from vhost_device.sim import At24, Bus, ManualClock, Read, Write

CHIP = 0x50


@pytest.fixture
def bus() -> Bus:
    bus = Bus(ManualClock())
    bus.attach(At24("24c02", address=CHIP)).data[0:4] = b"\x11\x22\x33\x44"
    return bus


@pytest.fixture
def injector(bus: Bus) -> FaultInjector:
    return FaultInjector(bus, clock=bus.clock)


def read(injector: FaultInjector, length: int = 4) -> bytes:
    return injector.transfer([Write(CHIP, b"\x00"), Read(CHIP, length)])[0]


def test_fault_happens_as_often_as_it_says_and_counts(injector: FaultInjector) -> None:
    with injector.fault(nack(address=CHIP, times=2)) as fault:
        for _ in range(2):
            with pytest.raises(AddressNack):
                read(injector)
        assert read(injector) == b"\x11\x22\x33\x44"
        assert fault.hits == 2
    assert fault.hits == 2


def test_fault_is_over_at_the_end_of_its_block(injector: FaultInjector) -> None:
    with injector.fault(nack()), pytest.raises(AddressNack):
        read(injector)
    assert read(injector) == b"\x11\x22\x33\x44"


def test_nack_of_a_byte_leaves_those_before_it_in_the_chip(injector: FaultInjector, bus: Bus) -> None:
    with injector.fault(nack(byte=2)), pytest.raises(DataNack):
        injector.transfer([Write(CHIP, b"\x00\xaa\xbb")])
    bus.clock.advance(milliseconds=10)
    assert read(injector) == b"\xaa\x22\x33\x44"


def test_nack_of_the_first_byte_leaves_nothing_in_the_chip(bus: Bus) -> None:
    chip = bus.attach(RecordingChip(0x20))
    with bus.fault(nack(byte=0)), pytest.raises(DataNack):
        bus.transfer([Write(0x20, b"\xaa")])
    assert chip.events == []


def test_stretches_of_a_transaction_have_one_limit_together(injector: FaultInjector) -> None:
    with injector.fault(stretch(0.3)), pytest.raises(TransferTimeout):
        injector.transfer([Read(CHIP, 1)] * 4)
    with injector.fault(stretch(0.3)):
        assert len(injector.transfer([Read(CHIP, 1)] * 3)) == 3


@pytest.mark.parametrize(
    ("fault", "received"),
    [
        (flip(0x0F, read=True), b"\x1e\x2d\x3c\x4b"),
        (flip(0x80, byte=1, read=True), b"\x11\xa2\x33\x44"),
        (short_read(2), b"\x11\x22\xff\xff"),
        (bad_pec(), b"\x11\x22\x33\xbb"),
        (stretch(0.01), b"\x11\x22\x33\x44"),
    ],
)
def test_fault_of_data_changes_what_is_read(injector: FaultInjector, fault: Fault, received: bytes) -> None:
    with injector.fault(fault):
        assert read(injector) == received


def test_stuck_sda_is_freed_by_a_bus_clear_and_stuck_scl_is_not(injector: FaultInjector) -> None:
    injector.fault(stuck("sda"))
    with pytest.raises(TransferTimeout):
        read(injector)
    assert injector.clear_bus()
    assert read(injector) == b"\x11\x22\x33\x44"
    with injector.fault(stuck("scl")):
        assert not injector.clear_bus()
        with pytest.raises(TransferTimeout):
            read(injector)
    assert read(injector) == b"\x11\x22\x33\x44"


def test_what_is_before_a_line_that_gets_stuck_reaches_the_chip(bus: Bus) -> None:
    chip = bus.attach(RecordingChip(0x20))
    with bus.fault(stuck("scl", when=lambda message: message.read)), pytest.raises(TransferTimeout):
        bus.transfer([Write(0x20, b"\xaa"), Read(0x20, 1)])
    assert chip.events[:2] == ["20 start write", "20 write aa"]


def test_fault_that_its_own_condition_releases_does_not_happen(injector: FaultInjector) -> None:
    def release(message: FaultedMessage) -> bool:
        fault.release()
        return True

    fault = injector.fault(nack(when=release))
    assert read(injector) == b"\x11\x22\x33\x44"
    assert fault.hits == 0


def test_lost_arbitration_is_told_as_such(injector: FaultInjector) -> None:
    with injector.fault(lose_arbitration()), pytest.raises(ArbitrationLost):
        read(injector)


def test_condition_sees_the_message(injector: FaultInjector) -> None:
    seen: list[FaultedMessage] = []

    def note(message: FaultedMessage) -> bool:
        seen.append(message)
        return False

    with injector.fault(nack(when=note)):
        read(injector)
    assert [(int(m.address), m.read, m.data, m.length) for m in seen] == [
        (CHIP, False, b"\x00", 1),
        (CHIP, True, b"", 4),
    ]


def test_condition_on_time_begins_when_its_time_has_come(injector: FaultInjector, bus: Bus) -> None:
    with injector.fault(nack(when=lambda _: bus.clock.now >= 5)):
        read(injector)
        bus.clock.advance(seconds=5)
        with pytest.raises(AddressNack):
            read(injector)


def test_same_seed_draws_the_same_faults(injector: FaultInjector) -> None:
    def outcomes() -> list[bool]:
        injector.clear_faults(seed=7)
        with injector.fault(nack(probability=0.5)):
            return [happened(injector) for _ in range(50)]

    first = outcomes()
    assert first == outcomes()
    assert 5 < sum(first) < 45


def test_cleared_faults_are_drawn_again_by_the_seed_before(bus: Bus) -> None:
    injector = FaultInjector(bus, seed=3)

    def outcomes() -> list[bool]:
        injector.clear_faults()
        injector.fault(nack(probability=0.5))
        return [happened(injector) for _ in range(50)]

    assert outcomes() == outcomes()


def happened(injector: FaultInjector) -> bool:
    try:
        injector.transfer([Read(CHIP, 1)])
    except AddressNack:
        return True
    return False


def test_unknown_condition_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"nack: unknown condition 'adress' \(known: address, "):
        nack(adress=0x50)  # type: ignore[call-arg]


def test_byte_of_a_nack_is_not_taken_for_its_address() -> None:
    with pytest.raises(TypeError, match="positional"):
        nack(0x50)  # type: ignore[call-arg]


def test_fault_that_would_never_happen_is_refused(injector: FaultInjector) -> None:
    with pytest.raises(ValueError, match="stuck_sda: a line is stuck for every address"):
        injector.fault(stuck("sda", address=CHIP))


def test_flip_of_no_bits_is_refused(injector: FaultInjector) -> None:
    with pytest.raises(ValueError, match=r"^flip: mask 0x00: expected 0x01 to 0xff$"):
        injector.fault(flip(0))


def test_impossible_probability_is_refused(injector: FaultInjector) -> None:
    with pytest.raises(ValueError, match=r"^nack: probability 2: expected 0 to 1$"):
        injector.fault(nack(probability=2))


def test_bus_has_an_injector_of_its_own_and_its_trace_tells_of_faults(bus: Bus) -> None:
    with bus.fault(nack(address=CHIP)) as fault, pytest.raises(AddressNack):
        bus.transfer([Read(CHIP, 1)])
    assert fault.hits == 1
    assert "fault: nack at 0x50" in bus.trace.text()


def test_faults_go_on_in_a_process_that_is_forked_off(bus: Bus) -> None:
    with bus.fault(nack(address=CHIP)):
        pid = os.fork()
        if pid == 0:
            os._exit(refusals(bus))
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


def refusals(bus: Bus) -> int:
    try:
        bus.transfer([Read(CHIP, 1)])
    except AddressNack:
        return 1
    return 0


def test_bus_clear_frees_the_bus(bus: Bus) -> None:
    fault = bus.fault(stuck("sda"))
    with pytest.raises(TransferTimeout):
        bus.transfer([Read(CHIP, 1)])
    assert bus.clear_bus()
    assert bus.transfer([Read(CHIP, 1)]) == [b"\x11"]
    assert fault.hits == 1


def test_what_is_no_fault_is_refused(bus: Bus) -> None:
    with pytest.raises(TypeError, match="3 is no fault; expected one, such as nack"):
        bus.fault(3)  # type: ignore[arg-type]


def test_condition_that_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="nack: when True: expected a function of a FaultedMessage"):
        nack(when=True)  # type: ignore[arg-type]


def test_fault_shows_the_call_that_makes_it() -> None:
    shown = [
        repr(nack(byte=2, address=0x48, times=2)),
        repr(stretch(0.02, read=False)),
        repr(flip(0x0F, byte=1, probability=0.5)),
        repr(stuck("scl")),
        repr(short_read(3)),
        repr(lose_arbitration(address=Address.ten_bit(0x123))),
    ]
    assert shown == [
        "<Fault nack(byte=2, address=0x48, times=2)>",
        "<Fault stretch(0.02, read=False)>",
        "<Fault flip(0x0f, byte=1, probability=0.5)>",
        "<Fault stuck('scl')>",
        "<Fault short_read(3)>",
        "<Fault lose_arbitration(address=Address.ten_bit(0x123))>",
    ]
