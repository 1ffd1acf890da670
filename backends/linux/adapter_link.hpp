// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/linux/adapter_file.hpp"
#include "backends/linux/adapters.hpp"
#include "core/i2c/address.hpp"
#include "core/i2c/functionality.hpp"

namespace vhost_device::linux_i2c {

/// The way to one adapter of the host, and to no other: it may go and come back, under another
/// number, while another one takes its place.
///
/// An adapter is known by the folder that it has in sysfs (its inode is not used twice). As long as
/// that is the one that was looked at last, nothing needs to be asked again. If not, the adapter is
/// found anew, and everything about it is read and set anew.
///
/// Not thread-safe, apart from `functionality`.
class AdapterLink {
 public:
  struct Options {
    std::optional<std::chrono::milliseconds> timeout;  ///< I2C_TIMEOUT; nothing: as it is.
    std::optional<unsigned> retries;                   ///< I2C_RETRIES; nothing: as it is.
    bool force = false;                                ///< Addresses that drivers own, too.
    HostPaths paths;
  };

  /// Throws AdapterError: no such adapter, no permission, no device file, no functions that could
  /// be used, a time limit that the kernel does not take, or an address that a driver of the host
  /// owns.
  AdapterLink(std::string_view name_or_number, std::vector<i2c::Address> addresses,
              Options options);

  /// The adapter as it was found at the start.
  [[nodiscard]] const HostAdapter& at_start() const { return at_start_; }

  /// Without ten_bit_address where there is no I2C_FUNC_I2C: SMBus calls cannot have it. What it
  /// was when the adapter is gone.
  [[nodiscard]] i2c::Functionality functionality() const { return functionality_; }

  /// Opens the adapter, which is to be closed soon (see AdapterFile). Not open when it is gone,
  /// which is told once.
  [[nodiscard]] AdapterFile open();

  /// Whether a driver of the host owns this address, as far as is known: it was asked for when the
  /// adapter was found, and is asked for again once it was so. Never with `force`.
  [[nodiscard]] bool is_owned(const AdapterFile& file, i2c::Address address);

  /// Notes that the kernel says so, and tells it once.
  void note_owned(i2c::Address address);

  /// Who is told what changes.
  void on_notice(std::function<void(const std::string&)> handler) { notice_ = std::move(handler); }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;

    friend bool operator==(const Identity&, const Identity&) = default;
  };

  [[nodiscard]] static std::optional<Identity> identity_of(const std::filesystem::path& folder);

  /// Opens an adapter and makes it the current one; not open, and why in `problem`.
  [[nodiscard]] AdapterFile take(const HostAdapter& adapter, std::string& problem);
  [[nodiscard]] AdapterFile find_anew();
  [[nodiscard]] std::string configure(const AdapterFile& file, i2c::Functionality& functionality);
  [[nodiscard]] bool ask_owned(const AdapterFile& file, i2c::Address address) const;
  [[nodiscard]] std::string owner_text(i2c::Address address) const;
  void refuse_owned_addresses() const;
  void tell(const std::string& text) const;

  const Options options_;
  const std::vector<i2c::Address> addresses_;
  const HostAdapter at_start_;
  const bool by_name_;

  unsigned number_;  // the current one
  std::filesystem::path node_;
  std::filesystem::path folder_;
  std::optional<Identity> identity_;
  std::atomic<i2c::Functionality> functionality_{0};
  std::vector<i2c::Address> owned_;
  bool gone_ = false;
  std::function<void(const std::string&)> notice_;
};

}  // namespace vhost_device::linux_i2c
