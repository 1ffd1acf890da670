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
struct At24Geometry {
  std::size_t size = 0;                   ///< Bytes; a power of two from 16 on.
  std::size_t page_size = 0;              ///< Bytes; a power of two, 1 to 256, not above `size`.
  unsigned pointer_bytes = 1;             ///< Of the word address: 1 or 2.
  std::chrono::milliseconds write_cycle;  ///< tWR, the maximum of the datasheet.
  unsigned addresses = 0;     ///< Bus addresses that it answers at; 0: what the size needs.
  bool read_rollover = true;  ///< Whether a read goes on from one block to the next.
};

/// A serial EEPROM of the 24Cxx family, 24C01 to 24CM02.
///
/// | part | bytes | page | pointer | block bits | Atmel / Microchip datasheet |
/// |---|---|---|---|---|---|
/// | 24c01, 24c02 | 128, 256 | 8 | 1 byte | none | AT24C01D/02D, DS20006104 |
/// | 24c04, 24c08 | 512, 1K | 16 | 1 byte | 1, 2 | AT24C04D/08D, DS20006127 |
/// | 24c16 | 2K | 16 | 1 byte | 3 | AT24C16D, DS20005858 (Atmel 8906) |
/// | 24c32 | 4K | 32 | 2 bytes | none | AT24C32E, DS20006018 |
/// | 24c64 | 8K | 32 | 2 bytes | none | AT24C64D, DS20005937 |
/// | 24c128, 24c256 | 16K, 32K | 64 | 2 bytes | none | AT24C128C/256C, Atmel 8568 |
/// | 24c512 | 64K | 128 | 2 bytes | none | AT24C512C |
/// | 24c1024 (24cm01) | 128K | 256 | 2 bytes | 1 (A16) | AT24CM01, DS20006170 |
/// | 24c2048 (24cm02) | 256K | 256 | 2 bytes | 2 (A17, A16) | AT24CM02, DS20006197 |
class At24 final : public Device {
 public:
  /// Throws std::invalid_argument for an unknown part and for an address that it cannot have:
  /// outside 0x50 to 0x57, or with a one where the part takes its block bits from.
  At24(std::string_view part, i2c::Address address);
  /// The same with a geometry that no part of the table has; std::invalid_argument also for one
  /// that is impossible.
  At24(std::string name, const At24Geometry& geometry, i2c::Address address);

  /// The table's row for a part. Throws std::invalid_argument when there is none.
  [[nodiscard]] static At24Geometry geometry(std::string_view part);

  [[nodiscard]] std::size_t size() const { return contents_.size(); }
  [[nodiscard]] std::size_t page_size() const { return geometry_.page_size; }

  /// The contents, as a programmer beside the bus sees them: without write cycles and regardless
  /// of write protection. Throws std::out_of_range beyond `size()`.
  [[nodiscard]] std::vector<std::byte> read_data(std::size_t offset, std::size_t length) const;
  void write_data(std::size_t offset, std::span<const std::byte> bytes);

  /// The WP pin. At VCC, bytes are acknowledged as ever, and then not written (DS20005858, 7.5).
  [[nodiscard]] bool write_protect() const;
  void set_write_protect(bool protect);

  /// How long the chip is busy after a write; 0 for not at all. Throws std::invalid_argument for
  /// a negative time.
  [[nodiscard]] std::chrono::milliseconds write_cycle() const;
  void set_write_cycle(std::chrono::milliseconds duration);

  /// Whether a write cycle is running: nothing is acknowledged meanwhile.
  [[nodiscard]] bool busy() const;

  /// Fills the start of the contents from a file. Throws std::runtime_error when it cannot be read
  /// or is longer than the chip.
  void load_image(const std::filesystem::path& path);
  /// Writes the contents to a file (made if it is not there), and every change from now on as soon
  /// as its write cycle begins. Throws std::runtime_error when that does not work at first; for
  /// failures later on there is `last_error`.
  void save_to(const std::filesystem::path& path);
  /// Why contents were last not saved; empty when they always were.
  [[nodiscard]] std::string last_error() const;

  void stop() override;

 private:
  Ack start(Direction direction) override;
  Ack write(std::byte value) override;
  std::byte read() override;
  void clock_changed(Time offset) override;

  void load_pointer(std::size_t value);
  void latch(std::byte value);
  [[nodiscard]] bool write_cycle_running() const;
  void save(std::size_t offset, std::size_t length);
  void check_range(std::size_t offset, std::size_t length) const;

  static constexpr std::size_t max_page_size = 256;

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
