// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapters.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

namespace vhost_device::linux_i2c {
namespace {

constexpr std::string_view folder_prefix = "i2c-";

// Linux names the folder of a chip by its address with this added when that has 10 bits
// (I2C_ADDR_OFFSET_TEN_BIT in drivers/i2c/i2c-core-base.c).
constexpr unsigned ten_bit_offset = 0xa000;

std::optional<unsigned> parse_number(std::string_view digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// The number in "i2c-3". Chips are named by their drivers on some systems, "i2c-INT33FE:00".
std::optional<unsigned> folder_number(std::string_view folder) {
  if (!folder.starts_with(folder_prefix)) return std::nullopt;
  folder.remove_prefix(folder_prefix.size());
  return is_adapter_number(folder) ? parse_number(folder) : std::nullopt;
}

std::optional<std::string> read_name(const std::filesystem::path& folder) {
  std::ifstream file(folder / "name");
  std::string name;
  if (!std::getline(file, name)) return std::nullopt;
  return name;
}

std::vector<HostAdapter> with_name(std::string_view name, std::vector<HostAdapter> adapters) {
  std::erase_if(adapters, [&](const HostAdapter& adapter) { return adapter.name != name; });
  return adapters;
}

/// "3, 4 and 7".
std::string numbers_of(const std::vector<HostAdapter>& adapters) {
  std::string text;
  for (std::size_t i = 0; i < adapters.size(); ++i) {
    if (i > 0) text += i + 1 == adapters.size() ? " and " : ", ";
    text += std::to_string(adapters[i].number);
  }
  return text;
}

std::string describe(const std::vector<HostAdapter>& adapters) {
  if (adapters.empty()) {
    return "this host has none: load the module of an adapter's driver, and i2c-dev (modprobe "
           "i2c-dev)";
  }
  std::string text = "those of this host are ";
  for (const HostAdapter& adapter : adapters) {
    if (&adapter != &adapters.front()) text += ", ";
    text += std::to_string(adapter.number) + " (" + adapter.name + ")";
  }
  return text;
}

}  // namespace

std::string to_string(const HostAdapter& adapter) {
  return "i2c-" + std::to_string(adapter.number) + " (" + adapter.name + ")";
}

std::vector<HostAdapter> list_adapters(const HostPaths& paths) {
  std::vector<HostAdapter> adapters;
  std::error_code error;
  std::filesystem::directory_iterator entry(paths.sysfs, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto number = folder_number(entry->path().filename().native());
    if (!number) continue;
    if (auto name = read_name(entry->path())) adapters.push_back({*number, std::move(*name)});
  }
  std::ranges::sort(adapters, {}, &HostAdapter::number);
  return adapters;
}

bool is_adapter_number(std::string_view name_or_number) {
  return !name_or_number.empty() &&
         name_or_number.find_first_not_of("0123456789") == std::string_view::npos;
}

HostAdapter find_adapter(std::string_view name_or_number, const HostPaths& paths) {
  const std::vector<HostAdapter> adapters = list_adapters(paths);
  const std::string quoted = "'" + std::string(name_or_number) + "'";
  if (is_adapter_number(name_or_number)) {
    const auto number = parse_number(name_or_number);
    const auto found = std::ranges::find_if(
        adapters, [&](const HostAdapter& adapter) { return adapter.number == number; });
    if (found != adapters.end()) return *found;
    throw AdapterError("there is no I2C adapter with the number " + quoted + "; " +
                       describe(adapters));
  }
  auto named = with_name(name_or_number, adapters);
  if (named.size() == 1) return std::move(named.front());
  if (named.empty()) {
    throw AdapterError("there is no I2C adapter with the name " + quoted + "; " +
                       describe(adapters));
  }
  throw AdapterError("the adapters " + numbers_of(named) + " all have the name " + quoted +
                     "; choose one of them by its number");
}

Found find_again(const HostAdapter& at_start, bool by_name, const HostPaths& paths) {
  std::vector<HostAdapter> adapters = list_adapters(paths);
  if (by_name) {
    adapters = with_name(at_start.name, std::move(adapters));
    if (adapters.size() > 1) return {{}, numbers_of(adapters) + " have its name now"};
  } else {
    std::erase_if(adapters,
                  [&](const HostAdapter& adapter) { return adapter.number != at_start.number; });
  }
  if (adapters.empty()) return {{}, "the host does not have it any more"};
  if (adapters.front().name != at_start.name) {
    return {{}, "its number belongs to '" + adapters.front().name + "' now"};
  }
  return {std::move(adapters.front()), {}};
}

std::optional<BoundDriver> bound_driver(unsigned adapter, i2c::Address address,
                                        const HostPaths& paths) {
  char folder[32];
  const unsigned code = address.value() + (address.is_ten_bit() ? ten_bit_offset : 0U);
  std::snprintf(folder, sizeof folder, "%u-%04x", adapter, code);
  const std::filesystem::path location = paths.sysfs / folder / "driver";
  std::error_code error;
  const std::filesystem::path driver = std::filesystem::read_symlink(location, error);
  if (error) return std::nullopt;
  return BoundDriver{driver.filename(), location};
}

}  // namespace vhost_device::linux_i2c
