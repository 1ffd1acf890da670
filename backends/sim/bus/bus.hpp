// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "backends/sim/bus/clock.hpp"
#include "backends/sim/bus/device.hpp"
#include "core/i2c/adapter.hpp"

namespace vhost_device::sim {

/// A simulated bus: chips that answer at addresses. Chips come and go while guests use it.
///
/// Nobody answers at the general call address (0x00): a message to it is a NACK.
class Bus final : public i2c::Adapter {
 public:
  explicit Bus(std::shared_ptr<const Clock> clock = std::make_shared<RealClock>());
  ~Bus() override;

  /// Puts a chip on the bus.
  ///
  /// Throws std::invalid_argument, with the bus as it was, when one of its addresses is taken (the
  /// text names both chips), is the general call address, or when the chip is on a bus already.
  void attach(std::shared_ptr<Device> device);

  /// Takes a chip off the bus, after the transaction under way. Throws std::invalid_argument when
  /// it is not on this bus.
  void detach(const Device& device);

  /// Takes every chip off.
  void clear();

  /// The chips in the order of their first addresses.
  [[nodiscard]] std::vector<std::shared_ptr<Device>> devices() const;

  [[nodiscard]] std::shared_ptr<const Clock> clock() const { return domain_->clock; }

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

 private:
  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override;

  std::shared_ptr<BusDomain> domain_;
  std::array<std::shared_ptr<Device>, i2c::Address::max_seven_bit + 1> seven_bit_;
  std::map<i2c::Address, std::shared_ptr<Device>> ten_bit_;
};

}  // namespace vhost_device::sim
