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
  if (!stimuli_.empty()) [[unlikely]] {
    apply_stimuli();
  }
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
  const Guard guard = lock_alone();
  load_state(state);
  state_kept();
}

void Device::keep_state() {
  const Guard guard = lock_alone();
  state_kept();
}

void Device::load_state(const State& state) {
  const Guard guard = lock();
  StateSaver saver(now());
  visit_state(saver);
  const State before = saver.take();
  try {
    StateLoader loader(now(), state);
    visit_state(loader);
    loader.check_all_used();
    check_state();
  } catch (...) {
    StateLoader back(now(), before);
    visit_state(back);
    throw;
  }
}

void Device::add_stimulus(std::shared_ptr<Stimulus> stimulus) {
  std::vector<std::shared_ptr<Stimulus>> before;  // beyond the lock, for those that end with this
  const Guard guard = lock_alone();
  before = stimuli_;
  const std::string_view subject = stimulus->subject();
  if (!subject.empty()) {
    std::erase_if(stimuli_, [&](const auto& each) { return each->subject() == subject; });
  }
  stimuli_.push_back(std::move(stimulus));
}

void Device::remove_stimulus(const Stimulus& stimulus) {
  std::shared_ptr<Stimulus> kept;  // beyond the lock, for one that ends with this
  const Guard guard = lock_alone();
  const auto found = std::ranges::find(stimuli_, &stimulus, &std::shared_ptr<Stimulus>::get);
  if (found == stimuli_.end()) return;
  kept = std::move(*found);
  stimuli_.erase(found);
}

void Device::apply_stimuli() const {
  if (std::exchange(is_applying_, true)) return;
  const std::shared_ptr<void> supervisor = this->supervisor();
  const Time time = now();
  const auto stimuli = stimuli_;  // one of them may add or remove some
  for (const auto& stimulus : stimuli) stimulus->apply(time, supervisor);
  is_applying_ = false;
}

Device::Guard Device::lock() const {
  Guard guard = lock_alone();
  if (!stimuli_.empty()) apply_stimuli();
  return guard;
}

Device::Guard Device::lock_alone() const {
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
  if (offset) {
    clock_changed(*offset);
    for (const auto& stimulus : stimuli_) stimulus->clock_changed(now());
  }
  take_along(domain, offset);
}

}  // namespace vhost_device::sim
