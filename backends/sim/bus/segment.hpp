// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "core/i2c/address.hpp"

namespace vhost_device::sim {

class Mux;

/// A chip and where it is: "pca9548@70/1/lm75@48" is at 0x48, behind channel 1 of the mux at 0x70.
/// An address of 10 bits is written with an "x" before it.
struct PlacedDevice {
  std::string path;
  std::shared_ptr<Device> device;
};

/// Chips whose lines are one wire: those of a bus, or of one channel of a mux. What is behind their
/// own muxes is in segments of its own.
///
/// To be used with the lock of the domain that the chips are in, or are to be in.
class Segment {
 public:
  /// `before`: the mux that it is a channel of; null for a bus.
  explicit Segment(Mux* before) : before_(before) {}
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  /// Puts a chip, with all that is behind it, on the wire and into the domain. Throws
  /// std::invalid_argument, with all as it was, for what `Bus::attach` refuses.
  void attach(const std::shared_ptr<Device>& device, const std::shared_ptr<BusDomain>& domain);

  /// Takes a chip off. Throws std::invalid_argument when it is not here.
  std::shared_ptr<Device> detach(const Device& device, const BusDomain& domain);
  /// Takes all off, and returns them so that they can end without the lock.
  std::vector<std::shared_ptr<Device>> clear(const BusDomain& domain);

  /// In the order of their first addresses.
  [[nodiscard]] std::vector<std::shared_ptr<Device>> devices() const;
  /// The same with what is behind each; `path` is put before all paths.
  void list(const std::string& path, std::vector<PlacedDevice>& all) const;

  /// The chip at an address, or one of several that share it; null if there is none.
  [[nodiscard]] const std::shared_ptr<Device>* find(i2c::Address address) const {
    if (address.is_ten_bit()) return find_ten_bit(address);
    if (seven_bit_.empty()) return nullptr;
    const auto& device = seven_bit_[address.value()];
    return device ? &device : nullptr;
  }
  /// Adds all chips at an address.
  void find_all(i2c::Address address, std::vector<Device*>& all) const;
  /// Whether there are addresses with several chips.
  [[nodiscard]] bool has_shared() const { return !sharers_.empty(); }

  [[nodiscard]] const std::vector<Mux*>& muxes() const { return muxes_; }

 private:
  using Sharer = std::pair<i2c::Address, std::shared_ptr<Device>>;

  [[nodiscard]] const std::shared_ptr<Device>* find_ten_bit(i2c::Address address) const;
  [[nodiscard]] std::shared_ptr<Device> holder(const Device& device) const;
  void insert(const std::shared_ptr<Device>& device);
  void erase(const std::shared_ptr<Device>& device, const BusDomain& domain);

  void check_place(const Device& device) const;
  void check_addresses(const Device& device, bool is_behind) const;
  void check_channels(const Device& device) const;
  [[nodiscard]] const Device* other_at(i2c::Address address, const Device& device) const;
  [[nodiscard]] const Segment* parent() const;

  Mux* const before_;
  std::vector<std::shared_ptr<Device>> seven_bit_;  // by address; empty before the first chip
  std::map<i2c::Address, std::shared_ptr<Device>> ten_bit_;
  std::vector<Sharer> sharers_;  // beside those above
  std::vector<Mux*> muxes_;
};

/// Calls `visit` with a chip and all that is behind it.
void for_each_behind(const Device& device, const std::function<void(const Device&)>& visit);

}  // namespace vhost_device::sim
