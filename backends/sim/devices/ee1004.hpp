// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "backends/sim/devices/eeprom.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

/// The EEPROM of a DDR4 memory module (Serial Presence Detect), JEDEC EE1004-v: 512 bytes in two
/// SPD pages of 256, of which one is visible at a time. As the N34C04 (onsemi) and the AT34C04
/// (Microchip DS20005226) describe it:
///
/// | address | written | read |
/// |---|---|---|
/// | 50 to 57 | word address, then up to 16 bytes of a page | from the address counter on |
/// | 36 | SPD page 0 becomes visible (SPA0) | ACK while it is, NACK while it is not (RPA) |
/// | 37 | SPD page 1 becomes visible (SPA1) | NACK |
/// | 31, 34, 35, 30 | NACK | ACK unless block 0, 1, 2 or 3 is write-protected |
///
/// All of these chips on a wire answer at the addresses 30 to 37, which they therefore share.
///
/// - The page is visible from the acknowledge of its address on; bytes after that are acknowledged
///   and mean nothing.
/// - Writes go round within 16 bytes, reads at the end of the SPD page.
/// - A write to a protected block: the word address is acknowledged, data is not (DS20005226, table
///   7-1).
/// - The write cycle begins with STOP and takes 5 ms; until its end nothing is acknowledged.
///
/// Not modelled: setting and clearing the protection by commands (SWP at 31, 34, 35 and 30, CWP at
/// 33), since that takes 7 to 10 V on the pin A0; they get a NACK, as without that. A host has
/// `set_block_protected`.
class Ee1004 final : public Eeprom {
 public:
  static constexpr std::size_t spd_page_size = 256;
  static constexpr std::size_t block_size = 128;
  static constexpr std::size_t block_count = 4;

  /// Throws std::invalid_argument for an address outside 0x50 to 0x57.
  explicit Ee1004(i2c::Address address);

  /// Which SPD page is visible: 0 or 1.
  [[nodiscard]] std::size_t spd_page() const;

  /// Whether a block of 128 bytes is write-protected. Throws std::out_of_range above 3.
  [[nodiscard]] bool block_protected(std::size_t block) const;
  void set_block_protected(std::size_t block, bool protect);

 private:
  Ack start(Direction direction) override;
  Ack write_all(std::span<const std::byte> values) override;
  void read_all(std::span<std::byte> values) override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] bool is_command() const { return selected_address() != addresses().front(); }
  Ack command(Direction direction);

  std::array<bool, block_count> protected_{};
  bool upper_page_ = false;
};

extern const Family ee1004_family;

}  // namespace vhost_device::sim
