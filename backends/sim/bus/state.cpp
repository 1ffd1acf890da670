// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/bus/state.hpp"

#include <algorithm>
#include <sstream>

namespace vhost_device::sim {

void require_state(bool holds, std::string_view text) {
  if (!holds) throw StateError(std::string(text));
}

void StateVisitor::moment(std::string_view name, Time& time, Time max_ahead) {
  std::optional<Time> there = time;
  moment(name, there, max_ahead);
  if (!there) throw StateError(std::string(name) + ": expected a number of nanoseconds");
  time = *there;
}

void StateVisitor::moment(std::string_view name, std::optional<Time>& time, Time max_ahead) {
  std::optional<std::int64_t> from_now;
  if (time) from_now = (*time - now()).count();
  distance(name, from_now, max_ahead.count());
  time.reset();
  if (from_now) time = now() + Time(*from_now);
}

void StateSaver::add(std::string_view name, StateValue value) {
  state_.emplace_back(name, std::move(value));
}

void StateSaver::bytes(std::string_view name, std::span<std::byte> values) {
  add(name, std::vector(values.begin(), values.end()));
}

void StateSaver::distance(std::string_view name, std::optional<std::int64_t>& value,
                          std::int64_t /*max*/) {
  if (value) {
    add(name, *value);
  } else {
    add(name, std::monostate());
  }
}

const StateValue& StateLoader::find(std::string_view name) {
  const auto found = std::ranges::find(state_, name, &State::value_type::first);
  if (found == state_.end()) throw StateError(std::string(name) + ": missing");
  used_[static_cast<std::size_t>(found - state_.begin())] = true;
  return found->second;
}

template <typename T>
const T& StateLoader::get(std::string_view name, std::string_view expected) {
  const auto* const value = std::get_if<T>(&find(name));
  if (value == nullptr) throw StateError(std::string(name) + ": expected " + std::string(expected));
  return *value;
}

void StateLoader::check_all_used() const {
  const auto unused = std::ranges::find(used_, false);
  if (unused == used_.end()) return;
  throw StateError(state_[static_cast<std::size_t>(unused - used_.begin())].first +
                   ": the chip has no such value");
}

void StateLoader::bytes(std::string_view name, std::span<std::byte> values) {
  const auto& saved = get<std::vector<std::byte>>(name, std::to_string(values.size()) + " bytes");
  if (saved.size() != values.size()) {
    throw StateError(std::string(name) + ": expected " + std::to_string(values.size()) +
                     " bytes, not " + std::to_string(saved.size()));
  }
  std::ranges::copy(saved, values.begin());
}

void StateLoader::boolean(std::string_view name, bool& value) {
  value = get<bool>(name, "true or false");
}

void StateLoader::real(std::string_view name, double& value, double min, double max) {
  // A number without a fraction comes out of JSON as an integer.
  const auto* const whole = std::get_if<std::int64_t>(&find(name));
  const double saved =
      whole != nullptr ? static_cast<double>(*whole) : get<double>(name, "a number");
  const bool is_possible = saved >= min && saved <= max;  // and so not NaN
  if (!is_possible) {
    std::ostringstream text;
    text << name << ": " << saved << " (expected " << min << " to " << max << ")";
    throw StateError(text.str());
  }
  value = saved;
}

void StateLoader::integer(std::string_view name, std::int64_t& value, std::int64_t min,
                          std::int64_t max) {
  const auto saved = get<std::int64_t>(name, "an integer");
  if (saved < min || saved > max) {
    throw StateError(std::string(name) + ": " + std::to_string(saved) + " (expected " +
                     std::to_string(min) + " to " + std::to_string(max) + ")");
  }
  value = saved;
}

void StateLoader::distance(std::string_view name, std::optional<std::int64_t>& value,
                           std::int64_t max) {
  value.reset();
  if (std::holds_alternative<std::monostate>(find(name))) return;
  static_cast<void>(get<std::int64_t>(name, "a number of nanoseconds, or null"));
  integer(name, value.emplace(), -max_distance.count(), max);
}

}  // namespace vhost_device::sim
