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

bool contains(const std::vector<i2c::Address>& addresses, i2c::Address address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

}  // namespace

AdapterLink::AdapterLink(std::string_view name_or_number, std::vector<i2c::Address> addresses,
                         Options options)
    : options_(std::move(options)),
      addresses_(std::move(addresses)),
      at_start_(find_adapter(name_or_number, options_.paths)),
      by_name_(!is_adapter_number(name_or_number)),
      number_(at_start_.number) {
  // Before it is opened, too, as the driver's name is more use than what may be wrong besides.
  for (const i2c::Address address : addresses_) {
    if (bound_driver(number_, address, options_.paths)) owned_.push_back(address);
  }
  refuse_owned_addresses();
  std::string problem;
  if (!take(at_start_, problem)) throw AdapterError(to_string(at_start_) + ": " + problem);
  refuse_owned_addresses();
}

void AdapterLink::refuse_owned_addresses() const {
  if (options_.force || owned_.empty()) return;
  const i2c::Address address = owned_.front();
  std::string text = to_string(at_start_) + ": " + owner_text(address);
  if (const auto driver = bound_driver(number_, address, options_.paths)) {
    const std::string chip = driver->location.parent_path().filename().native();
    text += "; unbind it (echo " + chip + " > /sys/bus/i2c/drivers/" + driver->name + "/unbind)";
  } else {
    text += "; unbind it";
  }
  throw AdapterError(text + ", or force it (--force; in Python: force=True)");
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
    if (file && identity_of(folder_) == identity_) return file;
  }
  return find_anew();
}

AdapterFile AdapterLink::find_anew() {
  identity_.reset();
  Found found = find_again(at_start_, by_name_, options_.paths);
  AdapterFile file;
  const unsigned number_before = number_;
  if (found.adapter) file = take(*found.adapter, found.problem);
  const std::string before = to_string(HostAdapter{number_before, at_start_.name});
  if (file) {
    tell(before + " is back" +
         (number_ == number_before ? std::string() : " as " + folder_name(number_)));
    for (const i2c::Address address : owned_) tell(before + ": " + owner_text(address));
    gone_ = false;
  } else if (!std::exchange(gone_, true)) {
    tell(before + " is gone: " + found.problem);
  }
  return file;
}

AdapterFile AdapterLink::take(const HostAdapter& adapter, std::string& problem) {
  std::filesystem::path node = options_.paths.dev / folder_name(adapter.number);
  std::filesystem::path folder = options_.paths.sysfs / folder_name(adapter.number);
  AdapterFile file(node);
  if (!file) {
    problem = open_problem(node, file.open_error());
    return {};
  }
  const std::optional<Identity> identity = identity_of(folder);
  // The name once more: it was read before the file kept the adapter from becoming another.
  if (!identity || find_again(adapter, /*by_name=*/false, options_.paths).adapter != adapter) {
    problem = "it is being removed";
    return {};
  }
  if (!file.is_adapter(adapter.number)) {
    problem = node.native() + " is not its device file";
    return {};
  }
  i2c::Functionality functionality = 0;
  problem = configure(file, functionality);
  if (!problem.empty()) return {};

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
  if (!address.is_ten_bit() && file.choose(address, false) == EBUSY) return true;
  return bound_driver(number_, address, options_.paths).has_value();
}

bool AdapterLink::is_owned(const AdapterFile& file, i2c::Address address) {
  if (!contains(owned_, address)) return false;
  if (ask_owned(file, address)) return true;
  std::erase(owned_, address);
  return false;
}

void AdapterLink::note_owned(i2c::Address address) {
  if (contains(owned_, address)) return;
  owned_.push_back(address);
  tell(to_string(HostAdapter{number_, at_start_.name}) + ": " + owner_text(address));
}

void AdapterLink::tell(const std::string& text) const {
  if (notice_) notice_(text);
}

}  // namespace vhost_device::linux_i2c
