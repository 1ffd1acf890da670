# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The PCA9548 by adafruit-circuitpython-tca9548a, with other drivers on its channels."""

from __future__ import annotations

from typing import Any

import adafruit_pct2075
import adafruit_tca9548a

from vhost_device.sim import Bus, Lm75, Pca954x

MUX, SENSOR = 0x70, 0x48


def test_tca9548a_reaches_a_sensor_on_each_channel(bus: Bus, i2c: Any) -> None:
    switch = bus.attach(Pca954x("pca9548", address=MUX))
    temperatures = [channel * 10.0 - 20.0 for channel in range(8)]
    for channel, temperature in enumerate(temperatures):
        switch.channel(channel).attach(Lm75("lm75a", address=SENSOR, temperature=temperature))
    channels = adafruit_tca9548a.TCA9548A(i2c, MUX)
    assert [adafruit_pct2075.PCT2075(channels[at], SENSOR).temperature for at in range(8)] == temperatures


def test_tca9548a_finds_what_is_on_a_channel_and_the_switch(bus: Bus, i2c: Any) -> None:
    switch = bus.attach(Pca954x("pca9548", address=MUX))
    switch.channel(5).attach(Lm75(address=SENSOR))
    channel = adafruit_tca9548a.TCA9548A(i2c, MUX)[5]
    assert channel.try_lock()
    assert channel.scan() == [SENSOR, MUX]
    channel.unlock()
