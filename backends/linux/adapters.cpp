// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapters.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

#include "core/support/unique_fd.hpp"

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

/// The adapters of the host, and the errno if they cannot be told for sure.
struct Listing {
  std::vector<HostAdapter> adapters;
  int error = 0;
};

/// Reads the name of an adapter; 0 or an errno.
int read_name(const std::filesystem::path& folder, std::string& name) {
  const support::UniqueFd file(::open((folder / "name").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno;
  std::array<char, 256> text;  // more than i2c_adapter.name has
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) return errno;
  if (count == 0) return ENODEV;
  name.assign(text.data(), static_cast<std::size_t>(count));
  if (const auto end = name.find('\n'); end != std::string::npos) name.resize(end);
  return 0;
}

Listing read_adapters(const HostPaths& paths) {
  Listing listing;
  const auto note = [&](int error) {
    if (error != 0 && !means_absent(error)) listing.error = error;
  };
  std::error_code error;
  std::filesystem::directory_iterator entry(paths.sysfs, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto number = folder_number(entry->path().filename().native());
    if (!number) continue;
    HostAdapter adapter{*number, {}};
    const int failure = read_name(entry->path(), adapter.name);
    if (failure == 0) listing.adapters.push_back(std::move(adapter));
    note(failure);
  }
  note(error.value());
  std::ranges::sort(listing.adapters, {}, &HostAdapter::number);
  return listing;
}

std::string sysfs_problem(const HostPaths& paths, int error) {
  return paths.sysfs.native() + " cannot be read: " + std::generic_category().message(error);
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
  return read_adapters(paths).adapters;
}

bool means_absent(int error_number) {
  return error_number == ENOENT || error_number == ENODEV || error_number == ENXIO;
}

bool is_adapter_number(std::string_view name_or_number) {
  return !name_or_number.empty() &&
         name_or_number.find_first_not_of("0123456789") == std::string_view::npos;
}

HostAdapter find_adapter(std::string_view name_or_number, const HostPaths& paths) {
  const auto [adapters, error] = read_adapters(paths);
  if (error != 0) throw AdapterError(sysfs_problem(paths, error));
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
  auto [adapters, error] = read_adapters(paths);
  if (error != 0) return {{}, sysfs_problem(paths, error), /*gone=*/false};
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
