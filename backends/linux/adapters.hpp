// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/i2c/address.hpp"

/// Real buses of the host, by Linux's i2c-dev interface (Documentation/i2c/dev-interface.rst).
///
/// The name is not `linux`: that is a macro where GNU extensions are on.
namespace vhost_device::linux_i2c {

/// Where the kernel shows its adapters. Others than these are for tests.
struct HostPaths {
  std::filesystem::path sysfs = "/sys/bus/i2c/devices";
  std::filesystem::path dev = "/dev";
};

/// An I2C adapter of the host: i2c-NUMBER, with the name that its driver gave it. Numbers may be
/// different after each boot, names are usually not, but several adapters may share one.
struct HostAdapter {
  unsigned number;
  std::string name;

  friend bool operator==(const HostAdapter&, const HostAdapter&) = default;
};

/// An adapter that cannot be used. The text says which, why, and what to do about it.
class AdapterError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "i2c-3 (SMBus I801 adapter at efa0)".
[[nodiscard]] std::string to_string(const HostAdapter& adapter);

/// The adapters that there are, by number. Those whose name cannot be read, since they are going
/// just now, are left out. Nothing at all when `sysfs` cannot be read.
[[nodiscard]] std::vector<HostAdapter> list_adapters(const HostPaths& paths = {});

/// Whether this chooses an adapter by its number: digits and nothing else.
[[nodiscard]] bool is_adapter_number(std::string_view name_or_number);

/// The adapter with this number, or with exactly this name.
///
/// Throws AdapterError when there is none (the text lists those that exist), when several have the
/// name (the text gives their numbers), and when sysfs cannot be read.
[[nodiscard]] HostAdapter find_adapter(std::string_view name_or_number,
                                       const HostPaths& paths = {});

/// What became of an adapter that may have gone and come back since it was found.
struct Found {
  std::optional<HostAdapter> adapter;
  std::string problem;  ///< Why there is none that is the same for sure.
  bool gone = true;     ///< Not so when it may be there, and only could not be looked at.
};

/// Finds `at_start` again. Chosen by name, it is the only adapter with that name, whatever its
/// number is by now; chosen by number, both have to be what they were, so that another adapter that
/// got the number is not taken for it.
[[nodiscard]] Found find_again(const HostAdapter& at_start, bool by_name, const HostPaths& paths);

/// Whether an errno of a file of the kernel's says that what it stands for is not there.
[[nodiscard]] bool means_absent(int error_number);

/// A driver of the host that has a chip to itself.
struct BoundDriver {
  std::string name;                ///< "lm75"
  std::filesystem::path location;  ///< /sys/bus/i2c/devices/3-0048/driver
};

/// The driver of the host that is bound to a chip, if there is one.
[[nodiscard]] std::optional<BoundDriver> bound_driver(unsigned adapter, i2c::Address address,
                                                      const HostPaths& paths);

}  // namespace vhost_device::linux_i2c
