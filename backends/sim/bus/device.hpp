// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/sim/bus/bus_mutex.hpp"
#include "backends/sim/bus/clock.hpp"
#include "backends/sim/bus/state.hpp"
#include "core/i2c/address.hpp"
#include "core/i2c/message.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::sim {

class Bus;

enum class Direction { write, read };
enum class Ack : bool { nack = false, ack = true };

/// What the chips of one bus share: its lock and its clock. A chip on no bus has one of its own.
///
/// In the middle of a transaction a scripted chip may set a property of another chip on its bus. It
/// should not touch chips of another bus from there: two buses whose chips do that to each other
/// would wait for each other's locks for ever, which ends in BusDeadlock for one of them.
struct BusDomain {
  explicit BusDomain(std::shared_ptr<const Clock> its_clock) : clock(std::move(its_clock)) {}

  BusMutex mutex;
  const std::shared_ptr<const Clock> clock;

  // All that follows is guarded by the lock.

  Bus* bus = nullptr;  ///< Whose chips these are; null for those on none.
  std::function<void(const std::string&)> on_warning;  ///< Empty: nobody cares.
  /// Whatever the bus's owner has for its chips to find. The bus itself does not look at it.
  std::weak_ptr<void> supervisor;
};

/// What changes the surroundings of a chip as time goes by: a temperature that follows a function.
class Stimulus {
 public:
  Stimulus() = default;
  Stimulus(const Stimulus&) = delete;
  Stimulus& operator=(const Stimulus&) = delete;
  virtual ~Stimulus() = default;

  /// Sets the chip's properties to what they are at `now`, a moment on its clock. Called with the
  /// chip's lock held; may not throw. `supervisor` is `BusDomain::supervisor`, or null.
  virtual void apply(Time now, const std::shared_ptr<void>& supervisor) = 0;

  /// What it sets. A chip has one stimulus for each subject, except for an empty one.
  [[nodiscard]] virtual std::string_view subject() const { return {}; }

  /// The chip was put on a bus with another clock, on which it is `now`. With the lock held.
  virtual void clock_changed(Time /*now*/) {}
};

/// A chip on a simulated bus.
///
/// It has two faces. The bus calls `message` and `stop` (or, for a chip written by the byte,
/// `start`, `write`, `read` and `stop` below them), always under the bus's lock; none of them may
/// throw. Scripts and tests use typed properties in physical units, from any thread; those take the
/// lock themselves with `lock()`.
class Device {
 public:
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  virtual ~Device() = default;

  /// What is printed on the part, such as "24c32".
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Every address the chip answers at; at least one, and fixed.
  [[nodiscard]] std::span<const i2c::Address> addresses() const { return addresses_; }

  /// Whether the chip lets others have this address as well, as long as they do, too: all of them
  /// get what is written to it. See `Bus::attach`.
  [[nodiscard]] bool shares(i2c::Address address) const;

  /// One message, from its START to the next START or STOP. The bus calls it; it sets
  /// `selected_address` and hands the message on to `do_message`.
  ///
  /// Returns `none`, `address_nack`, `data_nack` or `timeout`.
  [[nodiscard]] i2c::TransferError message(const i2c::Message& message);

  /// STOP. Comes once at the end of every transaction in which the chip was addressed, also when
  /// that ended in an error.
  virtual void stop() {}

  /// The name of the register that a write of these bytes selects, for traces. Empty if none, and
  /// for chips without registers.
  [[nodiscard]] virtual std::string_view register_name(
      std::span<const std::byte> /*written*/) const {
    return {};
  }

  /// Everything that the chip will ever answer by, for a snapshot. Not the message under way.
  [[nodiscard]] State state();

  /// Puts a state in the place of the present one, as `state` told it of a chip of the same kind.
  /// Throws StateError, with the chip as it was.
  void set_state(const State& state);

  /// The two halves of `set_state`, for several chips of which all or none are to change. What
  /// follows a chip's state outside of it, such as the file of its memory, does so with the second.
  void load_state(const State& state);
  void keep_state();

  /// Applies a stimulus from now on: before each message to the chip, and whenever one of its
  /// properties is used. Several are applied in the order in which they were added; one for the
  /// same subject makes room.
  void add_stimulus(std::shared_ptr<Stimulus> stimulus);
  /// Does nothing when it is not there. It is not under way, and is not applied any more, when this
  /// returns (unless called from inside it).
  void remove_stimulus(const Stimulus& stimulus);

 protected:
  /// `shared`: those of the addresses that it shares. Throws std::invalid_argument when there is no
  /// address at all.
  Device(std::string name, std::vector<i2c::Address> addresses,
         std::vector<i2c::Address> shared = {});

