# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The same script of faults on a simulated bus and on a real adapter: the guest's driver sees the same.

The real one is the virtio adapter of the guest that plays the host. There, Python puts the faults before the
Linux back-end, and Linux as a process (User Mode Linux) is the guest.
"""

from __future__ import annotations

import inspect

import fault_script
from host_guest import HostGuest
from host_python import HostPython
from user_mode_linux_guest import UserModeLinuxGuest

from vhost_device.guest import LinuxGuest
from vhost_device.sim import Bus

SERVE = """
import signal, sys
from vhost_device import Daemon
from vhost_device.faults import FaultInjector
from vhost_device.linux import I2cDev

signal.signal(signal.SIGTERM, lambda *_: sys.exit())
injector = FaultInjector(I2cDev(int(sys.argv[1]), addresses=range(FIRST, LAST + 1)))
injector.fault(*faults())
with Daemon(injector, socket_path="/run/vhost-device/vi2c.sock") as daemon:
    print("serves", flush=True)
    daemon.wait()
"""


def test_guest_sees_faults_of_a_simulated_bus(i2c_bus: Bus, linux_guest: LinuxGuest) -> None:
    i2c_bus.attach(fault_script.make_chip())
    with i2c_bus.fault(*fault_script.faults()):
        answers = linux_guest.run(fault_script.commands(linux_guest.bus()))
    assert answers.text.splitlines() == fault_script.ANSWERS


def test_guest_sees_the_same_faults_of_a_real_adapter(
    host: HostGuest, python: HostPython, inner_linux: UserModeLinuxGuest
) -> None:
    host.buses[0].attach(fault_script.make_chip())
    script = inspect.getsource(fault_script).replace("from __future__ import annotations\n", "")
    python.start(script + SERVE, host.number(), until="serves")
    assert inner_linux.run(fault_script.commands(0)).splitlines() == fault_script.ANSWERS
