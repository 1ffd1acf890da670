// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "backends/sim/devices/eeprom.hpp"
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
class At24 final : public Eeprom {
 public:
  /// Throws std::invalid_argument for an unknown part and for an address that it cannot have:
  /// outside 0x50 to 0x57, or with a one where the part takes its block bits from.
  At24(std::string_view part, i2c::Address address);
  /// The same with a geometry that no part of the table has; std::invalid_argument also for one
  /// that is impossible.
  At24(const std::string& name, const At24Geometry& geometry, i2c::Address address);

  /// The table's row for a part. Throws std::invalid_argument when there is none.
  [[nodiscard]] static At24Geometry geometry(std::string_view part);

  /// The WP pin: true for VCC.
  [[nodiscard]] bool write_protect() const;
  void set_write_protect(bool protect);

 private:
  Ack start(Direction direction) override;
  Ack write_all(std::span<const std::byte> values) override;
  void read_all(std::span<std::byte> values) override;
  [[nodiscard]] bool is_protected() const override { return write_protect_; }
  void visit_state(StateVisitor& visitor) override;

  void load_pointer(std::size_t value);

  const At24Geometry geometry_;
  unsigned pointer_bytes_seen_ = 0;
  bool write_protect_ = false;
};

extern const Family at24_family;

}  // namespace vhost_device::sim
