// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>

#include "backends/sim/bus/state.hpp"

namespace vhost_device::sim {

/// A chip's buffer of bytes, which loses the oldest one to make room for a new one.
template <std::size_t capacity>
class ByteFifo {
 public:
  [[nodiscard]] std::size_t count() const { return count_; }

  /// False if a byte was lost for it.
  [[nodiscard]] bool push(std::byte byte) {
    const bool has_room = count_ < capacity;
    if (!has_room) drop();
    bytes_[(first_ + count_) % capacity] = byte;
    ++count_;
    return has_room;
  }

  /// The oldest byte, which it forgets; while it is empty the one that was read last.
  [[nodiscard]] std::byte pop() {
    if (count_ > 0) {
      last_ = bytes_[first_];
      drop();
    }
    return last_;
  }

  void clear() {
    first_ = 0;
    count_ = 0;
  }

  void visit_state(StateVisitor& visitor) {
    visitor.value("fifo.first", first_, 0, capacity - 1);
    visitor.value("fifo.count", count_, 0, capacity);
    visitor.value("fifo.last", last_, 0, 0xff);
    visitor.bytes("fifo.bytes", bytes_);
  }

 private:
  void drop() {
    first_ = (first_ + 1) % capacity;
    --count_;
  }

  std::array<std::byte, capacity> bytes_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::byte last_{0};
};

}  // namespace vhost_device::sim
