# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The table of measurements."""

from __future__ import annotations

from collections.abc import Iterator

from benchmark.cases import ONE_CORE, OURS, PEER, TWO_CORES, Case, Load, Setup

WORKS = ("write2", "write1read2", "read32", "page-write")
DEPTHS = (1, 4, 64, 256)
GUESTS = (1, 4, 16, 64)

SAME_BUS = "Same bus"
LIMIT = "The kernel's limit"
GUEST_NUMBER = "Guests"
LIFE = "Life and memory"
SIMULATED = "Simulated"
CHIPS = "Chips on the bus"
POLLING = "Polling"
FLOORS = "Floors"
PYTHON = "Python"
IDLE = "Idle"

LINUX = Setup("linux")
PEERS = Setup("peer")
SIM = Setup("sim")
BOTH = ((OURS, LINUX), (PEER, PEERS))

# How often the shared bus and the Python interpreter are asked for at once.
IDLE_GUESTS = 64


def all_cases(*, polls: bool, idle_s: float) -> Iterator[Case]:
    """Every measurement; `polls`: the daemon has --poll."""
    yield from same_bus()
    yield from kernel_limit()
    yield from guests()
    yield from life()
    yield from floors()
    yield from simulated()
    yield from chips()
    yield from python_chips()
    yield from idle(polls=polls, idle_s=idle_s)
    if polls:
        yield from polling()
        yield from same_bus_polling()


def same_bus() -> Iterator[Case]:
    for cores in (ONE_CORE, TWO_CORES):
        for work in WORKS:
            for depth in DEPTHS:
                load = Load(work, depth)
                for contender, setup in BOTH:
                    yield Case(SAME_BUS, f"{load.describe()}, {cores}", contender, setup, load, cores)


def same_bus_polling() -> Iterator[Case]:
    """Ours looks for requests instead of sleeping, and so does the front-end; the peer cannot."""
    ours = Setup("linux", arguments=("--poll=adaptive",))
    for work in WORKS:
        for depth in (1, 64):
            load = Load(work, depth, arguments=("--spin",))
            for contender, setup in ((OURS, ours), (PEER, PEERS)):
                yield Case(SAME_BUS, polling_row(load), contender, setup, load)


def polling_row(load: Load) -> str:
    return f"{load.describe()}, whoever can polls"


def kernel_limit() -> Iterator[Case]:
    for depth in DEPTHS:
        load = Load("write1read2", depth)
        for contender, kind in ((OURS, "linux"), (PEER, "peer")):
            yield Case(LIMIT, load.describe(), contender, Setup(kind, kernel_limit=True), load)


def guests() -> Iterator[Case]:
    for depth in (1, 4):
        for number in GUESTS:
            load = Load("write1read2", depth, guests=number)
            for contender, setup in BOTH:
                yield Case(GUEST_NUMBER, f"{number} guests, {load.describe()}", contender, setup, load)


def life() -> Iterator[Case]:
    for contender, setup in BOTH:
        yield Case(LIFE, "start-up to listening", contender, setup, tool="start-up")
        for number in (1, 64):
            load = Load(guests=number, idle_s=0.0)
            yield Case(LIFE, f"{number} guests connected", contender, setup, load)


def floors() -> Iterator[Case]:
    yield Case(FLOORS, "one core", "epoll", cores=ONE_CORE, tool="epoll")
    yield Case(FLOORS, "two cores", "epoll", cores=TWO_CORES, tool="epoll")
    yield Case(FLOORS, "polling", "memory", cores=TWO_CORES, tool="memory")


def simulated() -> Iterator[Case]:
    for work in WORKS:
        for depth in (1, 64):
            load = Load(work, depth)
            for cores in (ONE_CORE, TWO_CORES):
                yield Case(SIMULATED, f"{load.describe()}, {cores}", OURS, SIM, load, cores)
                packed = Load(work, depth, arguments=("--packed",))
                yield Case(SIMULATED, f"{load.describe()}, {cores}", "ours, packed", SIM, packed, cores)


def chips() -> Iterator[Case]:
    for depth in (1, 64):
        load = Load("write1read2", depth)
        for contender, arguments in (("2 chips", ()), ("112 chips", ("--full",))):
            yield Case(CHIPS, load.describe(), contender, Setup("python-own", arguments), load, ONE_CORE)


def python_chips() -> Iterator[Case]:
    for work in ("write2", "write1read2"):
        for depth in (1, 64):
            load = Load(work, depth)
            for contender, setup in (
                ("C++", SIM),
                ("by message", Setup("python-message")),
                ("by byte", Setup("python-byte")),
            ):
                yield Case(PYTHON, load.describe(), contender, setup, load)
    yield Case(PYTHON, "the methods alone", "by message", tool="hooks", setup=Setup("python-message"))
    yield Case(PYTHON, "the methods alone", "by byte", tool="hooks", setup=Setup("python-byte"))


def polling() -> Iterator[Case]:
    for value in ("1ms", "adaptive"):
        setup = Setup("sim", arguments=(f"--poll={value}",))
        for work in ("write2", "write1read2"):
            spinning = Load(work, 1, arguments=("--spin",))
            yield Case(POLLING, f"{spinning.describe()}, front-end polls", value, setup, spinning)
            waiting = Load(work, 1)
            yield Case(POLLING, f"{waiting.describe()}, front-end waits", value, setup, waiting)


def idle(*, polls: bool, idle_s: float) -> Iterator[Case]:
    load = Load(guests=IDLE_GUESTS, idle_s=idle_s)
    row = f"{IDLE_GUESTS} guests for {idle_s:g} s"
    yield Case(IDLE, row, OURS, SIM, load, once=True)
    if polls:
        adaptive = Setup("sim", arguments=("--poll=adaptive",))
        yield Case(IDLE, row, "ours, adaptive polling", adaptive, load, once=True)
    yield Case(IDLE, row, PEER, PEERS, load, once=True)


def quick(case: Case) -> bool:
    """Whether a case is part of the smoke run: each kind of daemon and each tool once."""
    if case.group == SAME_BUS or case.group == SIMULATED:
        return case.load.depth == 64 and case.cores == TWO_CORES
    if case.group == GUEST_NUMBER:
        return case.load.guests == 4 and case.load.depth == 4
    if case.group == LIMIT:
        return case.load.depth == 64 and case.contender == OURS
    if case.group in (CHIPS, PYTHON, POLLING):
        return case.load.depth == 1 and case.load.work == "write1read2"
    return True
