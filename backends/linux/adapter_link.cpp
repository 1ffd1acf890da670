// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapter_link.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace vhost_device::linux_i2c {
namespace {

std::string folder_name(unsigned number) { return "i2c-" + std::to_string(number); }

std::string errno_text(int error) { return std::generic_category().message(error); }

// A few in a minute: an adapter that goes and comes, and chips that drivers take.
constexpr std::size_t notices_per_period = 10;

bool contains(const std::vector<i2c::Address>& addresses, i2c::Address address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

}  // namespace

AdapterLink::AdapterLink(HostAdapter adapter, bool by_name, std::vector<i2c::Address> addresses,
                         Options options)
    : options_(std::move(options)),
      addresses_(std::move(addresses)),
      at_start_(std::move(adapter)),
      by_name_(by_name),
      number_(at_start_.number),
      notices_(to_string(at_start_), notices_per_period) {
  // Before anything else of it is asked, as the drivers' names are more use than what may be wrong
  // besides.
  const AdapterFile file(options_.paths.dev / folder_name(number_));
  for (const i2c::Address address : addresses_) {
    if (ask_owned(file, address) || bound_driver(number_, address, options_.paths)) {
      owned_.push_back(address);
    }
  }
  refuse_owned_addresses();
  Found found;
  if (!take(at_start_, found)) throw AdapterError(to_string(at_start_) + ": " + found.problem);
  refuse_owned_addresses();
}

void AdapterLink::refuse_owned_addresses() const {
  if (options_.force || owned_.empty()) return;
  std::string owners;
  std::string commands;
  for (const i2c::Address address : owned_) {
    owners += (owners.empty() ? "" : ", ") + owner_text(address);
    if (const std::string command = unbind_text(address); !command.empty()) {
      commands += (commands.empty() ? "" : "; ") + command;
    }
  }
  throw AdapterError(to_string(at_start_) + ": " + owners +
                     (owned_.size() == 1 ? "; unbind it" : "; unbind them") +
                     (commands.empty() ? "" : " (" + commands + ")") +
                     ", or force it (--force; in Python: force=True)");
}

std::string AdapterLink::unbind_text(i2c::Address address) const {
  const auto driver = bound_driver(number_, address, options_.paths);
  if (!driver) return {};
  return "echo " + driver->location.parent_path().filename().native() + " > /sys/bus/i2c/drivers/" +
         driver->name + "/unbind";
}

std::string AdapterLink::owner_text(i2c::Address address) const {
  const std::string text = "the address " + to_string(address) + " belongs to ";
  if (const auto driver = bound_driver(number_, address, options_.paths)) {
    return text + "the host's driver '" + driver->name + "' (" + driver->location.native() + ")";
  }
  return text + "a driver of the host, on another segment of the same bus";
}

std::optional<AdapterLink::Identity> AdapterLink::identity_of(const std::filesystem::path& folder) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

AdapterFile AdapterLink::open() {
  if (identity_) {
    AdapterFile file(node_);
    // In this order: while the file is open, the folder cannot become another adapter's.
    if (file && file.is_adapter(number_) && identity_of(folder_) == identity_) {
      if (state_ != State::usable) tell_return(number_);
      return file;
    }
    if (!file && !means_absent(file.open_error())) {
      tell_failure({{}, open_problem(node_, file.open_error()), /*gone=*/false});
      return {};
    }
  }
  return find_anew();
}

AdapterFile AdapterLink::find_anew() {
  identity_.reset();
  Found found = find_again(at_start_, by_name_, options_.paths);
  const unsigned number_before = number_;
  AdapterFile file;
  if (found.adapter) file = take(*found.adapter, found);
  if (file) {
    tell_return(number_before);
  } else {
    tell_failure(found);
  }
  return file;
}

void AdapterLink::tell_return(unsigned number_before) {
  const bool was_there = std::exchange(state_, State::usable) == State::unusable;
  const std::string before = to_string(HostAdapter{number_before, at_start_.name});
  notices_.tell([&] {
    if (number_ != number_before) return before + " is back as " + folder_name(number_);
    return before + (was_there ? " can be used again" : " is back");
  });
  for (const i2c::Address address : owned_) {
    notices_.tell([&] { return before + ": " + owner_text(address); });
  }
}

void AdapterLink::tell_failure(const Found& found) {
  const State state = found.gone ? State::gone : State::unusable;
  if (std::exchange(state_, state) == state) return;
  notices_.tell([&] {
    return to_string(current()) + (found.gone ? " is gone: " : " cannot be used: ") + found.problem;
  });
}

AdapterFile AdapterLink::take(const HostAdapter& adapter, Found& found) {
  std::filesystem::path node = options_.paths.dev / folder_name(adapter.number);
  std::filesystem::path folder = options_.paths.sysfs / folder_name(adapter.number);
  AdapterFile file(node);
  if (!file) {
    found = {{}, open_problem(node, file.open_error()), means_absent(file.open_error())};
    return {};
  }
  const std::optional<Identity> identity = identity_of(folder);
  // The name once more: it was read before the file kept the adapter from becoming another.
  const Found same = find_again(adapter, /*by_name=*/false, options_.paths);
  if (!identity || same.adapter != adapter) {
    found = {{}, same.gone ? "it is being removed" : same.problem, same.gone};
    return {};
  }
  if (!file.is_adapter(adapter.number)) {
    found = {{}, node.native() + " is not its device file"};
    return {};
  }
  i2c::Functionality functionality = 0;
  if (const std::string problem = configure(file, functionality); !problem.empty()) {
    found = {{}, problem};
    return {};
  }

  number_ = adapter.number;
  node_ = std::move(node);
  folder_ = std::move(folder);
  identity_ = identity;
  functionality_ = functionality;
  owned_.clear();
  for (const i2c::Address address : addresses_) {
    if (ask_owned(file, address)) owned_.push_back(address);
  }
  return file;
}

std::string AdapterLink::configure(const AdapterFile& file, i2c::Functionality& functionality) {
  if (const int error = file.read_functionality(functionality); error != 0) {
    return "it does not say what it can do: " + errno_text(error);
  }
  if ((functionality & i2c::func::i2c) == 0) {
    functionality &= ~i2c::func::ten_bit_address;
    if ((functionality & smbus_functions()) == 0) {
      return "it can do neither I2C nor any SMBus protocol that messages could be sent by";
    }
  }
  if (options_.timeout) {
    if (const int error = file.set_timeout(*options_.timeout); error != 0) {
      return "its timeout cannot be set to " + std::to_string(options_.timeout->count()) +
             " ms: " + errno_text(error);
    }
  }
  if (options_.retries) {
    if (const int error = file.set_retries(*options_.retries); error != 0) {
      return "its retries cannot be set to " + std::to_string(*options_.retries) + ": " +
             errno_text(error);
    }
  }
  return {};
}

bool AdapterLink::ask_owned(const AdapterFile& file, i2c::Address address) const {
  if (options_.force) return false;
  // The kernel also looks behind muxes, but knows 7 bits only.
  if (!address.is_ten_bit()) return file.choose(address, false) == EBUSY;
  return bound_driver(number_, address, options_.paths).has_value();
}

bool AdapterLink::is_owned(const AdapterFile& file, i2c::Address address) {
  if (!ask_owned(file, address)) {
    std::erase(owned_, address);
    return false;
  }
  if (!contains(owned_, address)) {
    owned_.push_back(address);
    notices_.tell([&] { return to_string(current()) + ": " + owner_text(address); });
  }
  return true;
}

}  // namespace vhost_device::linux_i2c
