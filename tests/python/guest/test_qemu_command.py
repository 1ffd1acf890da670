# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""QEMU's command line."""

from __future__ import annotations

from pathlib import Path

from vhost_device.guest.image import GuestImage
from vhost_device.guest.qemu import QemuOptions, command_line, describe_exit

IMAGE = GuestImage(Path("/cache/image"))


def after(line: list[str], option: str) -> list[str]:
    """Every value that follows `option`."""
    return [line[i + 1] for i, word in enumerate(line) if word == option]


def test_memory_is_shared_and_of_exactly_the_guests_size() -> None:
    line = command_line(QemuOptions(IMAGE, memory_mib=300), {})
    assert after(line, "-m") == ["300M"]
    assert after(line, "-object") == ["memory-backend-memfd,id=memory,size=300M,share=on"]


def test_each_socket_becomes_a_bus_at_its_own_slot() -> None:
    line = command_line(QemuOptions(IMAGE, sockets=["/a.sock", "/b,c.sock"]), {})
    assert after(line, "-chardev") == ["socket,id=bus0,path=/a.sock", "socket,id=bus1,path=/b,,c.sock"]
    assert after(line, "-device")[-2:] == [
        "vhost-user-i2c-pci,id=i2c0,chardev=bus0,addr=0x10",
        "vhost-user-i2c-pci,id=i2c1,chardev=bus1,addr=0x11",
    ]


def test_packed_queues_are_those_of_the_buses() -> None:
    line = command_line(QemuOptions(IMAGE, sockets=["/a.sock"], packed=True), {})
    devices = after(line, "-device")
    assert devices[-1] == "vhost-user-i2c-pci,id=i2c0,chardev=bus0,addr=0x10,packed=on"
    assert not any("packed" in device for device in devices[:-1])


def test_streams_are_given_as_inherited_descriptors() -> None:
    line = command_line(QemuOptions(IMAGE), {"console": 7, "agent": 9})
    assert after(line, "-chardev") == ["socket,id=console,fd=7", "socket,id=agent,fd=9"]


def test_user_arguments_come_last() -> None:
    line = command_line(QemuOptions(IMAGE, extra_args=("-device", "edu")), {})
    assert line[-2:] == ["-device", "edu"]


def test_kvm_uses_the_hosts_processor_model() -> None:
    line = command_line(QemuOptions(IMAGE, accel="kvm"), {})
    assert (after(line, "-accel"), after(line, "-cpu")) == (["kvm"], ["host"])


def test_exit_by_signal_is_named() -> None:
    assert describe_exit(-9) == "was killed by SIGKILL"
    assert describe_exit(1) == "ended with status 1"
