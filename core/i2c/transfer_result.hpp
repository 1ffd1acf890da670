// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vhost_device::i2c {

/// Why the first message that did not complete did not.
enum class TransferError {
  none,
  address_nack,      ///< Nobody answered at the address (or the chip is busy).
  data_nack,         ///< The chip refused a byte.
  arbitration_lost,  ///< Another controller took the bus.
  timeout,           ///< The bus or a chip held on for longer than is allowed.
  not_supported,     ///< The adapter cannot put this on its wire.
  too_long,          ///< A message, or their number, is over the adapter's limit.
  not_permitted,     ///< The address is not granted; nothing was put on the wire.
  io_error,          ///< Anything else, for example that the adapter is gone.
};

/// "address NACK", "timeout", ...
[[nodiscard]] std::string_view to_string(TransferError error);

/// Outcome of one transaction. `completed` messages went through, from the first on; if that is not
/// all of them, `error` tells about the next one.
struct TransferResult {
  static constexpr std::uint32_t not_known = 0xffffffff;

  std::size_t completed = 0;
  TransferError error = TransferError::none;
  /// With `data_nack`: how many bytes were acknowledged before the one that was refused. Simulated
  /// chips tell, Linux's adapters do not.
  std::uint32_t acknowledged = not_known;

  [[nodiscard]] bool ok() const { return error == TransferError::none; }

  /// The same outcome, whether or not it is known how many bytes were acknowledged.
  friend constexpr bool operator==(const TransferResult& one, const TransferResult& other) {
    return one.completed == other.completed && one.error == other.error;
  }
};

}  // namespace vhost_device::i2c
