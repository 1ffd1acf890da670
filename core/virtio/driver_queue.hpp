// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace vhost_device::virtio {

/// The driver's side of a virtqueue, whatever its format, for tests, benchmarks and the in-process
/// guest.
///
/// It lives in memory that the caller shares with the device, and plays by the rules. What the
/// device writes is checked: nothing that it does reaches beyond the ring or frees a descriptor
/// twice. One thread may use it at a time; the device may run in another, or in another process.
class DriverQueue {
 public:
  /// One descriptor of a request.
  struct Piece {
    std::uint64_t guest_address = 0;
    std::uint32_t length = 0;
    bool device_writable = false;
  };

  /// An answered request.
  struct Used {
    std::uint16_t head = 0;     ///< What `add` returned.
    std::uint32_t written = 0;  ///< used.len, as the device claims it.
  };

  virtual ~DriverQueue() = default;

  /// Number of entries.
  [[nodiscard]] virtual std::uint16_t size() const = 0;
  /// Bytes that the ring takes at the start of its memory, alignment included.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;

  /// Guest addresses of its areas, by the names that vhost-user has for them. In a packed ring
  /// "available" is the driver's event suppression, and "used" the device's.
  [[nodiscard]] virtual std::uint64_t descriptors_address() const = 0;
  [[nodiscard]] virtual std::uint64_t available_address() const = 0;
  [[nodiscard]] virtual std::uint64_t used_address() const = 0;

  /// Makes a request available, its pieces in the order given; a driver that keeps to the rules
  /// puts readable ones first. Empty when there are no pieces or too few free descriptors, with
  /// nothing changed. The device sees it at once; whether it needs a kick is what `take_kick` says.
  [[nodiscard]] virtual std::optional<std::uint16_t> add(std::span<const Piece> pieces) = 0;

  /// The same with the pieces in an indirect table, which lies at `table` (16 bytes for each
  /// piece, of any alignment). Empty also when `table` is too small.
  [[nodiscard]] virtual std::optional<std::uint16_t> add_indirect(
      std::span<const Piece> pieces, std::span<std::byte> table,
      std::uint64_t table_guest_address) = 0;

  /// Whether the device wants a kick for what was added since the last call.
  [[nodiscard]] virtual bool take_kick() = 0;

  /// The next answered request, whose descriptors are free again.
  [[nodiscard]] virtual std::optional<Used> take_used() = 0;

  /// Asks for an interrupt at the next answer (`true`) or for none. Returns true when answers are
  /// there already, for which no interrupt may come.
  virtual bool set_interrupts(bool wanted) = 0;

  /// Whether the device answered what was not asked: a head that is not under way, or more answers
  /// than requests. It stays so, and `take_used` returns nothing more.
  [[nodiscard]] virtual bool broken() const = 0;
};

}  // namespace vhost_device::virtio
