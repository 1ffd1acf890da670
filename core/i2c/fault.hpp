// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/i2c/address.hpp"
#include "core/i2c/message.hpp"

namespace vhost_device::i2c {

/// What can go wrong on a bus, by the names that Linux's i2c-gpio fault injector and the wire use.
enum class FaultKind {
  nack,              ///< The address is not acknowledged, or byte `byte` of a write: of one that
                     ///< ends before its first byte, nothing reaches the chip.
  stretch,           ///< SCL is held low for `duration` before the message.
  stuck_sda,         ///< SDA is held low: nothing moves, until released or a bus clear.
  stuck_scl,         ///< SCL is held low: nothing moves, until released.
  lose_arbitration,  ///< Another controller takes the bus at the message's START.
  flip,              ///< The bits of `mask` are inverted in byte `byte`, or in all.
  short_read,        ///< The chip stops after `length` bytes: the rest are ff.
  bad_pec,           ///< The last byte read, a packet error code, has all bits inverted.
};

/// "nack", "stuck_sda", ...
[[nodiscard]] std::string_view to_string(FaultKind kind);

/// A fault, and which messages it befalls: all that fit `address`, `read` and `when`, of those the
/// share `probability`, and no more than `times` of them.
struct Fault {
  FaultKind kind = FaultKind::nack;

  std::optional<Address> address{};  ///< Empty: any.
  std::optional<bool> read{};        ///< Empty: either direction.
  /// Empty: always. It answers nothing where it takes too long: the transaction ends in a timeout
  /// at that message, which was not befallen. Its own transactions with the same
  /// injector lose the arbitration, as those of a chip with its own bus do. May not throw.
  std::function<std::optional<bool>(const Message&)> when{};
  std::optional<std::uint64_t> times{};  ///< Empty: without end.
  double probability = 1.0;              ///< 0 to 1.

  std::optional<std::size_t> byte{};     ///< nack, flip: counted from 0, after the address.
  std::uint8_t mask = 0;                 ///< flip
  std::size_t length = 0;                ///< short_read
  std::chrono::nanoseconds duration{0};  ///< stretch
};

}  // namespace vhost_device::i2c
