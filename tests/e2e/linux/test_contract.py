# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The contract suite of tests/contract on real adapters, by real ioctls."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from host_guest import HostGuest

from vhost_device.sim import At24

LIMIT_S = 60.0
TRACING = "/sys/kernel/tracing"

# I2C_FUNC_* of include/uapi/linux/i2c.h.
I2C = 0x00000001
QUICK = 0x00010000
BYTE = 0x00060000
BYTE_DATA = 0x00180000
WORD_DATA = 0x00600000
PROCESS_CALL = 0x00800000
WRITE_BLOCK = 0x02000000
I2C_BLOCK = 0x0C000000
READ_BLOCK = 0x01000000
SMBUS_EMULATED = QUICK | BYTE | BYTE_DATA | WORD_DATA | PROCESS_CALL | WRITE_BLOCK | I2C_BLOCK

# The protocols of tests/contract/smbus_protocols.cpp, by the functions that any of their spellings needs.
PROTOCOLS = {
    "QuickWrite": QUICK,
    "QuickRead": QUICK,
    "SendByte": BYTE,
    "ReceiveByte": BYTE,
    "WriteByteData": BYTE_DATA | I2C_BLOCK,
    "ReadByteData": BYTE_DATA | I2C_BLOCK,
    "WriteWordData": WORD_DATA | I2C_BLOCK,
    "ReadWordData": WORD_DATA | I2C_BLOCK,
    "WriteI2cBlock": I2C_BLOCK,
    "WriteLongestI2cBlock": I2C_BLOCK,
    "ReadI2cBlock": I2C_BLOCK,
    "ReadLongestI2cBlock": I2C_BLOCK,
    "WriteBlockOfOne": WORD_DATA | I2C_BLOCK | WRITE_BLOCK,
    "WriteBlock": I2C_BLOCK | WRITE_BLOCK,
    "WriteLongestBlock": WRITE_BLOCK,
    "ProcessCall": PROCESS_CALL,
}


@dataclass(frozen=True)
class Adapter:
    """What an adapter of the guest is known to offer, by its driver's source."""

    name: str  # or how it begins
    functionality: int
    chip: int
    absent: int
    absent_error: str
    modules: tuple[str, ...] = ()
    pointer_bytes: int = 1
    failing: tuple[tuple[str, str], ...] = ()  # what it offers and its controller fails at, and how
    last_byte_lost: tuple[str, ...] = ()  # where its controller loses the last byte
    reset: str = ""  # a command, for an adapter with a number, that makes its state known

    @property
    def is_plain(self) -> bool:
        return bool(self.functionality & I2C)

    @property
    def is_bare(self) -> bool:
        """Whether it has not even byte data, by which the suite looks at a chip."""
        return not self.functionality & (I2C | BYTE_DATA)

    @property
    def offered(self) -> set[str]:
        """Names of protocols."""
        return {name for name, functions in PROTOCOLS.items() if (functions | I2C) & self.functionality}


def virtio(chip: int, pointer_bytes: int) -> Adapter:
    """drivers/i2c/busses/i2c-virtio.c: everything, by messages. It knows one way to fail, EIO."""
    return Adapter("i2c_virtio", I2C | SMBUS_EMULATED, chip, 0x51, "I/O error", pointer_bytes=pointer_bytes)


def stub(functionality: int) -> Adapter:
    """drivers/i2c/i2c-stub.c: what its parameter leaves of it. ENODEV where it has no chip."""
    module = f"i2c-stub chip_addr=0x1c functionality={functionality:#x}"
    return Adapter("SMBus stub driver", functionality, 0x1C, 0x1D, "I/O error", (module,))


