// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "backends/sim/bus/clock.hpp"
#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/segment.hpp"
#include "core/i2c/adapter.hpp"

namespace vhost_device::sim {

/// A simulated bus: chips that answer at addresses. Chips come and go while guests use it, also
/// from inside a chip's own callbacks:
///
/// - a chip attached in the middle of a transaction answers from the next START on;
/// - a chip detached in the middle of one gets nothing more of it, not even the STOP. One that is
///   detached in its own callback belongs to the bus until that returns.
///
/// Where a Mux is among them, a message reaches the chips behind it, too, on the channels that are
/// connected at its START. Several chips may answer at one address then: all get what is written,
/// it is acknowledged if one of them does, and what is read is the AND of their bytes.
///
/// Nobody answers at the general call address (0x00): a message to it is a NACK.
class Bus final : public i2c::Adapter {
 public:
  explicit Bus(std::shared_ptr<const Clock> clock = std::make_shared<RealClock>());
  ~Bus() override;

  /// Puts a chip on the bus.
  ///
  /// Throws std::invalid_argument, with the bus as it was, when one of its addresses is taken, by
  /// a chip behind a mux, too (the text names both chips), is the general call address, when the
  /// chip is on a bus already, or when there is no chip. An address that both share is not taken.
  void attach(const std::shared_ptr<Device>& device);

  /// Takes a chip off the bus, after the transaction under way (unless called from inside it). The
  /// chip's clock stays the bus's. Throws std::invalid_argument when it is not on this bus.
  void detach(const Device& device);

  /// Takes every chip off.
  void clear();

  /// The chips in the order of their first addresses. Without those behind muxes.
  [[nodiscard]] std::vector<std::shared_ptr<Device>> devices() const;

  /// Those behind muxes, too, each after its mux.
  [[nodiscard]] std::vector<PlacedDevice> all_devices() const;

  [[nodiscard]] std::shared_ptr<const Clock> clock() const { return domain_->clock; }

  /// Has the bus to itself for as long as what it returns lives: no other thread's transaction is
  /// under way, and none uses a property of a chip. The bus has to outlive it. Throws as
  /// `BusMutex::lock` does.
  [[nodiscard]] std::unique_lock<BusMutex> hold() const { return std::unique_lock(domain_->mutex); }

  /// How long a transaction may wait for the bus, and how long it may hold it until no further
  /// message of it is begun, in the host's time and not the bus's; beyond that the result is
  /// `timeout`. It bounds what a chip whose script is slow can do to the guests.
  void set_transaction_limit(std::chrono::milliseconds limit) { transaction_limit_ = limit; }

  /// Who hears of a chip's trouble that no message on the bus can tell, such as an image that
  /// cannot be saved. Called under the bus's lock, from any thread.
  void on_warning(std::function<void(const std::string&)> handler);

  /// What `Device::supervisor` is for the chips of this bus, as long as it lives.
  void set_supervisor(std::weak_ptr<void> supervisor);

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

 private:
  friend class Mux;
  friend class Segment;

  /// Messages to an absent chip end in `address_nack`; everything else is what the chips say. A
  /// transfer that a chip starts in the middle of another one finds the bus taken:
  /// `arbitration_lost`.
  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override;

  struct Transaction;  // bus.cpp
  [[nodiscard]] i2c::TransferError run(const i2c::Message& message, i2c::TransferResult& result);
  [[nodiscard]] i2c::TransferError run_with_all(const i2c::Message& message,
                                                i2c::TransferResult& result);
  [[nodiscard]] i2c::TransferError run_with(Device& device, const i2c::Message& message,
                                            i2c::TransferResult& result);
  /// Notes all chips at an address.
  void find_answering(i2c::Address address);
  void stop_addressed();
  /// Around each call into a chip, so that it can leave in the middle.
  void enter(Device& device);
  void exit();
  void part_from_leaving();

  // For Segment and Mux, with the lock held.

  /// Before a chip is put anywhere on the bus: makes room for what it may bring.
  void prepare_for(const Device& device);
  /// Whether the chip is about to leave, and does not now.
  [[nodiscard]] bool stays(const Device& device);
  /// After a chip was taken off anywhere on the bus.
  void lost(const std::shared_ptr<Device>& device);
  /// After anything has changed in what is connected.
  void find_routes();
  void find_routes_behind(const Segment& segment);

  const std::shared_ptr<BusDomain> domain_;
  std::atomic<std::chrono::milliseconds> transaction_limit_{std::chrono::milliseconds(5000)};

  // All that follows is guarded by the domain's lock.
  Segment segment_{nullptr};
  std::vector<const Segment*> connected_;  // further ones, on channels of muxes
  bool one_chip_answers_ = true;           // at most, and that is on segment_

  bool in_transaction_ = false;
  std::vector<Device*> addressed_;                // Owed a STOP; null when it left before.
  std::vector<Device*> answering_;                // The same for the message under way.
  std::vector<std::byte> read_by_one_;            // of several that answer
  std::vector<std::shared_ptr<Device>> left_;     // In the middle of it, and so kept to its end.
  Device* current_ = nullptr;                     // In a call now.
  std::vector<std::shared_ptr<Device>> leaving_;  // when that call returns
  const Device* outer_ = nullptr;                 // of another bus, which the same thread calls
};

}  // namespace vhost_device::sim
