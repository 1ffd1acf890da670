// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/linux/adapter_file.hpp"
#include "backends/linux/adapters.hpp"
#include "backends/linux/notices.hpp"
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

  /// `by_name`: it may come back under another number.
  ///
  /// Throws AdapterError: it is not there any more, no permission, no device file, no functions
  /// that could be used, a time limit that the kernel does not take, or addresses that drivers of
  /// the host own.
  AdapterLink(HostAdapter adapter, bool by_name, std::vector<i2c::Address> addresses,
              Options options);

  /// The adapter as it was found at the start.
  [[nodiscard]] const HostAdapter& at_start() const { return at_start_; }

  /// Without ten_bit_address where there is no I2C_FUNC_I2C: SMBus calls cannot have it. What it
  /// was when the adapter is gone.
  [[nodiscard]] i2c::Functionality functionality() const { return functionality_; }

  /// Opens the adapter, which is to be closed soon (see AdapterLease). Not open when it is gone, or
  /// there and not to be had (for example with EMFILE), which is told once.
  [[nodiscard]] AdapterFile open();

  /// Whether a driver of the host owns this address now, which is told once. Never with `force`.
  /// SMBus calls on the file go to this address afterwards.
  [[nodiscard]] bool is_owned(const AdapterFile& file, i2c::Address address);

  /// Who is told what changes.
  void on_notice(Notices::Handler handler) { notices_.set_handler(std::move(handler)); }

  /// The adapter with the number that it has now.
  [[nodiscard]] HostAdapter current() const { return {number_, at_start_.name}; }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;

    friend bool operator==(const Identity&, const Identity&) = default;
  };

  [[nodiscard]] static std::optional<Identity> identity_of(const std::filesystem::path& folder);

  enum class State { usable, unusable, gone };

  /// Opens an adapter and makes it the current one; not open, and why in `found`.
  [[nodiscard]] AdapterFile take(const HostAdapter& adapter, Found& found);
  [[nodiscard]] AdapterFile find_anew();
  void tell_return(unsigned number_before);
  void tell_failure(const Found& found);
  [[nodiscard]] std::string configure(const AdapterFile& file, i2c::Functionality& functionality);
  [[nodiscard]] bool ask_owned(const AdapterFile& file, i2c::Address address) const;
  [[nodiscard]] std::string owner_text(i2c::Address address) const;
  [[nodiscard]] std::string unbind_text(i2c::Address address) const;
  void refuse_owned_addresses() const;

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
  State state_ = State::usable;
  Notices notices_;
};

}  // namespace vhost_device::linux_i2c
