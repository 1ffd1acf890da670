// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace vhost_device::bench {

/// What a transaction does. The bus that is measured has a 24C32 (a word address of 2 bytes, pages
/// of 32, no write cycle) and a chip with registers of 2 bytes behind a pointer of 1, as an LM75.
enum class Work {
  write2,        ///< Sets the EEPROM's word address.
  write1_read2,  ///< Reads a register: a write of 1 and a read of 2, joined by FAIL_NEXT.
  read32,        ///< Reads a page of the EEPROM from where the word address is.
  page_write,    ///< Writes a page of the EEPROM.
};

/// By the names of the command line: write2, write1read2, read32, page-write.
[[nodiscard]] std::optional<Work> parse_work(std::string_view name);
[[nodiscard]] std::string_view to_string(Work work);

inline constexpr unsigned eeprom_address = 0x50;
inline constexpr unsigned register_address = 0x48;
inline constexpr std::size_t page_bytes = 32;
inline constexpr std::size_t eeprom_bytes = 4096;

/// The chip that a work is about, where no other address is asked for.
[[nodiscard]] unsigned default_address(Work work);

/// One message of a transaction.
struct Step {
  bool read = false;
  std::vector<std::byte> data;  ///< What is written, or what a read has to come back with.
};

/// The messages of a transaction, the last one of which ends it.
///
/// Every page of the EEPROM has the same contents, so that any page is right for any read; `page`
/// is the one that a page write is for.
[[nodiscard]] std::vector<Step> steps_of(Work work, std::size_t page);

/// What is in each page of the EEPROM; `inverted` before the page writes that are measured.
[[nodiscard]] std::vector<std::byte> page_contents(bool inverted);
/// A page write of that.
[[nodiscard]] Step write_page(std::size_t page, bool inverted);
/// The write that sets the EEPROM's word address to the start of a page.
[[nodiscard]] Step point_at_page(std::size_t page);

}  // namespace vhost_device::bench
