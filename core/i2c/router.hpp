// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

#include "core/i2c/adapter.hpp"

namespace vhost_device::i2c {

/// One guest's view of the buses: which of its addresses lead to which adapter. What leads nowhere
/// is not permitted and never put on a wire.
///
/// Filled before the first transfer and not changed afterwards.
class Router final : public Adapter {
 public:
  /// Grants single addresses of an adapter. False, and nothing granted, when one of them is granted
  /// already.
  [[nodiscard]] bool grant(const std::shared_ptr<Adapter>& adapter,
                           std::span<const Address> addresses);

  /// Grants every address that is not granted otherwise, for a bus that belongs to the guest as a
  /// whole. A later call replaces an earlier one.
  void grant_rest(std::shared_ptr<Adapter> adapter) { rest_ = std::move(adapter); }

  /// What every adapter behind it can do.
  [[nodiscard]] Functionality functionality() const override;

 private:
  /// All messages have to lead to one adapter, since no transaction spans two buses. Otherwise:
  /// `not_permitted` if one leads nowhere, else `not_supported`; nothing moves in either case.
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override;

  [[nodiscard]] Adapter* route(Address address) const;

  std::array<std::shared_ptr<Adapter>, Address::max_seven_bit + 1> seven_bit_;
  std::map<Address, std::shared_ptr<Adapter>> ten_bit_;
  std::shared_ptr<Adapter> rest_;
};

}  // namespace vhost_device::i2c
