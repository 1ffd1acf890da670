// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
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
  std::size_t completed = 0;
  TransferError error = TransferError::none;

  [[nodiscard]] bool ok() const { return error == TransferError::none; }

  friend bool operator==(const TransferResult&, const TransferResult&) = default;
};

}  // namespace vhost_device::i2c
