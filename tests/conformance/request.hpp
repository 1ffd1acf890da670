// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vhost_device::conformance {

/// How a request is cut into descriptors. The sizes of the pieces add up to the header and what is
/// written, and to what is read and the status; the last piece takes what is left. Empty: header,
/// data and status in one descriptor each, as Linux's driver has it.
struct Framing {
  std::vector<std::size_t> readable;
  std::vector<std::size_t> writable;
  bool indirect = false;
};

/// A virtio-i2c request (VIRTIO 1.3, 5.16.6.1).
struct Request {
  std::uint16_t address_field = 0;  ///< As on the wire: a 7-bit address is in bits 7..1.
  std::uint32_t flags = 0;
  std::vector<std::byte> written;  ///< buf of a write request.
  std::size_t read_bytes = 0;      ///< Length of buf of a read request.
  Framing framing;

  [[nodiscard]] Request joined() const;  ///< With FAIL_NEXT.
  [[nodiscard]] Request framed(Framing how) const;
  [[nodiscard]] std::string text() const;
};

/// Requests to a 7-bit address, not joined to the next.
[[nodiscard]] Request write_to(std::uint8_t address, std::vector<std::byte> data);
[[nodiscard]] Request read_from(std::uint8_t address, std::size_t bytes);

/// What the device left of a request.
struct Answer {
  std::byte status{};             ///< `untouched` when it wrote none.
  std::uint32_t used_length = 0;  ///< used.len
  std::vector<std::byte> data;    ///< buf of a read request.
  bool disturbed = false;         ///< Memory other than buf of a read and the status has changed.

  /// What device-writable memory holds before the device writes it.
  static constexpr std::byte untouched{0xc5};

  [[nodiscard]] bool ok() const { return status == std::byte{0}; }
  [[nodiscard]] bool error() const { return status == std::byte{1}; }
  [[nodiscard]] std::string text() const;
};

using Answers = std::vector<Answer>;

}  // namespace vhost_device::conformance
