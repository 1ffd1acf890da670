// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c {

inline void PrintTo(const TransferResult& result, std::ostream* out) {
  *out << result.completed << " completed, " << to_string(result.error);
}

}  // namespace vhost_device::i2c

namespace vhost_device::sim {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::initializer_list<std::uint8_t> values) {
  Bytes result;
  for (const std::uint8_t value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

inline i2c::Address at(unsigned address) { return i2c::Address::seven_bit(address).value(); }

/// The other end of the wire: what a driver does, in one line each. Reads that fail are empty.
class Controller {
 public:
  explicit Controller(i2c::Adapter& adapter) : adapter_(adapter) {}

  i2c::TransferResult write(unsigned address, Bytes data) {
    const i2c::Message message{at(address), false, data};
    return adapter_.transfer({&message, 1});
  }
  i2c::TransferResult quick_write(unsigned address) { return write(address, {}); }
  i2c::TransferResult quick_read(unsigned address) {
    const i2c::Message message{at(address), true, {}};
    return adapter_.transfer({&message, 1});
  }
  Bytes read(unsigned address, std::size_t length) {
    Bytes data(length);
    const i2c::Message message{at(address), true, data};
    return adapter_.transfer({&message, 1}).ok() ? data : Bytes();
  }
  Bytes write_read(unsigned address, Bytes sent, std::size_t length) {
    Bytes data(length);
    const i2c::Message messages[]{{at(address), false, sent}, {at(address), true, data}};
    return adapter_.transfer(messages).ok() ? data : Bytes();
  }

 private:
  i2c::Adapter& adapter_;
};

constexpr i2c::TransferResult ok(std::size_t completed = 1) {
  return {completed, i2c::TransferError::none};
}
constexpr i2c::TransferResult address_nack{0, i2c::TransferError::address_nack};
constexpr i2c::TransferResult data_nack{0, i2c::TransferError::data_nack};

}  // namespace vhost_device::sim
