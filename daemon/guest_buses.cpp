// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/guest_buses.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>

#include "backends/linux/adapters.hpp"
#include "backends/linux/i2c_dev.hpp"
#include "backends/sim/board/board.hpp"

namespace vhost_device::daemon {
namespace {

using linux_i2c::BusGrant;
using linux_i2c::I2cDev;

void warn(const std::string& text) { spdlog::warn("{}", text); }
void debug(const std::string& text) { spdlog::debug("{}", text); }

/// The host's adapters that were granted, each opened once with all addresses that any guest has.
class HostAdapters {
 public:
  explicit HostAdapters(const I2cOptions& options) {
    std::map<unsigned, Wanted> wanted;
    for (const auto& list : options.device_lists) {
      for (const BusGrant& grant : list) {
        const unsigned number = resolve(grant.bus, wanted);
        wanted.at(number).addresses.insert(grant.addresses.begin(), grant.addresses.end());
      }
    }
    I2cDev::Options settings;
    settings.timeout = options.timeout;
    settings.retries = options.retries;
    settings.force = options.force;
    for (const auto& [number, adapter] : wanted) open(number, adapter, settings);
  }

  [[nodiscard]] std::shared_ptr<i2c::Adapter> of(const BusGrant& grant) const {
    return adapters_.at(numbers_.at(grant.bus));
  }

 private:
  struct Wanted {
    linux_i2c::HostAdapter adapter;
    bool by_name = false;  ///< In any of the grants: it is found again wherever it comes back.
    std::set<i2c::Address> addresses;
  };

  /// Which adapter the command line means, once for each that it writes differently.
  unsigned resolve(const std::string& bus, std::map<unsigned, Wanted>& wanted) {
    if (const auto known = numbers_.find(bus); known != numbers_.end()) return known->second;
    linux_i2c::HostAdapter found = linux_i2c::find_adapter(bus);
    const unsigned number = found.number;
    Wanted& entry = wanted.try_emplace(number, Wanted{found, false, {}}).first->second;
    if (entry.adapter != found) {
      throw std::runtime_error(to_string(entry.adapter) + " became " + to_string(found) +
                               " just now; start once more when the host's adapters are there");
    }
    entry.by_name |= !linux_i2c::is_adapter_number(bus);
    numbers_[bus] = number;
    return number;
  }

  void open(unsigned number, const Wanted& wanted, const I2cDev::Options& settings) {
    const std::vector addresses(wanted.addresses.begin(), wanted.addresses.end());
    const auto adapter =
        std::make_shared<I2cDev>(wanted.adapter, wanted.by_name, addresses, settings);
    adapter->on_notice(warn);
    if (spdlog::should_log(spdlog::level::debug)) adapter->on_failure(debug);
    spdlog::info("i2c-{} ({}): {} addresses granted", number, adapter->host_adapter().name,
                 addresses.size());
    adapters_[number] = adapter;
  }

  std::map<std::string, unsigned> numbers_;  // by what the command line calls the adapter
  std::map<unsigned, std::shared_ptr<I2cDev>> adapters_;
};

std::shared_ptr<sim::Bus> load_simulated_bus(const std::string& board) {
  auto bus = std::make_shared<sim::Bus>();
  for (const auto& warning : sim::load_board(*bus, board)) warn(warning);
  bus->on_warning(warn);
  spdlog::info("{}: {} chips on the bus", board, bus->devices().size());
  return bus;
}

/// The board's chips and others cannot share an address; `whose` has `addresses`.
void check_against_board(const std::vector<i2c::Address>& addresses, const sim::Bus& bus,
                         const std::string& board,
                         const std::function<std::string(i2c::Address)>& whose) {
  for (const auto& device : bus.devices()) {
    for (const i2c::Address address : device->addresses()) {
      if (std::ranges::find(addresses, address) == addresses.end()) continue;
      throw std::runtime_error(whose(address) + ", where the board " + board + " has '" +
                               device->name() + "'; take it out of one of the two");
    }
  }
}

/// The addresses of a recording lead to it, and without a board all others, too: it reports them.
void add_replay(i2c::Router& router, const Replaying& replaying, std::size_t guest,
                const sim::Bus* simulated, const std::string& board) {
  const auto& replayer = replaying.of(guest);
  const std::vector<i2c::Address>& addresses = replaying.addresses(guest);
  if (simulated != nullptr) {
    check_against_board(addresses, *simulated, board, [&](i2c::Address address) {
      return "--replay " + replaying.path() + " has " + to_string(address);
    });
  }
  for (const i2c::Address address : addresses) {
    if (router.grant(replayer, std::span(&address, 1))) continue;
    throw std::runtime_error("--replay " + replaying.path() + " has " + to_string(address) +
                             ", which --device-list grants; take it out of one of the two");
  }
  if (simulated == nullptr) router.grant_rest(replayer);
}

}  // namespace

std::vector<std::shared_ptr<i2c::Router>> make_guest_buses(const I2cOptions& options,
                                                           const Replaying& replaying) {
  const HostAdapters host(options);
  const auto simulated = options.board.empty() ? nullptr : load_simulated_bus(options.board);

  std::vector<std::shared_ptr<i2c::Router>> buses;
  for (std::size_t guest = 0; guest < options.guest_count(); ++guest) {
    auto router = std::make_shared<i2c::Router>();
    if (!options.device_lists.empty()) {
      const bool own = options.device_lists.size() > 1;
      for (const BusGrant& grant : options.device_lists.at(own ? guest : 0)) {
        if (simulated) {
          check_against_board(
              grant.addresses, *simulated, options.board, [&grant](i2c::Address address) {
                return "--device-list grants " + to_string(address) + " of '" + grant.bus + "'";
              });
        }
        if (!router->grant(host.of(grant), grant.addresses)) {
          throw std::logic_error("an address was granted twice, which the list's parser refuses");
        }
      }
    }
    if (replaying.is_asked_for()) {
      add_replay(*router, replaying, guest, simulated.get(), options.board);
    }
    if (simulated) router->grant_rest(simulated);
    buses.push_back(std::move(router));
  }
  return buses;
}

}  // namespace vhost_device::daemon
