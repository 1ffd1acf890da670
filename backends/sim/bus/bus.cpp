// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/bus.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/support/coarse_clock.hpp"
#include "core/support/relax.hpp"

namespace vhost_device::sim {

namespace {

constexpr std::uint16_t general_call = 0x00;  // UM10204, 3.1.13

bool is_general_call(i2c::Address address) {
  return !address.is_ten_bit() && address.value() == general_call;
}

// Enough for the transactions seen in practice, so that none of them allocates.
constexpr std::size_t usual_chips_per_transaction = 8;

}  // namespace

Bus::Bus(std::shared_ptr<const Clock> clock)
    : domain_(std::make_shared<BusDomain>(std::move(clock))) {
  addressed_.reserve(usual_chips_per_transaction);
}

Bus::~Bus() {
  if (!domain_->mutex.lock_for_end()) return;
  clear();
  domain_->mutex.unlock();
}

void Bus::attach(std::shared_ptr<Device> device) {
  if (!device) throw std::invalid_argument("there is no chip to attach");
  const std::scoped_lock lock(domain_->mutex);
  check_addresses(*device);

  std::map<i2c::Address, std::shared_ptr<Device>> ten_bit;
  for (const i2c::Address address : device->addresses()) {
    if (address.is_ten_bit()) ten_bit.emplace(address, device);
  }

  if (device.get() == current_ && current_leaves_) {
    current_leaves_ = false;
  } else if (!device->join(domain_)) {
    throw std::invalid_argument(device->name() + " at " + to_string(device->addresses().front()) +
                                " is on a bus already");
  }

  ten_bit_.merge(ten_bit);  // cannot fail, unlike insertion
  for (const i2c::Address address : device->addresses()) {
    if (!address.is_ten_bit()) seven_bit_[address.value()] = device;
  }
}

void Bus::check_addresses(const Device& device) const {
  for (const i2c::Address address : device.addresses()) {
    const std::string failure =
        device.name() + " cannot be attached at " + to_string(address) + ": ";
    if (is_general_call(address)) {
      throw std::invalid_argument(failure + "that is the general call address");
    }
    if (const auto* const other = find(address); other != nullptr) {
      throw std::invalid_argument(failure + (other->get() == &device ? "it" : (*other)->name()) +
                                  " is there already");
    }
  }
}

void Bus::detach(const Device& device) {
  std::shared_ptr<Device> kept;  // beyond the lock, for a chip that ends with this
  const std::scoped_lock lock(domain_->mutex);
  const auto* const found = find(device.addresses().front());
  if (found == nullptr || found->get() != &device) {
    throw std::invalid_argument(device.name() + " at " + to_string(device.addresses().front()) +
                                " is not on this bus");
  }
  kept = *found;
  remove(*kept);
}

void Bus::clear() {
  std::vector<std::shared_ptr<Device>> kept;  // beyond the lock, as in detach
  const std::scoped_lock lock(domain_->mutex);
  kept = devices();
  for (const auto& device : kept) remove(*device);
}

void Bus::remove(Device& device) {
  if (in_transaction_) left_.push_back(*find(device.addresses().front()));
  for (const i2c::Address address : device.addresses()) {
    if (address.is_ten_bit()) {
      ten_bit_.erase(address);
    } else {
      seven_bit_[address.value()].reset();
    }
  }
  std::ranges::replace(addressed_, &device, nullptr);
  if (&device == current_) {
    // Its callback runs under this bus's lock, so its properties have to stay under that too.
    current_leaves_ = true;
  } else {
    device.leave();
  }
}

std::vector<std::shared_ptr<Device>> Bus::devices() const {
  const std::scoped_lock lock(domain_->mutex);
  std::vector<std::shared_ptr<Device>> devices;
  const auto add = [&](i2c::Address address, const std::shared_ptr<Device>& device) {
    if (device && device->addresses().front() == address) devices.push_back(device);
  };
  for (unsigned value = 0; value < seven_bit_.size(); ++value) {
    add(*i2c::Address::seven_bit(value), seven_bit_[value]);
  }
  for (const auto& [address, device] : ten_bit_) add(address, device);
  return devices;
}

void Bus::on_warning(std::function<void(const std::string&)> handler) {
  const std::scoped_lock lock(domain_->mutex);
  domain_->on_warning = std::move(handler);
}

/// Ends the transaction under way, with a STOP, however it is left.
struct Bus::Transaction {
  Bus& bus;
  std::vector<std::shared_ptr<Device>>& left;

  ~Transaction() {
    bus.stop_addressed();
    bus.in_transaction_ = false;
    if (!bus.left_.empty()) left.swap(bus.left_);
  }
};

i2c::TransferResult Bus::do_transfer(std::span<const i2c::Message> messages) {
  const std::chrono::milliseconds limit = transaction_limit_.load(std::memory_order_relaxed);
  std::vector<std::shared_ptr<Device>> left;  // chips that end with this do so beyond the lock
  if (!support::try_lock_for_a_moment(domain_->mutex) &&
      !domain_->mutex.try_lock_until(std::chrono::steady_clock::now() + limit)) {
    return {0, i2c::TransferError::timeout};
  }
  const std::unique_lock lock(domain_->mutex, std::adopt_lock);
  if (in_transaction_) return {0, i2c::TransferError::arbitration_lost};
  in_transaction_ = true;
  const Transaction transaction{*this, left};
  using support::CoarseClock;
  const auto deadline =
      messages.size() > 1 ? CoarseClock::now() + limit : CoarseClock::time_point();
  i2c::TransferResult result;
  for (const i2c::Message& message : messages) {
    const bool late = result.completed > 0 && CoarseClock::now() >= deadline;
    result.error = late ? i2c::TransferError::timeout : run(message, result);
    if (!result.ok()) break;
    ++result.completed;
  }
  return result;
}

i2c::TransferError Bus::run(const i2c::Message& message, i2c::TransferResult& result) {
  const auto* const found = find(message.address);
  if (found == nullptr) return i2c::TransferError::address_nack;
  Device& device = **found;
  if (std::ranges::find(addressed_, &device) == addressed_.end()) addressed_.push_back(&device);
  enter(device);
  const i2c::TransferError error = device.message(message);
  if (error == i2c::TransferError::data_nack) result.acknowledged = device.acknowledged_;
  exit();
  return error;
}

void Bus::stop_addressed() {
  for (Device*& addressed : addressed_) {
    Device* const device = std::exchange(addressed, nullptr);
    if (device == nullptr) continue;
    enter(*device);
    device->stop();
    exit();
  }
  addressed_.clear();
}

void Bus::enter(Device& device) {
  current_ = &device;
  outer_ = BusMutex::calls(&device);
}

void Bus::exit() {
  BusMutex::calls(outer_);
  Device* const device = std::exchange(current_, nullptr);
  if (std::exchange(current_leaves_, false)) device->leave();
}

const std::shared_ptr<Device>* Bus::find(i2c::Address address) const {
  if (!address.is_ten_bit()) {
    const auto& device = seven_bit_[address.value()];
    return device ? &device : nullptr;
  }
  const auto found = ten_bit_.find(address);
  return found != ten_bit_.end() ? &found->second : nullptr;
}

}  // namespace vhost_device::sim