STUB_DEFAULT = QUICK | BYTE | BYTE_DATA | WORD_DATA | I2C_BLOCK
ADAPTERS = {
    "virtio-24c32": virtio(0x50, pointer_bytes=2),
    "virtio-small-chip": virtio(0x52, pointer_bytes=1),
    # drivers/i2c/busses/i2c-i801.c, for an ICH9. QEMU's (hw/i2c/pm_smbus.c) has no process call: it sets
    # DEV_ERR, which the driver takes for nobody at the address. Byte by byte, as the driver does I2C blocks,
    # a write of 32 never ends, since QEMU's index goes round to 0 there; and at the last byte of a read it
    # does not set BYTE_DONE, so that the driver does not fetch it.
    "i801": Adapter(
        "SMBus I801 adapter",
        SMBUS_EMULATED,
        0x57,
        0x2F,
        "address NACK",
        ("i2c-i801",),
        failing=(("ProcessCall", "address NACK"), ("WriteLongestI2cBlock", "timeout")),
        last_byte_lost=("ReadI2cBlock", "ReadLongestI2cBlock"),
        # After I2C block writes its index is such that a block write of 32 bytes fails, until a read.
        reset="i2cget -y {} 0x57 0 i 2",
    ),
    "stub": stub(STUB_DEFAULT),
    "stub-with-block": stub(STUB_DEFAULT | READ_BLOCK | WRITE_BLOCK),
    "stub-without-i2c-block": stub(QUICK | BYTE | BYTE_DATA | WORD_DATA | READ_BLOCK | WRITE_BLOCK),
    "stub-bytes": stub(QUICK | BYTE | BYTE_DATA),
    "stub-quick": stub(QUICK),
}
SMBUS_ONLY = [name for name, adapter in ADAPTERS.items() if not adapter.is_plain]
# By i2cget a longest block's count and first byte are seen as a word.
WITH_LONGEST_BLOCK = [
    name
    for name, adapter in ADAPTERS.items()
    if adapter.pointer_bytes == 1 and "WriteLongestBlock" in adapter.offered
]
LONGEST_BLOCK = ("0xa0", "0x8020")

# A 24c02 without pages and write cycles: 256 bytes behind a pointer of one.
SMALL_CHIP = """/dts-v1/;
/ { i2c { #address-cells = <1>; #size-cells = <0>;
    eeprom@52 {
        compatible = "atmel,24c02"; reg = <0x52>; pagesize = <256>; vhost-device,write-cycle-ms = <0>;
    };
}; };
"""

# Names of tests, or of protocols, by suite.
Tests = dict[str, set[str]]

# How many tests there are of what a simulated bus need not refuse or keep to.
REFUSED_GROUPS = 9
LINUX_TESTS = 1
LINUX_I2C_TESTS = 1


class ContractProgram:
    """The program under the tests of one adapter."""

    def __init__(self, program: str, host: HostGuest, adapter: Adapter) -> None:
        self.program = program
        self.host = host
        self.adapter = adapter
        self.number = host.find(adapter.name)

    def run(self, tests: str = "*") -> Tests:
        """Runs the suites, or some tests of them; all have to pass. Which they were."""
        adapter = self.adapter
        words = [
            self.program,
            f"adapter={self.host.name(self.number)}",
            f"chip={adapter.chip:#x}",
            f"pointer_bytes={adapter.pointer_bytes}",
            f"absent={adapter.absent:#x}",
            f"absent_error={adapter.absent_error}",
            f"functionality={adapter.functionality:#x}",
            f"failing={','.join(f'{name}={error}' for name, error in adapter.failing)}",
            f"last_byte_lost={','.join(adapter.last_byte_lost)}",
            f"--gtest_filter={tests}",
            "--gtest_output=json:/run/contract.json",
        ]
        result = self.host.guest.run(
            f"{shlex.join(words)} >/run/contract.log 2>&1",
            timeout=LIMIT_S,
        )
        log = self.host.guest.read_file("/run/contract.log").decode(errors="replace")
        print(log)
        assert result.ok, log
        return passed_tests(json.loads(self.host.guest.read_file("/run/contract.json")))


def passed_tests(report: Any) -> Tests:
    """What GoogleTest's report says, if it says that nothing was skipped and nothing failed."""
    passed: Tests = {}
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            assert (test["status"], test["result"]) == ("RUN", "COMPLETED"), test
            assert "failures" not in test, test
            # Linux/SmbusContract, offered_protocol_works/Adapter_QuickWrite
            name, _, case = test["name"].partition("/")
            protocol = case.partition("_")[2]
            passed.setdefault(suite["name"].rpartition("/")[2], set()).add(protocol or name)
    return passed


@pytest.fixture(scope="session")
def simulated(build_folder: Path) -> Tests:
    """The tests that a simulated bus passes, by suite."""
    program = build_folder / "tests" / "contract" / "contract"
    listing = subprocess.run(
        [program, "--gtest_list_tests"], check=True, capture_output=True, text=True
    ).stdout
    tests: Tests = {}
    suite = ""
    for line in listing.splitlines():
        if line.startswith(" "):
            tests.setdefault(suite, set()).add(line.strip().partition("/")[0])
        else:
            suite = line.rstrip(".").removeprefix("Simulated/")
    return tests


