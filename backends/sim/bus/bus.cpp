// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/bus.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "backends/sim/bus/mux.hpp"
#include "core/i2c/trace/notes.hpp"
#include "core/support/coarse_clock.hpp"
#include "core/support/relax.hpp"

namespace vhost_device::sim {

namespace {

// Enough for the transactions seen in practice, so that none of them allocates.
constexpr std::size_t usual_chips_per_transaction = 8;

/// What several chips together make of a message. One that holds the clock holds it for all; else
/// one that acknowledges is enough.
i2c::TransferError joined(i2c::TransferError one, i2c::TransferError other) {
  using i2c::TransferError;
  for (const TransferError error :
       {TransferError::timeout, TransferError::none, TransferError::data_nack}) {
    if (one == error || other == error) return error;
  }
  return one;
}

}  // namespace

Bus::Bus(std::shared_ptr<const Clock> clock)
    : domain_(std::make_shared<BusDomain>(std::move(clock))) {
  domain_->bus = this;
  addressed_.reserve(usual_chips_per_transaction);
}

Bus::~Bus() {
  if (!domain_->mutex.lock_for_end()) return;
  clear();
  domain_->bus = nullptr;
  domain_->mutex.unlock();
}

void Bus::attach(const std::shared_ptr<Device>& device) {
  if (!device) throw std::invalid_argument("there is no chip to attach");
  const std::scoped_lock lock(domain_->mutex);
  segment_.attach(device, domain_);
}

void Bus::detach(const Device& device) {
  std::shared_ptr<Device> kept;  // beyond the lock, for a chip that ends with this
  const std::scoped_lock lock(domain_->mutex);
  kept = segment_.detach(device, *domain_);
}

void Bus::clear() {
  std::vector<std::shared_ptr<Device>> kept;  // beyond the lock, as in detach
  const std::scoped_lock lock(domain_->mutex);
  kept = segment_.clear(*domain_);
}

std::vector<std::shared_ptr<Device>> Bus::devices() const {
  const std::scoped_lock lock(domain_->mutex);
  return segment_.devices();
}

std::vector<PlacedDevice> Bus::all_devices() const {
  const std::scoped_lock lock(domain_->mutex);
  std::vector<PlacedDevice> all;
  segment_.list("", all);
  return all;
}

void Bus::on_warning(std::function<void(const std::string&)> handler) {
  const std::scoped_lock lock(domain_->mutex);
  domain_->on_warning = std::move(handler);
}

void Bus::set_supervisor(std::weak_ptr<void> supervisor) {
  const std::scoped_lock lock(domain_->mutex);
  domain_->supervisor = std::move(supervisor);
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

void Bus::enter(Device& device) {
  current_ = &device;
  outer_ = BusMutex::calls(&device);
}

inline void Bus::exit() {
  BusMutex::calls(outer_);
  current_ = nullptr;
  if (!leaving_.empty()) part_from_leaving();
}

// A call less on the way of most messages.
[[gnu::always_inline]] inline i2c::TransferError Bus::run_with(Device& device,
                                                               const i2c::Message& message,
                                                               i2c::TransferResult& result) {
  if (std::ranges::find(addressed_, &device) == addressed_.end()) addressed_.push_back(&device);
  enter(device);
  const i2c::TransferError error = device.message(message);
  if (error == i2c::TransferError::data_nack) result.acknowledged = device.acknowledged_;
  if (!message.read && i2c::notes_are_wanted()) {
    const std::string_view name = device.register_name(message.data);
    if (!name.empty()) i2c::name_register(result.completed, name);
  }
  exit();
  return error;
}

i2c::TransferError Bus::run(const i2c::Message& message, i2c::TransferResult& result) {
  Device* device = nullptr;
  if (one_chip_answers_) {
    const auto* const found = segment_.find(message.address);
    if (found != nullptr) device = found->get();
  } else {
    find_answering(message.address);
    if (answering_.size() > 1) return run_with_all(message, result);
    if (!answering_.empty()) device = answering_.front();
  }
  if (device == nullptr) return i2c::TransferError::address_nack;
  return run_with(*device, message, result);
}

void Bus::find_answering(i2c::Address address) {
  answering_.clear();
  segment_.find_all(address, answering_);
  for (const Segment* const segment : connected_) segment->find_all(address, answering_);
}

i2c::TransferError Bus::run_with_all(const i2c::Message& message, i2c::TransferResult& result) {
  i2c::TransferError error = i2c::TransferError::address_nack;
  std::uint32_t acknowledged = 0;
  // Where nobody drives the line low, it is high.
  if (message.read) std::ranges::fill(message.data, std::byte{0xff});
  for (Device* const device : answering_) {
    if (device == nullptr) continue;  // left, by what another one did
    i2c::Message own = message;
    if (message.read) own.data = std::span(read_by_one_).first(message.data.size());
    result.acknowledged = i2c::TransferResult::not_known;
    const i2c::TransferError its_error = run_with(*device, own, result);
    error = joined(error, its_error);
    if (its_error == i2c::TransferError::data_nack) {
      acknowledged = std::max(acknowledged, result.acknowledged);  // the unknown is the largest
    }
    if (!message.read || its_error != i2c::TransferError::none) continue;
    std::ranges::transform(message.data, own.data, message.data.begin(), std::bit_and<>());
  }
  result.acknowledged =
      error == i2c::TransferError::data_nack ? acknowledged : i2c::TransferResult::not_known;
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

void Bus::part_from_leaving() {
  for (const auto& device : leaving_) device->leave();
  leaving_.clear();
}

void Bus::prepare_for(const Device& device) {
  std::size_t channels = 0;
  bool several_may_answer = false;
  const auto count = [&](const Device& each) {
    if (const auto* const mux = dynamic_cast<const Mux*>(&each)) channels += mux->channel_count();
    several_may_answer = several_may_answer || !each.shared_.empty();
  };
  for (const auto& present : segment_.devices()) for_each_behind(*present, count);
  for_each_behind(device, count);
  connected_.reserve(channels);
  if (channels == 0 && !several_may_answer) return;
  answering_.reserve(usual_chips_per_transaction);
  read_by_one_.resize(i2c::max_message_length);
}

bool Bus::stays(const Device& device) {
  return std::erase_if(leaving_, [&](const auto& each) { return each.get() == &device; }) > 0;
}

void Bus::lost(const std::shared_ptr<Device>& device) {
  if (in_transaction_) left_.push_back(device);
  bool has_current = false;
  for_each_behind(*device, [&](const Device& each) {
    has_current = has_current || &each == current_;
    for (auto* const owed : {&addressed_, &answering_}) {
      std::ranges::replace_if(
          *owed, [&](const Device* other) { return other == &each; }, nullptr);
    }
  });
  if (has_current) {
    // Its callback runs under this bus's lock, so its properties have to stay under that too.
    leaving_.push_back(device);
  } else {
    device->leave();
  }
  find_routes();
}

void Bus::find_routes() {
  connected_.clear();
  find_routes_behind(segment_);
  one_chip_answers_ = connected_.empty() && !segment_.has_shared();
}

void Bus::find_routes_behind(const Segment& segment) {
  for (const Mux* const mux : segment.muxes()) {
    for (std::size_t index = 0; index < mux->channel_count(); ++index) {
      if (!mux->is_connected(index)) continue;
      connected_.push_back(&mux->segment(index));
      find_routes_behind(mux->segment(index));
    }
  }
}

}  // namespace vhost_device::sim
