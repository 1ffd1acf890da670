// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c {

TransferResult Adapter::transfer(std::span<const Message> messages) {
  if (messages.empty()) return {};
  for (const Message& message : messages) {
    if (message.data.size() > max_message_length) return {0, TransferError::too_long};
    if (message.address.is_ten_bit() && (functionality() & func::ten_bit_address) == 0) {
      return {0, TransferError::not_supported};
    }
  }
  return do_transfer(messages);
}

}  // namespace vhost_device::i2c
