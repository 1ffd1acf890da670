// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/i2c/address.hpp"

namespace vhost_device::linux_i2c {

/// Chips of one bus of the host that a guest may reach.
struct BusGrant {
  std::string bus;                      ///< The adapter's name or number, as written.
  std::vector<i2c::Address> addresses;  ///< In the order in which they are written.

  friend bool operator==(const BusGrant&, const BusGrant&) = default;
};

/// A device list that cannot be used. The text names the value, and says what would be right.
class DeviceListError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Parses the value of `--device-list`, in the format of rust-vmm's vhost-device-i2c:
/// `<bus>:<addr>[:<addr>]...[,<bus>:<addr>...]`, such as `i915 gmbus dpd:32:21,DPDDC-D:10:23`.
///
/// A bus is an adapter's name, spaces included, or its number; one whose name has a colon or a
/// comma can be given by its number only. Addresses are decimal, or hexadecimal behind `0x`. Buses
/// come in the order in which they are written; one that is written twice in the same way is one
/// grant. (One that is written by name and by number is two: only the host knows that they are the
/// same.)
///
/// An address may be given once, on whatever bus, since the guest has one bus for all of them.
/// 0x08 to 0x77 are chips' addresses; the reserved ones around them (UM10204, 3.1.12) may be given
/// if `allow_reserved`.
///
/// Throws DeviceListError.
[[nodiscard]] std::vector<BusGrant> parse_device_list(std::string_view text, bool allow_reserved);

}  // namespace vhost_device::linux_i2c
