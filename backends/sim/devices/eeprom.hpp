// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/devices/image_file.hpp"
#include "backends/sim/devices/properties.hpp"

namespace vhost_device::sim {

/// What serial EEPROMs have in common: contents that come erased, an address counter, writes that
/// are latched for a page and take effect at STOP, the write cycle after that, and a file that the
/// contents may be kept in.
class Eeprom : public Device {
 public:
  static constexpr std::size_t max_page_size = 256;
  static constexpr std::chrono::milliseconds max_write_cycle{60'000};  ///< Far beyond any part's.

  [[nodiscard]] std::size_t size() const { return contents_.size(); }
  [[nodiscard]] std::size_t page_size() const { return page_size_; }

  /// The contents, as a programmer beside the bus sees them: without write cycles and regardless
  /// of write protection. Throws std::out_of_range beyond `size()`.
  [[nodiscard]] std::vector<std::byte> read_data(std::size_t offset, std::size_t length) const;
  void write_data(std::size_t offset, std::span<const std::byte> bytes);

  /// How long the chip is busy after a write (tWR); 0 for not at all. A new value counts from the
  /// next write on. Throws std::invalid_argument outside 0 to `max_write_cycle`.
  [[nodiscard]] std::chrono::milliseconds write_cycle() const;
  void set_write_cycle(std::chrono::milliseconds duration);

  /// Whether a write cycle is running: nothing is acknowledged meanwhile.
  [[nodiscard]] bool busy() const;

  /// Fills the start of the contents from a file. Throws std::runtime_error when it cannot be read
  /// or is longer than the chip.
  void load_image(const std::filesystem::path& path);
  /// Writes the contents to a file (made if it is not there), and every change from now on when
  /// its write cycle begins: what a guest knows to be written is never lost with this process.
  /// Throws std::runtime_error when that does not work at first, also since another chip saves to
  /// the file; for failures later on, which the guest does not see, there is `last_error`.
  void save_to(const std::filesystem::path& path);
  /// `load_image`, if the file is there, and `save_to`, with nobody's writes lost between the two.
  void keep_in(const std::filesystem::path& path);
  /// Why the contents are not saved at the moment; empty when they are, or need not be.
  [[nodiscard]] std::string last_error() const;

  void stop() override;

 protected:
  /// `page_size`: a power of two that `size` is a multiple of, up to `max_page_size`.
  Eeprom(std::string name, std::vector<i2c::Address> addresses, std::vector<i2c::Address> shared,
         std::size_t size, std::size_t page_size, std::chrono::milliseconds write_cycle);

  /// What follows START: drops what was latched, since only STOP starts the write cycle. NACK while
  /// one is running.
  [[nodiscard]] Ack begin();
  /// Bytes from the address counter on, which goes round within its page.
  void latch(std::span<const std::byte> values);
  /// Bytes from the address counter on, which goes round at multiples of `rollover`.
  void read_on(std::span<std::byte> values, std::size_t rollover);

  /// The address counter; always inside the contents.
  [[nodiscard]] std::size_t pointer() const { return pointer_; }
  void set_pointer(std::size_t pointer) { pointer_ = pointer; }

  /// Whether what was latched is dropped at STOP, without a write cycle. With the lock held.
  [[nodiscard]] virtual bool is_protected() const { return false; }

  void visit_state(StateVisitor& visitor) override;
  void state_kept() override { save(0, size()); }
  void clock_changed(Time offset) override;

 private:
  [[nodiscard]] bool write_cycle_running() const;
  /// Whether the chip saves to this file already; if so, all of it once more.
  bool save_to_the_same(const std::filesystem::path& path);
  void save(std::size_t offset, std::size_t length);
  void check_range(std::size_t offset, std::size_t length) const;

  const std::size_t page_size_;
  std::vector<std::byte> contents_;
  std::size_t pointer_ = 0;

  // What a write has brought since its START; written at STOP.
  std::array<std::byte, max_page_size> page_{};
  std::bitset<max_page_size> latched_;

  std::optional<Time> busy_until_;
  std::chrono::milliseconds write_cycle_;
  std::optional<ImageFile> image_;
  int save_errno_ = 0;
};

/// What a board says of any EEPROM: `vhost-device,image`, `vhost-device,save` and
/// `vhost-device,write-cycle-ms`. Throws PropertyError.
void set_up(Eeprom& chip, const Properties& properties);

}  // namespace vhost_device::sim