@pytest.fixture
def contract(
    request: pytest.FixtureRequest, host: HostGuest, contract_program: str, tmp_path: Path
) -> Iterator[ContractProgram]:
    """The suite on an adapter whose module is loaded, and has chips."""
    adapter = ADAPTERS[request.param]
    host.buses[0].attach(At24("24c32", 0x50, write_cycle_ms=0))
    board = tmp_path / "small_chip.dts"
    board.write_text(SMALL_CHIP)
    host.buses[0].load_board(board)
    for module in adapter.modules:
        host.guest.run(f"modprobe {module}", check=True)
    program = ContractProgram(contract_program, host, adapter)
    host.guest.run(adapter.reset.format(program.number), check=True)
    yield program
    for module in adapter.modules:
        host.guest.run(f"rmmod {module.split()[0]}", check=True)


def expected(adapter: Adapter, simulated: Tests) -> Tests:
    """The tests that have to pass, by the suites whose tests have a name here."""
    smbus = adapter.pointer_bytes == 1
    failing = {name for name, _ in adapter.failing}
    last_byte_lost = set(adapter.last_byte_lost)
    everything: Tests = {
        "AdapterContract": set() if adapter.is_bare else simulated["AdapterContract"],
        "PlainI2cContract": simulated["PlainI2cContract"] if adapter.is_plain else set(),
        "SmbusContract": adapter.offered - failing - last_byte_lost if smbus else set(),
        "SmbusRefusal": set(PROTOCOLS) - adapter.offered if smbus else set(),
        "SmbusFailure": failing,
        "SmbusLastByteLost": last_byte_lost,
    }
    return {suite: tests for suite, tests in everything.items() if tests}


@pytest.mark.parametrize("contract", ADAPTERS, indirect=True)
def test_adapter_of_linux_passes_the_contract_as_far_as_it_offers_it(
    contract: ContractProgram, simulated: Tests
) -> None:
    passed = contract.run()
    plain = contract.adapter.is_plain
    assert len(passed.pop("PlainI2cRefusal", ())) == (0 if plain else REFUSED_GROUPS)
    assert len(passed.pop("LinuxI2cContract", ())) == (LINUX_I2C_TESTS if plain else 0)
    assert len(passed.pop("LinuxContract")) == LINUX_TESTS
    assert passed == expected(contract.adapter, simulated)


@pytest.mark.parametrize("contract", SMBUS_ONLY, indirect=True)
def test_what_an_smbus_only_adapter_refuses_is_not_put_on_its_bus(contract: ContractProgram) -> None:
    guest = contract.host.guest
    guest.run(f"echo >{TRACING}/trace; echo 1 >{TRACING}/events/smbus/enable", check=True)
    assert contract.run("*Refusal*")
    refused = guest.run(f"cat {TRACING}/trace", check=True).text
    assert contract.run("*SmbusContract*QuickWrite*")
    carried_out = guest.run(f"cat {TRACING}/trace", check=True).text
    guest.run(f"echo 0 >{TRACING}/events/smbus/enable", check=True)
    assert "smbus_" not in refused
    assert f"smbus_write: i2c-{contract.number} a={contract.adapter.chip:03x}" in carried_out


@pytest.mark.parametrize("contract", WITH_LONGEST_BLOCK, indirect=True)
def test_block_that_was_written_is_what_other_programs_read(contract: ContractProgram) -> None:
    assert contract.run("*WriteLongestBlock*") == {"SmbusContract": {"WriteLongestBlock"}}
    offset, word = LONGEST_BLOCK
    read = contract.host.guest.run(
        f"i2cget -y {contract.number} {contract.adapter.chip:#x} {offset} w", check=True
    )
    assert read.text.strip() == word


# The tool asks the kernel the same: what is missing is not lost in the back-end.
@pytest.mark.parametrize("contract", ["i801"], indirect=True)
def test_last_byte_that_qemus_controller_loses_is_lost_to_other_programs_too(
    contract: ContractProgram,
) -> None:
    guest = contract.host.guest
    chip = f"{contract.number} {contract.adapter.chip:#x}"
    guest.run(f"i2cset -y {chip} 0x40 0xd1 0xd2 0xd3 i", check=True)
    assert guest.run(f"i2cget -y {chip} 0x40 i 3", check=True).text.split()[:2] == ["0xd1", "0xd2"]
    assert guest.run(f"i2cget -y {chip} 0x40 i 3", check=True).text.split()[2] != "0xd3"
    assert guest.run(f"i2cget -y {chip} 0x42", check=True).text.strip() == "0xd3"
