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
#include <string_view>
#include <vector>

#include "backends/sim/bus/device.hpp"
#include "backends/sim/devices/image_file.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

/// What tells the parts of the family apart.
///
/// Devicetree properties (Linux's bindings/eeprom/at24.yaml) that change it: `size`, `pagesize`,
/// `address-width`, `num-addresses`, `no-read-rollover`. Of the chip itself: `read-only` (WP at
/// VCC), `vhost-device,image` (a file that fills the start of the contents),
/// `vhost-device,save` (they go back to that file, which need not exist) and
/// `vhost-device,write-cycle-ms`.
struct At24Geometry {
  std::size_t size = 0;                     ///< Bytes; a power of two from 16 on.
  std::size_t page_size = 0;                ///< Bytes; a power of two, 1 to 256, not above `size`.
  unsigned pointer_bytes = 1;               ///< Of the word address: 1 or 2.
  std::chrono::milliseconds write_cycle{};  ///< tWR, the datasheet's maximum; up to a minute.
  unsigned addresses = 0;     ///< Bus addresses that it answers at; 0: as many as it has blocks.
  bool read_rollover = true;  ///< Whether a read goes on from one block to the next.
};

/// A serial EEPROM of the 24Cxx family, 24C01 to 24CM02.
///
/// | part | bytes | page | word address | block bits | datasheet |
/// |---|---|---|---|---|---|
/// | 24c01, 24c02 | 128, 256 | 8 | 1 byte | none | AT24C01D/02D, DS20006100 |
/// | 24c04, 24c08 | 512, 1 Ki | 16 | 1 byte | A8; A9 A8 | AT24C04C/08C |
/// | 24c16 | 2 Ki | 16 | 1 byte | A10 A9 A8 | AT24C16D, DS20005858 (Atmel 8906) |
/// | 24c32 | 4 Ki | 32 | 2 bytes | none | 24LC32A, DS21713 |
/// | 24c64 | 8 Ki | 32 | 2 bytes | none | AT24C64D, DS20005937 |
/// | 24c128, 24c256 | 16 Ki, 32 Ki | 64 | 2 bytes | none | AT24C128C/256C, DS20006270 |
/// | 24c512 | 64 Ki | 128 | 2 bytes | none | AT24C512C, DS20006161 |
/// | 24c1024, 24cm01 | 128 Ki | 256 | 2 bytes | A16 | AT24CM01, DS20006170 |
/// | 24c2048, 24cm02 | 256 Ki | 256 | 2 bytes | A17 A16 | AT24CM02, DS20006197 |
///
/// The write cycle takes the datasheets' maximum: 10 ms on the 24CM02, 5 ms on the others.
///
/// The clauses that the model follows have the same numbers in all of Microchip's datasheets:
///
/// - 6.1: the block bits are the lowest bits of the chip's address. 8.2: only those of a write
///   count; a read is of the address counter, whichever of the chip's addresses it is sent to.
/// - 7.2: a page write goes round within its page, and so does the address counter after it.
/// - 7.3, 7.4: the write cycle begins with STOP, and until its end nothing is acknowledged. A
///   repeated START in the place of the STOP drops what was sent.
/// - 7.5: the WP pin counts at STOP. When it is at VCC all bytes are acknowledged, nothing is
///   written, and there is no write cycle.
/// - 8.1, 8.3: reads begin where the last access ended, and go round at the end of the array.
/// - 9: the chip comes erased, ff.
///
/// What they leave open: the first byte of a two-byte word address that is not followed by the
/// second replaces the upper half of the address counter.
class At24 final : public Device {
 public:
  static constexpr std::size_t max_page_size = 256;
  static constexpr std::chrono::milliseconds max_write_cycle{60'000};  ///< Far beyond any part's.

  /// Throws std::invalid_argument for an unknown part and for an address that it cannot have:
  /// outside 0x50 to 0x57, or with a one where the part takes its block bits from.
  At24(std::string_view part, i2c::Address address);
  /// The same with a geometry that no part of the table has; std::invalid_argument also for one
  /// that is impossible.
  At24(const std::string& name, const At24Geometry& geometry, i2c::Address address);

  /// The table's row for a part. Throws std::invalid_argument when there is none.
  [[nodiscard]] static At24Geometry geometry(std::string_view part);

  [[nodiscard]] std::size_t size() const { return contents_.size(); }
  [[nodiscard]] std::size_t page_size() const { return geometry_.page_size; }

  /// The contents, as a programmer beside the bus sees them: without write cycles and regardless
  /// of write protection. Throws std::out_of_range beyond `size()`.
  [[nodiscard]] std::vector<std::byte> read_data(std::size_t offset, std::size_t length) const;
  void write_data(std::size_t offset, std::span<const std::byte> bytes);

  /// The WP pin: true for VCC.
  [[nodiscard]] bool write_protect() const;
  void set_write_protect(bool protect);

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

 private:
  Ack start(Direction direction) override;
  Ack write_all(std::span<const std::byte> values) override;
  void read_all(std::span<std::byte> values) override;
  void clock_changed(Time offset) override;

  void load_pointer(std::size_t value);
  void latch(std::byte value);
  [[nodiscard]] bool write_cycle_running() const;
  /// Whether the chip saves to this file already; if so, all of it once more.
  bool save_to_the_same(const std::filesystem::path& path);
  void save(std::size_t offset, std::size_t length);
  void check_range(std::size_t offset, std::size_t length) const;

  const At24Geometry geometry_;
  std::vector<std::byte> contents_;
  std::size_t pointer_ = 0;  // The address counter; always inside the contents.
  unsigned pointer_bytes_seen_ = 0;

  // What a write has brought since its START; written at STOP.
  std::array<std::byte, max_page_size> page_{};
  std::bitset<max_page_size> latched_;

  std::optional<Time> busy_until_;
  std::chrono::milliseconds write_cycle_;
  bool write_protect_ = false;
  std::optional<ImageFile> image_;
  int save_errno_ = 0;
};

extern const Family at24_family;

}  // namespace vhost_device::sim
