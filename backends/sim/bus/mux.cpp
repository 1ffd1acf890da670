// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/mux.hpp"

#include <stdexcept>
#include <utility>

#include "backends/sim/bus/bus.hpp"

namespace vhost_device::sim {

Mux::Mux(std::string name, std::vector<i2c::Address> addresses, std::size_t channel_count,
         std::uint32_t connected)
    : Device(std::move(name), std::move(addresses)), connected_(connected) {
  for (std::size_t index = 0; index < channel_count; ++index) {
    channels_.push_back(std::unique_ptr<Channel>(new Channel(*this, index)));
  }
}

Mux::~Mux() {
  // Whoever has a chip behind it may be using that.
  const std::shared_ptr<BusDomain> domain = domain_;
  if (!domain->mutex.lock_for_end()) return;
  std::vector<std::vector<std::shared_ptr<Device>>> kept;  // beyond the lock
  for (const auto& channel : channels_) kept.push_back(channel->segment_.clear(*domain));
  domain->mutex.unlock();
}

Mux::Channel& Mux::channel(std::size_t index) const {
  if (index < channels_.size()) return *channels_[index];
  throw std::out_of_range(name() + " has no channel " + std::to_string(index) + ": expected 0 to " +
                          std::to_string(channels_.size() - 1));
}

void Mux::connect(std::uint32_t channels) {
  if (std::exchange(connected_, channels) == channels) return;
  if (domain_->bus != nullptr) domain_->bus->find_routes();
}

void Mux::take_along(const std::shared_ptr<BusDomain>& domain, std::optional<Time> offset) {
  for (const auto& channel : channels_) {
    for (const auto& device : channel->segment_.devices()) device->move(domain, offset);
  }
}

void Mux::Channel::attach(const std::shared_ptr<Device>& device) {
  if (!device) throw std::invalid_argument("there is no chip to attach");
  const Guard guard = mux_.lock();
  segment_.attach(device, mux_.domain_);
}

void Mux::Channel::detach(const Device& device) {
  std::shared_ptr<Device> kept;  // beyond the lock, for a chip that ends with this
  const Guard guard = mux_.lock();
  kept = segment_.detach(device, *mux_.domain_);
}

void Mux::Channel::clear() {
  std::vector<std::shared_ptr<Device>> kept;  // beyond the lock, as in detach
  const Guard guard = mux_.lock();
  kept = segment_.clear(*mux_.domain_);
}

std::vector<std::shared_ptr<Device>> Mux::Channel::devices() const {
  const Guard guard = mux_.lock();
  return segment_.devices();
}

bool Mux::Channel::connected() const {
  const Guard guard = mux_.lock();
  return mux_.is_connected(index_);
}

}  // namespace vhost_device::sim
