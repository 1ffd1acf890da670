// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/segment.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/bus/mux.hpp"

namespace vhost_device::sim {
namespace {

constexpr std::uint16_t general_call = 0x00;  // UM10204, 3.1.13

bool is_general_call(i2c::Address address) {
  return !address.is_ten_bit() && address.value() == general_call;
}

std::string placed(const Device& device) {
  return device.name() + " at " + to_string(device.addresses().front());
}

bool answers_at(const Device& device, i2c::Address address) {
  return std::ranges::find(device.addresses(), address) != device.addresses().end();
}

std::string path_of(const Device& device) {
  const i2c::Address address = device.addresses().front();
  char unit[8];
  std::snprintf(unit, sizeof unit, address.is_ten_bit() ? "@x%03x" : "@%02x",
                unsigned{address.value()});
  return device.name() + unit;
}

}  // namespace

void for_each_behind(const Device& device, const std::function<void(const Device&)>& visit) {
  visit(device);
  const auto* const mux = dynamic_cast<const Mux*>(&device);
  if (mux == nullptr) return;
  for (std::size_t index = 0; index < mux->channel_count(); ++index) {
    for (const auto& behind : mux->segment(index).devices()) for_each_behind(*behind, visit);
  }
}

void Segment::attach(const std::shared_ptr<Device>& device,
                     const std::shared_ptr<BusDomain>& domain) {
  check_place(*device);
  // All that may fail comes before the chip is moved.
  seven_bit_.resize(i2c::Address::max_seven_bit + 1);
  muxes_.reserve(muxes_.size() + 1);
  sharers_.reserve(sharers_.size() + device->addresses().size());
  for (const i2c::Address address : device->addresses()) {
    if (address.is_ten_bit()) ten_bit_.try_emplace(address);
  }
  if (domain->bus != nullptr) domain->bus->prepare_for(*device);

  const bool stays = domain->bus != nullptr && domain->bus->stays(*device);
  if (!stays && !device->join(domain)) {
    std::erase_if(ten_bit_, [](const auto& entry) { return entry.second == nullptr; });
    throw std::invalid_argument(placed(*device) + " is on a bus already");
  }
  insert(device);
  if (domain->bus != nullptr) domain->bus->find_routes();
}

void Segment::insert(const std::shared_ptr<Device>& device) {
  for (const i2c::Address address : device->addresses()) {
    std::shared_ptr<Device>& place =
        address.is_ten_bit() ? ten_bit_.find(address)->second : seven_bit_[address.value()];
    if (place) {
      sharers_.emplace_back(address, device);
    } else {
      place = device;
    }
  }
  if (auto* const mux = dynamic_cast<Mux*>(device.get())) {
    mux->segment_ = this;
    muxes_.push_back(mux);
  }
}

std::shared_ptr<Device> Segment::detach(const Device& device, const BusDomain& domain) {
  std::shared_ptr<Device> found = holder(device);
  if (!found) {
    throw std::invalid_argument(placed(device) + " is not on this " +
                                (before_ == nullptr ? "bus" : "channel"));
  }
  erase(found, domain);
  return found;
}

std::vector<std::shared_ptr<Device>> Segment::clear(const BusDomain& domain) {
  std::vector<std::shared_ptr<Device>> all = devices();
  for (const auto& device : all) erase(device, domain);
  return all;
}

void Segment::erase(const std::shared_ptr<Device>& device, const BusDomain& domain) {
  std::erase_if(sharers_, [&](const Sharer& sharer) { return sharer.second == device; });
  for (const i2c::Address address : device->addresses()) {
    std::shared_ptr<Device> heir;
    const auto sharer = std::ranges::find(sharers_, address, &Sharer::first);
    const auto found = address.is_ten_bit() ? ten_bit_.find(address) : ten_bit_.end();
    std::shared_ptr<Device>& place =
        address.is_ten_bit() ? found->second : seven_bit_[address.value()];
    if (place != device) continue;
    if (sharer != sharers_.end()) {
      heir = std::move(sharer->second);
      sharers_.erase(sharer);
    }
    place = std::move(heir);
    if (address.is_ten_bit() && !place) ten_bit_.erase(found);
  }
  if (auto* const mux = dynamic_cast<Mux*>(device.get())) {
    mux->segment_ = nullptr;
    std::erase(muxes_, mux);
  }
  if (domain.bus != nullptr) {
    domain.bus->lost(device);
  } else {
    device->leave();
  }
}

std::vector<std::shared_ptr<Device>> Segment::devices() const {
  std::vector<std::shared_ptr<Device>> devices;
  const auto add = [&](i2c::Address address, const std::shared_ptr<Device>& device) {
    if (!device) return;
    if (device->addresses().front() == address) devices.push_back(device);
    for (const auto& [shared, sharer] : sharers_) {
      if (shared == address && sharer->addresses().front() == address) devices.push_back(sharer);
    }
  };
  for (unsigned value = 0; value < seven_bit_.size(); ++value) {
    add(*i2c::Address::seven_bit(value), seven_bit_[value]);
  }
  for (const auto& [address, device] : ten_bit_) add(address, device);
  return devices;
}

void Segment::list(const std::string& path, std::vector<PlacedDevice>& all) const {
  for (const auto& device : devices()) {
    const std::string own = path + path_of(*device);
    all.push_back({own, device});
    const auto* const mux = dynamic_cast<const Mux*>(device.get());
    if (mux == nullptr) continue;
    for (std::size_t index = 0; index < mux->channel_count(); ++index) {
      mux->segment(index).list(own + "/" + std::to_string(index) + "/", all);
    }
  }
}

const std::shared_ptr<Device>* Segment::find_ten_bit(i2c::Address address) const {
  const auto found = ten_bit_.find(address);
  return found != ten_bit_.end() && found->second ? &found->second : nullptr;
}

void Segment::find_all(i2c::Address address, std::vector<Device*>& all) const {
  const auto* const found = find(address);
  if (found == nullptr) return;
  all.push_back(found->get());
  for (const auto& [shared, sharer] : sharers_) {
    if (shared == address) all.push_back(sharer.get());
  }
}

std::shared_ptr<Device> Segment::holder(const Device& device) const {
  const i2c::Address address = device.addresses().front();
  const auto* const found = find(address);
  if (found != nullptr && found->get() == &device) return *found;
  const auto sharer = std::ranges::find_if(
      sharers_, [&](const Sharer& each) { return each.second.get() == &device; });
  return sharer != sharers_.end() ? sharer->second : nullptr;
}

const Segment* Segment::parent() const { return before_ != nullptr ? before_->segment_ : nullptr; }

void Segment::check_place(const Device& device) const {
  for (const Segment* each = this; each != nullptr; each = each->parent()) {
    if (each->before_ == &device) {
      throw std::invalid_argument(placed(device) + " cannot be attached behind itself");
    }
  }
  for (const i2c::Address address : device.addresses()) {
    if (is_general_call(address)) {
      throw std::invalid_argument(device.name() + " cannot be attached at " + to_string(address) +
                                  ": that is the general call address");
    }
  }
  for_each_behind(device, [&](const Device& each) { check_addresses(each, &each != &device); });
  check_channels(device);
}

// Against what is here and on the way to the bus.
void Segment::check_addresses(const Device& device, bool is_behind) const {
  const std::string chip = is_behind ? device.name() + " behind it" : device.name();
  for (const i2c::Address address : device.addresses()) {
    const std::string failure = chip + " cannot be attached at " + to_string(address) + ": ";
    if (const Device* const other = other_at(address, device)) {
      throw std::invalid_argument(failure + (other == &device ? "it" : other->name()) +
                                  " is there already");
    }
    for (const Segment* each = this; each->before_ != nullptr; each = each->parent()) {
      const Segment* const up = each->parent();
      const Device* other = up != nullptr ? up->other_at(address, device) : nullptr;
      if (other == nullptr && answers_at(*each->before_, address)) other = each->before_;
      if (other != nullptr) {
        throw std::invalid_argument(failure + other->name() +
                                    " is there on the way to it, so that both would answer");
      }
      if (up == nullptr) break;
    }
  }
}

// Against what is behind muxes here.
void Segment::check_channels(const Device& device) const {
  for (const Mux* const mux : muxes_) {
    for (std::size_t index = 0; index < mux->channel_count(); ++index) {
      const Segment& channel = mux->segment(index);
      for (const i2c::Address address : device.addresses()) {
        const Device* const other = channel.other_at(address, device);
        if (other == nullptr) continue;
        throw std::invalid_argument(device.name() + " cannot be attached at " + to_string(address) +
                                    ": " + other->name() + " is there behind " + placed(*mux) +
                                    ", so that both would answer");
      }
      channel.check_channels(device);
    }
  }
}

// Who is at an address and does not share it with this chip.
const Device* Segment::other_at(i2c::Address address, const Device& device) const {
  const auto* const found = find(address);
  if (found == nullptr) return nullptr;
  const Device* const other = found->get();
  const bool both_share = device.shares(address) && other->shares(address);
  return both_share && other != &device ? nullptr : other;
}

}  // namespace vhost_device::sim
