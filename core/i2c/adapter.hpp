// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <span>

#include "core/i2c/functionality.hpp"
#include "core/i2c/message.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

/// A bus that transactions can be put on, real or simulated, or a wrapper around one.
///
/// Thread-safe: guests that share an adapter call it from their own threads, and it serialises its
/// own transactions.
class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  /// Puts one transaction on the bus: START, the messages joined by repeated STARTs, STOP. Received
  /// bytes are in the messages' data afterwards; that of messages which did not complete is
  /// undefined. Ends within the adapter's time limit.
  ///
  /// Checked here, before anything moves, for every kind of adapter: a message over
  /// `max_message_length` (too_long), and 10-bit addresses on an adapter that has none
  /// (not_supported). No message at all is a success with nothing done.
  [[nodiscard]] TransferResult transfer(std::span<const Message> messages);

  /// What the wire can do.
  [[nodiscard]] virtual Functionality functionality() const = 0;

 private:
  [[nodiscard]] virtual TransferResult do_transfer(std::span<const Message> messages) = 0;
};

}  // namespace vhost_device::i2c
