# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The guest's i2c-mux-pca954x driver on simulated muxes and switches, with chips behind them.

What the registers are expected to hold is what drivers/i2c/muxes/i2c-mux-pca954x.c of Linux 6.1 writes: a
switch's channel n is bit n, a multiplexer's is n with the enable bit, and none is 0.
"""

from __future__ import annotations

import pytest
from i2c_tools import detected

from vhost_device.guest import GuestOSError, LinuxGuest, SysfsDevice
from vhost_device.sim import At24, Bus, Device, Lm75, Pca954x

MUX = 0x70
INNER_MUX = 0x71
SENSOR = 0x48

# The driver's values of idle_state besides channels (include/dt-bindings/mux/mux.h).
IDLE_AS_IS = -1
IDLE_DISCONNECT = -2


def channel_adapter(guest: LinuxGuest, mux: SysfsDevice, channel: int) -> int:
    """The guest's number of the adapter that is a channel: N of /dev/i2c-N."""
    link = guest.run(f"readlink {mux.path}/channel-{channel}", check=True).text
    return int(link.strip().rpartition("-")[2])


def bind_sensor(guest: LinuxGuest, mux: SysfsDevice, channel: int) -> SysfsDevice:
    return guest.bind("lm75", SENSOR, adapter=channel_adapter(guest, mux, channel))


# Channels as the datasheets have them, and what the control register holds while the last is in use.
PARTS = [
    ("pca9540", 2, 0x05),
    ("pca9542", 2, 0x05),
    ("pca9543", 2, 0x02),
    ("pca9544", 4, 0x07),
    ("pca9545", 4, 0x08),
    ("pca9546", 4, 0x08),
    ("pca9547", 8, 0x0F),
    ("pca9548", 8, 0x80),
]


@pytest.mark.parametrize(("part", "channels", "last_selected"), PARTS)
def test_driver_makes_an_adapter_of_each_channel_and_selects_it(
    i2c_bus: Bus, linux_guest: LinuxGuest, part: str, channels: int, last_selected: int
) -> None:
    mux = i2c_bus.attach(Pca954x(part, address=MUX))
    mux.channel(channels - 1).attach(Lm75(address=SENSOR, temperature=-10.5))
    device = linux_guest.bind(part, MUX)
    assert device.driver == "pca954x"
    names = linux_guest.run(f"cd {device.path} && ls -d channel-*", check=True).text.split()
    assert names == [f"channel-{channel}" for channel in range(channels)]
    assert mux.control == 0
    assert bind_sensor(linux_guest, device, channels - 1).read("temp1_input") == "-10500"
    assert (mux.control, mux.selected) == (last_selected, [channels - 1])


def test_sensors_at_one_address_are_read_apart_through_their_channels(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    mux = i2c_bus.attach(Pca954x("pca9548", address=MUX))
    sensors = [mux.channel(n).attach(Lm75(address=SENSOR, temperature=n)) for n in range(8)]
    device = linux_guest.bind("pca9548", MUX)
    bound = [bind_sensor(linux_guest, device, channel) for channel in range(8)]
    assert [each.read("temp1_input") for each in bound] == [str(n * 1000) for n in range(8)]
    bound[3].write("temp1_max", 30000)
    assert [sensor.limit for sensor in sensors] == [80, 80, 80, 30, 80, 80, 80, 80]


def test_sensor_behind_two_muxes_is_read_beside_one_behind_the_first(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    outer = i2c_bus.attach(Pca954x("pca9548", address=MUX))
    inner = outer.channel(5).attach(Pca954x("pca9544", address=INNER_MUX))
    inner.channel(1).attach(Lm75(address=SENSOR, temperature=51))
    inner.channel(2).attach(Lm75(address=SENSOR, temperature=52))
    outer.channel(6).attach(Lm75(address=SENSOR, temperature=60))
    outer_device = linux_guest.bind("pca9548", MUX)
    inner_adapter = channel_adapter(linux_guest, outer_device, 5)
    inner_device = linux_guest.bind("pca9544", INNER_MUX, adapter=inner_adapter)
    bound = [
        bind_sensor(linux_guest, inner_device, 1),
        bind_sensor(linux_guest, inner_device, 2),
        bind_sensor(linux_guest, outer_device, 6),
    ]
    assert [each.read("temp1_input") for each in bound] == ["51000", "52000", "60000"]
    assert (outer.selected, inner.selected) == ([6], [2])


def test_idle_state_disconnects_after_each_use_and_keeps_a_channel(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    mux = i2c_bus.attach(Pca954x("pca9548", address=MUX))
    sensor = mux.channel(1).attach(Lm75(address=SENSOR, temperature=1))
    device = linux_guest.bind("pca9548", MUX)
    bound = bind_sensor(linux_guest, device, 1)
    selected = []
    for idle_state in (IDLE_AS_IS, IDLE_DISCONNECT, 7):
        device.write("idle_state", idle_state)
        sensor.temperature = idle_state + 50
        linux_guest.run(f"i2cget -f -y {bound.adapter} {SENSOR:#x} 0 w", check=True)
        selected.append(mux.selected)
    assert device.read("idle_state") == "7"
    assert selected == [[1], [], [7]]
    with pytest.raises(GuestOSError):
        device.write("idle_state", 8)


def test_i2cdetect_finds_what_is_on_each_channel(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    mux = i2c_bus.attach(Pca954x("pca9546", address=MUX))
    i2c_bus.attach(Lm75(address=0x4F))
    mux.channel(0).attach(Lm75(address=0x48))
    mux.channel(1).attach(At24("24c02", 0x50))
    device = linux_guest.bind("pca9546", MUX)
    grids = [
        linux_guest.run(f"i2cdetect -y -r {channel_adapter(linux_guest, device, n)}", check=True).text
        for n in range(3)
    ]
    # The mux itself is in use on each of its channels.
    on_the_way = {0x4F: "4f", MUX: "UU"}
    assert [detected(grid) for grid in grids] == [
        {0x48: "48", **on_the_way},
        {0x50: "50", **on_the_way},
        on_the_way,
    ]


def test_channel_taken_away_from_below_the_driver_is_an_error_and_comes_back(
    i2c_bus: Bus, linux_guest: LinuxGuest
) -> None:
    mux = i2c_bus.attach(Pca954x("pca9548", address=MUX))
    mux.channel(0).attach(Lm75(address=SENSOR, temperature=20))
    mux.channel(1).attach(Lm75(address=SENSOR, temperature=21))
    device = linux_guest.bind("pca9548", MUX)
    sensors = [bind_sensor(linux_guest, device, 0), bind_sensor(linux_guest, device, 1)]
    mux.reset()
    # The driver remembers channel 1 and does not select it again.
    with pytest.raises(GuestOSError):
        sensors[1].read("temp1_input")
    assert sensors[0].read("temp1_input") == "20000"
    assert sensors[1].read("temp1_input") == "21000"


class Counting(Device):
    """A scripted chip: each read is one more."""

    count = 0

    def read(self, length: int) -> bytes:
        self.count += 1
        return bytes([self.count]) * length


def test_scripted_chip_behind_a_mux_answers_the_guest(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    mux = Pca954x("pca9548", address=MUX)
    mux.channel(2).attach(Counting(0x30))
    i2c_bus.attach(mux)
    device = linux_guest.bind("pca9548", MUX)
    adapter = channel_adapter(linux_guest, device, 2)
    shown = [linux_guest.run(f"i2cget -y {adapter} 0x30", check=True).text.strip() for _ in range(2)]
    assert shown == ["0x01", "0x02"]
