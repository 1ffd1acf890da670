# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Several adapters as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vhost_device import Daemon, InProcessGuest
from vhost_device.i2c import AddressNack, NotPermitted, NotSupported, Read, Router, Write
from vhost_device.sim import At24, Bus, Lm75


def sensor_bus(address: int, temperature: float) -> Bus:
    bus = Bus()
    bus.attach(Lm75(address=address, temperature=temperature))
    return bus


def test_each_address_leads_to_its_adapter() -> None:
    router = Router([(sensor_bus(0x48, 20), [0x48]), (sensor_bus(0x49, 30), [0x49])])
    assert router.transfer([Read(0x48, 1)]) == [b"\x14"]
    assert router.transfer([Read(0x49, 1)]) == [b"\x1e"]


def test_address_that_is_granted_elsewhere_hides_the_chip_behind_it() -> None:
    router = Router([sensor_bus(0x48, 20), (sensor_bus(0x48, 30), [0x48])])
    assert router.transfer([Read(0x48, 1)]) == [b"\x1e"]


def test_adapter_without_addresses_has_the_rest_also_for_later_chips() -> None:
    bus = Bus()
    router = Router([(sensor_bus(0x48, 20), [0x48]), bus])
    bus.attach(Lm75(address=0x4A, temperature=40))
    assert router.transfer([Read(0x4A, 1)]) == [b"\x28"]


def test_adapter_with_addresses_grants_those() -> None:
    class Granted(Bus):
        addresses = (0x48,)

    granted = Granted()
    granted.attach(Lm75(address=0x48, temperature=20))
    granted.attach(Lm75(address=0x49, temperature=20))
    router = Router([granted])
    assert router.transfer([Read(0x48, 1)]) == [b"\x14"]
    with pytest.raises(NotPermitted, match="0x49"):
        router.transfer([Read(0x49, 1)])


def test_transaction_over_two_adapters_is_refused() -> None:
    router = Router([(sensor_bus(0x48, 20), [0x48]), sensor_bus(0x49, 30)])
    with pytest.raises(NotSupported):
        router.transfer([Read(0x48, 1), Read(0x49, 1)])


def test_routers_can_be_joined() -> None:
    inner = Router([(sensor_bus(0x48, 20), [0x48])])
    outer = Router([(sensor_bus(0x49, 30), [0x49]), inner])
    assert outer.transfer([Read(0x48, 1)]) == [b"\x14"]
    with pytest.raises(NotPermitted):
        outer.transfer([Read(0x50, 1)])


def test_absent_chip_behind_a_router_is_a_nack() -> None:
    with pytest.raises(AddressNack):
        Router([Bus()]).transfer([Read(0x48, 1)])


def test_router_keeps_its_adapters() -> None:
    first, second = Bus(), Bus()
    assert Router([(first, [0x48]), second]).adapters == (first, second)


def test_guest_sees_one_bus(socket: Path) -> None:
    eeprom_bus = Bus()
    eeprom = eeprom_bus.attach(At24("24c02", 0x50))
    router = Router([(sensor_bus(0x48, 20), [0x48]), eeprom_bus])
    with Daemon(router, socket), InProcessGuest(socket) as guest:
        assert guest.transfer([Read(0x48, 1)]) == [b"\x14"]
        guest.transfer([Write(0x50, b"\0hello")])
    assert eeprom.data[:5] == b"hello"


@pytest.mark.parametrize(
    ("routes", "kind", "text"),
    [
        ([], ValueError, "at least one adapter"),
        ([Bus(), Bus()], ValueError, r"2 adapters want every address; .* Router\(\[\(first, \[0x50\]\)"),
        ([(Bus(), [0x50]), (Bus(), [0x50])], ValueError, "address 0x50 is granted twice"),
        ([(Bus(), [0x80])], ValueError, "address 128: expected 0x00 to 0x7f"),
        (["bus"], TypeError, "route 'bus': expected an adapter"),
        ([(Bus(), [0x50], 1)], TypeError, "expected an adapter, or an adapter and a list"),
    ],
)
def test_impossible_routes_are_refused(routes: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        Router(routes)
