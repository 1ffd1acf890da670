// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "backends/sim/bus/clock.hpp"

namespace vhost_device::sim {

/// One value of a chip's state; std::monostate for what is not there, such as the end of a
/// conversion when none is under way.
using StateValue = std::variant<std::monostate, bool, std::int64_t, double, std::vector<std::byte>>;

/// What a chip is at a moment, by name, in the order in which the chip tells it.
using State = std::vector<std::pair<std::string, StateValue>>;

/// A state that a chip cannot have. The text names the value and says what was expected.
class StateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// For `Device::check_state`: throws StateError with the text unless it holds.
void require_state(bool holds, std::string_view text);

/// Goes through a chip's state, to save it or to put another one in its place: so a chip names its
/// values once for both.
class StateVisitor {
 public:
  /// How long ago a moment can be: a century and a half, so that two of these can be added.
  static constexpr Time max_distance{Time::max() / 2};

  StateVisitor() = default;
  StateVisitor(const StateVisitor&) = delete;
  StateVisitor& operator=(const StateVisitor&) = delete;
  virtual ~StateVisitor() = default;

  void value(std::string_view name, bool& value) { boolean(name, value); }
  /// Any number but the infinite ones.
  void value(std::string_view name, double& value) {
    constexpr double max = std::numeric_limits<double>::max();
    real(name, value, -max, max);
  }
  /// A number of which only `min` to `max` make sense.
  void value(std::string_view name, double& value, double min, double max) {
    real(name, value, min, max);
  }

  template <std::integral T>
  requires(!std::same_as<T, bool>) void value(std::string_view name, T& value) {
    using Limits = std::numeric_limits<T>;
    constexpr auto widest = std::numeric_limits<std::int64_t>::max();
    constexpr bool fits = std::cmp_less(Limits::max(), widest);
    constexpr auto max = fits ? static_cast<std::int64_t>(Limits::max()) : widest;
    auto wide = static_cast<std::int64_t>(value);
    integer(name, wide, static_cast<std::int64_t>(Limits::min()), max);
    value = static_cast<T>(wide);
  }

  /// An integer or enumeration of which only `min` to `max` make sense.
  template <typename T>
  requires(std::integral<T> || std::is_enum_v<T>) void value(std::string_view name, T& value,
                                                             std::int64_t min, std::int64_t max) {
    auto wide = static_cast<std::int64_t>(value);
    integer(name, wide, min, max);
    value = static_cast<T>(wide);
  }

  /// As many bytes as there are.
  virtual void bytes(std::string_view name, std::span<std::byte> values) = 0;

  /// A moment on the bus's clock, no more than `max_ahead` from now, and at most `max_distance`
  /// ago. Saved is its distance from now, in nanoseconds, so that a state makes sense on another
  /// clock.
  void moment(std::string_view name, Time& time, Time max_ahead);
  void moment(std::string_view name, std::optional<Time>& time, Time max_ahead);

 protected:
  virtual void boolean(std::string_view name, bool& value) = 0;
  virtual void real(std::string_view name, double& value, double min, double max) = 0;
  virtual void integer(std::string_view name, std::int64_t& value, std::int64_t min,
                       std::int64_t max) = 0;
  virtual void distance(std::string_view name, std::optional<std::int64_t>& value,
                        std::int64_t max) = 0;
  [[nodiscard]] virtual Time now() const = 0;
};

/// Saves.
class StateSaver final : public StateVisitor {
 public:
  explicit StateSaver(Time now) : now_(now) {}

  [[nodiscard]] State take() { return std::move(state_); }

  void bytes(std::string_view name, std::span<std::byte> values) override;

 private:
  void boolean(std::string_view name, bool& value) override { add(name, value); }
  void real(std::string_view name, double& value, double /*min*/, double /*max*/) override {
    add(name, value);
  }
  void integer(std::string_view name, std::int64_t& value, std::int64_t /*min*/,
               std::int64_t /*max*/) override {
    add(name, value);
  }
  void distance(std::string_view name, std::optional<std::int64_t>& value,
                std::int64_t /*max*/) override;
  [[nodiscard]] Time now() const override { return now_; }

  void add(std::string_view name, StateValue value);

  Time now_;
  State state_;
};

/// Puts a saved state in the place of the present one. Every visit throws StateError when the value
/// is not there, of another kind, or out of range.
class StateLoader final : public StateVisitor {
 public:
  StateLoader(Time now, const State& state) : now_(now), state_(state), used_(state.size()) {}

  /// Throws StateError for a value that the chip did not ask for.
  void check_all_used() const;

  void bytes(std::string_view name, std::span<std::byte> values) override;

 private:
  void boolean(std::string_view name, bool& value) override;
  void real(std::string_view name, double& value, double min, double max) override;
  void integer(std::string_view name, std::int64_t& value, std::int64_t min,
               std::int64_t max) override;
  void distance(std::string_view name, std::optional<std::int64_t>& value,
                std::int64_t max) override;
  [[nodiscard]] Time now() const override { return now_; }

  [[nodiscard]] const StateValue& find(std::string_view name);
  template <typename T>
  const T& get(std::string_view name, std::string_view expected);

  Time now_;
  const State& state_;
  std::vector<bool> used_;
};

}  // namespace vhost_device::sim
