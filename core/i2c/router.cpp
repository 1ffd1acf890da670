// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/router.hpp"

#include <algorithm>
#include <utility>

namespace vhost_device::i2c {

bool Router::grant(const std::shared_ptr<Adapter>& adapter, std::span<const Address> addresses) {
  const auto granted = [this](Address address) {
    return address.is_ten_bit() ? ten_bit_.contains(address)
                                : seven_bit_[address.value()] != nullptr;
  };
  if (std::ranges::any_of(addresses, granted)) return false;
  for (const Address address : addresses) {
    (address.is_ten_bit() ? ten_bit_[address] : seven_bit_[address.value()]) = adapter;
  }
  return true;
}

Functionality Router::functionality() const {
  Functionality common = ~Functionality{0};
  bool any = false;
  const auto restrict_to = [&](const std::shared_ptr<Adapter>& adapter) {
    if (!adapter) return;
    common &= adapter->functionality();
    any = true;
  };
  std::ranges::for_each(seven_bit_, restrict_to);
  for (const auto& [address, adapter] : ten_bit_) restrict_to(adapter);
  restrict_to(rest_);
  return any ? common : 0;
}

TransferResult Router::do_transfer(std::span<const Message> messages) {
  Adapter* const adapter = route(messages.front().address);
  bool one_bus = true;
  for (const Message& message : messages) {
    Adapter* const other = route(message.address);
    if (other == nullptr) return {0, TransferError::not_permitted};
    one_bus = one_bus && other == adapter;
  }
  if (!one_bus) return {0, TransferError::not_supported};
  return adapter->transfer(messages);
}

Adapter* Router::route(Address address) const {
  if (!address.is_ten_bit()) {
    const auto& granted = seven_bit_[address.value()];
    return granted ? granted.get() : rest_.get();
  }
  const auto granted = ten_bit_.find(address);
  return granted != ten_bit_.end() ? granted->second.get() : rest_.get();
}

}  // namespace vhost_device::i2c
