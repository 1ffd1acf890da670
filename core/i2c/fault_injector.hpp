// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/i2c/adapter.hpp"
#include "core/i2c/fault.hpp"
#include "core/support/fork_mutex.hpp"

namespace vhost_device::i2c {

/// A bus on which things go wrong as they are asked to. It stands before any adapter, real or
/// simulated; without faults it only hands transactions on.
///
/// A fault that ends a message ends the transaction there: what was before it goes to the adapter
/// as a transaction of its own, and if that fails, its error is the whole's. Faults of one message
/// come in the order in which they were added; those that only change bytes or take time go
/// together, the first that ends it is the last. So does a stretch over the limit, and a condition
/// that took too long. Each that had an effect is counted, and noted in traces of the transaction.
///
/// A message that ends before its first byte of data does not go to the adapter: it could send no
/// more than the address, which is a transfer of its own that some adapters refuse and some chips
/// act upon (SMBus 3.2, 6.5.1, Quick Command).
///
/// In a process that was forked off, faults go on as they were. std::runtime_error from everything
/// here, and from `transfer`, if another thread changed or drew them at that moment.
class FaultInjector final : public Adapter {
 public:
  struct Options {
    std::uint64_t seed = 1;
    /// The longest stretching in one transaction, all of its messages together, that a controller
    /// bears; more ends in a timeout after it. 25 ms is SMBus's T_LOW:SEXT, which is counted like
    /// that, 35 ms its T_TIMEOUT; plain I2C has none (UM10204, 3.1.9).
    std::chrono::nanoseconds stretch_limit = std::chrono::seconds(1);
    /// Waits for the time of a stretch. Empty: sleeps.
    std::function<void(std::chrono::nanoseconds)> wait;
  };

  FaultInjector(std::shared_ptr<Adapter> adapter, Options options);
  ~FaultInjector() override;

  /// Adds a fault and returns its number. Throws std::invalid_argument for one that cannot be; the
  /// text names the value and what was expected.
  std::uint64_t add(Fault fault);
  /// Takes it away; how often it befell a message. 0 for a number that there is not.
  std::uint64_t remove(std::uint64_t number);
  /// How often it befell a message so far, a transaction that goes on included; also of one that
  /// was cleared, until it is removed.
  [[nodiscard]] std::uint64_t hits(std::uint64_t number) const;
  /// Takes all of them away, and begins the draw of probabilities anew: by `seed`, or by the one
  /// before.
  void clear_faults(std::optional<std::uint64_t> seed = {});

  /// Nine pulses on SCL (UM10204, 3.1.16): frees an SDA that a chip holds. False when something is
  /// still stuck. What it freed is taken away.
  bool clear_bus();

  [[nodiscard]] Functionality functionality() const override { return adapter_->functionality(); }

 private:
  struct Active;
  struct Sent;
  struct Plan {  // what befalls a transaction
    struct Change {
      std::size_t message;
      std::shared_ptr<Active> by;
    };
    std::vector<Change> changes;  // of bytes, and stretches, in the order of the messages
    std::optional<Change> end;
    bool is_undecided = false;                 // the end is by a condition that took too long
    std::chrono::nanoseconds last_stretch{0};  // the end is by one: as much as is borne of it
  };

  /// `address_nack`, `data_nack`, `timeout` and `arbitration_lost` by faults; everything that the
  /// adapter answers.
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override;

  void count_as_past(const Active& fault);
  [[nodiscard]] Plan plan(std::span<const Message> messages);
  [[nodiscard]] std::optional<bool> befalls(Active& active, const Message& message);
  [[nodiscard]] TransferResult run(std::span<const Message> messages, const Plan& plan);
  [[nodiscard]] TransferResult finish(std::span<const Message> messages, const Plan& plan,
                                      const TransferResult& before, const TransferResult& end);
  void stretch(std::chrono::nanoseconds duration) const;
  void take_back(Active& active);
  [[nodiscard]] static bool change_what_is_sent(const Plan::Change& change, Sent& sent);
  [[nodiscard]] static TransferResult cut_off(const Message& message, const Plan& plan, Sent& sent);
  static void tell(const Fault& fault, std::span<const Message> messages, std::size_t index,
                   std::string_view more = {});

  const std::shared_ptr<Adapter> adapter_;
  const Options options_;

  // Never held in a transaction or a condition.
  mutable support::ForkMutex mutex_{"the fault injector"};
  // Destroyed outside of the lock, since a condition that ends may use the injector.
  std::vector<std::shared_ptr<Active>> faults_;
  std::unordered_map<std::uint64_t, std::uint64_t> past_hits_;  // of what was cleared, by number
  std::uint64_t seed_;
  std::mt19937_64 random_;
  std::uint64_t last_number_ = 0;
  std::atomic<bool> is_empty_{true};
};

}  // namespace vhost_device::i2c