  /// The address of the message under way, for chips that answer at several.
  [[nodiscard]] i2c::Address selected_address() const { return selected_address_; }

  /// The default speaks the wire: `start`, then `write_all` or `read_all`. Override it for a chip
  /// that is written by the message.
  [[nodiscard]] virtual i2c::TransferError do_message(const i2c::Message& message);

  /// The chip's own address and a direction after START or repeated START. `nack` while it is busy.
  [[nodiscard]] virtual Ack start(Direction direction);
  /// A byte from the controller. `nack` refuses it.
  [[nodiscard]] virtual Ack write(std::byte value);
  /// A byte for the controller. A chip with nothing to say leaves the line high: 0xff.
  [[nodiscard]] virtual std::byte read();

  /// All bytes of a message in one call. The defaults go byte by byte; a chip that moves many, such
  /// as a memory, may do better.
  [[nodiscard]] virtual Ack write_all(std::span<const std::byte> values);
  virtual void read_all(std::span<std::byte> values);

  /// For a chip that overrides `do_message` or `write_all`, and refuses a byte there: how many it
  /// took before that one. Whoever does not call it leaves that unknown.
  void refused_after(std::size_t acknowledged) {
    acknowledged_ = static_cast<std::uint32_t>(acknowledged);
  }

  /// Shows the visitor every value of the chip's state, by the same names in the same order each
  /// time. With the lock held; throws only what the visitor throws.
  virtual void visit_state(StateVisitor& /*visitor*/) {}

  /// Throws StateError for a state whose values each could be, but not together: one in which a
  /// driver would wait for ever, or be misled. With the lock held, after the values are loaded.
  virtual void check_state() const {}

  /// Another state is loaded, and stays. With the lock held; may not throw.
  virtual void state_kept() {}

  /// The chip was put on a bus with another clock: `offset` added to a moment of the old clock
  /// makes it one of the new. Called with the lock held; may not throw.
  virtual void clock_changed(Time /*offset*/) {}

  /// Keeps transactions and properties apart. Held for the whole of a property's access.
  class Guard {
   public:
    explicit Guard(std::shared_ptr<BusDomain> domain)
        : domain_(std::move(domain)), lock_(domain_->mutex) {}

   private:
    std::shared_ptr<BusDomain> domain_;  // outlives the lock
    std::unique_lock<BusMutex> lock_;
  };
  /// Applies the stimuli, too, so that the property is that of this moment.
  [[nodiscard]] Guard lock() const;

  /// Tells whoever runs the bus of a trouble that no message on the bus can tell. Only with the
  /// lock held.
  void warn(const std::string& text) const;

  /// The time on the bus. Only with the lock held.
  [[nodiscard]] Time now() const { return domain_->clock->now(); }

  /// What the bus's owner has put there for its chips; null for nothing. Only with the lock held.
  [[nodiscard]] std::shared_ptr<void> supervisor() const { return domain_->supervisor.lock(); }

 private:
  friend class Bus;
  friend class Mux;
  friend class Segment;
  /// Moves the chip to a bus's domain. The caller holds that domain's lock. False, and nothing
  /// changed, when the chip is on a bus already.
  [[nodiscard]] bool join(const std::shared_ptr<BusDomain>& domain);
  /// Moves the chip to a domain of its own with the bus's clock, so that time goes on for it as
  /// before. The caller holds the bus's lock.
  void leave();
  /// Moves the chip and what is behind it. The caller holds the locks of both domains. `offset` is
  /// that of `clock_changed`; empty when the clock is the same.
  void move(const std::shared_ptr<BusDomain>& domain, std::optional<Time> offset);
  /// Moves what is behind the chip.
  virtual void take_along(const std::shared_ptr<BusDomain>& /*domain*/,
                          std::optional<Time> /*offset*/) {}

  [[nodiscard]] Guard lock_alone() const;
  void apply_stimuli() const;

  std::string name_;
  std::vector<i2c::Address> addresses_;
  std::vector<i2c::Address> shared_;
  i2c::Address selected_address_;
  std::uint32_t acknowledged_ = i2c::TransferResult::not_known;  // of the message under way

  // Guarded by the domain's lock.
  std::vector<std::shared_ptr<Stimulus>> stimuli_;
  mutable bool is_applying_ = false;  // stimuli, which use properties

  // Changed only with the locks of both domains, old and new, and domain_mutex_ held. So either
  // kind of lock makes it safe to read; `lock()` has nothing but domain_mutex_ to begin with.
  std::shared_ptr<BusDomain> domain_;
  bool on_bus_ = false;
  mutable std::mutex domain_mutex_;
};

}  // namespace vhost_device::sim
