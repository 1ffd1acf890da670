# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Devices of the guest, as far as they go without one."""

from __future__ import annotations

from vhost_device.guest.devices import property_words


def test_properties_become_words_and_a_false_one_none() -> None:
    words = property_words({"pagesize": 32, "read-only": True, "wakeup-source": False, "offset": 0})
    assert words == ["pagesize=32", "read-only", "offset=0"]
