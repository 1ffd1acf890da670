// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/bus/segment.hpp"

namespace vhost_device::sim {

/// A chip with further wires, its channels, which it connects with its own one or not. What is on a
/// connected channel is on the bus like any other chip, and may be another mux.
///
/// Chips behind a mux have the lock and the clock that the mux has, wherever it is put.
class Mux : public Device {
 public:
  static constexpr std::size_t max_channels = 32;

  /// One of the wires. The mux has to outlive it.
  class Channel {
   public:
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// As `Bus::attach`. An address is also taken by a chip on the way to the bus, such as the mux
    /// itself, and by one behind a mux of this channel: both would answer. Linux's i2c-mux refuses
    /// the same. Different channels of a mux may have chips at one address; when a switch connects
    /// both, both answer.
    void attach(const std::shared_ptr<Device>& device);
    /// As `Bus::detach`.
    void detach(const Device& device);
    /// Takes every chip off.
    void clear();
    /// In the order of their first addresses.
    [[nodiscard]] std::vector<std::shared_ptr<Device>> devices() const;

    /// Whether messages on the mux's own wire reach this one.
    [[nodiscard]] bool connected() const;

   private:
    friend class Mux;
    Channel(Mux& mux, std::size_t index) : mux_(mux), index_(index), segment_(&mux) {}

    Mux& mux_;
    const std::size_t index_;
    Segment segment_;
  };

  ~Mux() override;

  [[nodiscard]] std::size_t channel_count() const { return channels_.size(); }
  /// Throws std::out_of_range.
  [[nodiscard]] Channel& channel(std::size_t index) const;

 protected:
  /// `connected`: at first, as `connect` has it. At most `max_channels`.
  Mux(std::string name, std::vector<i2c::Address> addresses, std::size_t channel_count,
      std::uint32_t connected = 0);

  /// Connects channel n where bit n is set, and no other, from the next START on. With the lock
  /// held.
  void connect(std::uint32_t channels);

 private:
  friend class Bus;
  friend class Segment;
  friend void for_each_behind(const Device& device,
                              const std::function<void(const Device&)>& visit);

  void take_along(const std::shared_ptr<BusDomain>& domain, std::optional<Time> offset) override;
  [[nodiscard]] const Segment& segment(std::size_t index) const {
    return channels_[index]->segment_;
  }
  [[nodiscard]] bool is_connected(std::size_t index) const {
    return (connected_ >> index & 1) != 0;
  }

  std::vector<std::unique_ptr<Channel>> channels_;
  std::uint32_t connected_;
  const Segment* segment_ = nullptr;  // that it is on
};

}  // namespace vhost_device::sim
