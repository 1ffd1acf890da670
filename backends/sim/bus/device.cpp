// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/device.hpp"

#include <algorithm>
#include <stdexcept>

namespace vhost_device::sim {

namespace {

std::shared_ptr<BusDomain> first_domain() {
  static const auto clock = std::make_shared<const RealClock>();
  return std::make_shared<BusDomain>(clock);
}

}  // namespace

Device::Device(std::string name, std::vector<i2c::Address> addresses,
               std::vector<i2c::Address> shared)
    : name_(std::move(name)),
      addresses_(std::move(addresses)),
      shared_(std::move(shared)),
      selected_address_(addresses_.empty() ? throw std::invalid_argument(name_ + " has no address")
                                           : addresses_.front()),
      domain_(first_domain()) {}

bool Device::shares(i2c::Address address) const {
  return std::ranges::find(shared_, address) != shared_.end();
}

i2c::TransferError Device::message(const i2c::Message& message) {
  selected_address_ = message.address;
  acknowledged_ = i2c::TransferResult::not_known;
  return do_message(message);
}

i2c::TransferError Device::do_message(const i2c::Message& message) {
  const Direction direction = message.read ? Direction::read : Direction::write;
  if (start(direction) == Ack::nack) return i2c::TransferError::address_nack;
  if (message.read) {
    read_all(message.data);
    return i2c::TransferError::none;
  }
  return write_all(message.data) == Ack::ack ? i2c::TransferError::none
                                             : i2c::TransferError::data_nack;
}

Ack Device::write_all(std::span<const std::byte> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (write(values[i]) == Ack::ack) continue;
    refused_after(i);
    return Ack::nack;
  }
  return Ack::ack;
}

void Device::read_all(std::span<std::byte> values) {
  for (std::byte& value : values) value = read();
}

Ack Device::start(Direction /*direction*/) { return Ack::ack; }

Ack Device::write(std::byte /*value*/) { return Ack::ack; }

std::byte Device::read() { return std::byte{0xff}; }

void Device::warn(const std::string& text) const {
  const auto& on_warning = domain_->on_warning;
  if (on_warning) on_warning(name_ + " at " + to_string(addresses_.front()) + ": " + text);
}

State Device::state() {
  const Guard guard = lock();
  StateSaver saver(now());
  visit_state(saver);
  return saver.take();
}

void Device::set_state(const State& state) {
  const Guard guard = lock();
  StateSaver saver(now());
  visit_state(saver);
  const State before = saver.take();
  try {
    StateLoader loader(now(), state);
    visit_state(loader);
    loader.check_all_used();
  } catch (...) {
    StateLoader back(now(), before);
    visit_state(back);
    throw;
  }
}

Device::Guard Device::lock() const {
  while (true) {
    std::unique_lock pointer(domain_mutex_);
    std::shared_ptr<BusDomain> domain = domain_;
    pointer.unlock();

    Guard guard(domain);
    // The chip may have moved while this thread waited for a lock that is now somebody else's.
    pointer.lock();
    if (domain_ == domain) return guard;
  }
}

bool Device::join(const std::shared_ptr<BusDomain>& domain) {
  while (true) {
    std::unique_lock pointer(domain_mutex_);
    if (on_bus_) return false;
    const std::shared_ptr<BusDomain> own = domain_;
    pointer.unlock();

    const Guard guard(own);
    pointer.lock();
    if (on_bus_ || domain_ != own) continue;
    on_bus_ = true;
    pointer.unlock();

    const bool same_clock = domain->clock == own->clock;
    move(domain,
         same_clock ? std::nullopt : std::optional(domain->clock->now() - own->clock->now()));
    return true;
  }
}

void Device::leave() {
  auto own = std::make_shared<BusDomain>(domain_->clock);
  const Guard guard(own);
  move(own, std::nullopt);
  const std::scoped_lock pointer(domain_mutex_);
  on_bus_ = false;
}

void Device::move(const std::shared_ptr<BusDomain>& domain, std::optional<Time> offset) {
  {
    const std::scoped_lock pointer(domain_mutex_);
    domain_ = domain;
  }
  if (offset) clock_changed(*offset);
  take_along(domain, offset);
}

}  // namespace vhost_device::sim
