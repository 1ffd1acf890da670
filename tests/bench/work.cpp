// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/work.hpp"

#include <algorithm>
#include <array>

namespace vhost_device::bench {
namespace {

constexpr std::array<std::string_view, 4> names{"write2", "write1read2", "read32", "page-write"};

// LM75 (TI SNIS153, 8.3): register 0 is the temperature, 23.5 degrees in steps of 1/256.
constexpr std::byte temperature_register{0};
constexpr std::array temperature{std::byte{0x17}, std::byte{0x80}};

}  // namespace

std::optional<Work> parse_work(std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Work>(found - names.begin());
}

std::string_view to_string(Work work) { return names.at(static_cast<std::size_t>(work)); }

unsigned default_address(Work work) {
  return work == Work::write1_read2 ? register_address : eeprom_address;
}

std::vector<Step> steps_of(Work work, std::size_t page) {
  switch (work) {
    case Work::write2:
      return {point_at_page(0)};
    case Work::write1_read2:
      return {{.read = false, .data = {temperature_register}},
              {.read = true, .data = {temperature.begin(), temperature.end()}}};
    case Work::read32:
      return {{.read = true, .data = page_contents(false)}};
    case Work::page_write:
      return {write_page(page, false)};
  }
  return {};
}

std::vector<std::byte> page_contents(bool inverted) {
  std::vector<std::byte> contents(page_bytes);
  for (std::size_t i = 0; i < page_bytes; ++i) {
    // Odd, so that all bytes of a page differ.
    contents[i] = static_cast<std::byte>(i * 7 + 1);
    if (inverted) contents[i] = ~contents[i];
  }
  return contents;
}

Step point_at_page(std::size_t page) {
  const std::size_t address = page * page_bytes % eeprom_bytes;
  return {.read = false,
          .data = {static_cast<std::byte>(address >> 8U), static_cast<std::byte>(address)}};
}

Step write_page(std::size_t page, bool inverted) {
  Step step = point_at_page(page);
  const std::vector<std::byte> contents = page_contents(inverted);
  step.data.insert(step.data.end(), contents.begin(), contents.end());
  return step;
}

}  // namespace vhost_device::bench
