// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "backends/sim/devices/properties.hpp"

namespace vhost_device::sim {

/// Properties as a test wants them.
class FakeProperties final : public Properties {
 public:
  std::map<std::string, std::int64_t, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> texts;
  std::set<std::string, std::less<>> flags;
  mutable std::set<std::string, std::less<>> asked;

  [[nodiscard]] std::optional<std::uint32_t> u32(std::string_view name) const override {
    return number<std::uint32_t>(name);
  }
  [[nodiscard]] std::optional<std::int32_t> i32(std::string_view name) const override {
    return number<std::int32_t>(name);
  }
  [[nodiscard]] std::optional<std::string> string(std::string_view name) const override {
    asked.emplace(name);
    const auto found = texts.find(name);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::optional<std::string> path(std::string_view name) const override {
    return string(name);
  }
  [[nodiscard]] bool flag(std::string_view name) const override {
    asked.emplace(name);
    return flags.contains(name);
  }
  [[noreturn]] void bad_value(std::string_view name, std::string_view expected) const override {
    throw PropertyError(std::string(name) + ": expected " + std::string(expected));
  }

 private:
  template <typename Number>
  std::optional<Number> number(std::string_view name) const {
    asked.emplace(name);
    const auto found = numbers.find(name);
    return found == numbers.end() ? std::nullopt
                                  : std::optional(static_cast<Number>(found->second));
  }
};

}  // namespace vhost_device::sim
