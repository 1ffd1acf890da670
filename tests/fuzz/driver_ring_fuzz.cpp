// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// The driver's ring against a hostile device, which writes over all of the ring at any time: every
// request is answered once at most, and no descriptor is lent twice.
//
// The input is a sequence of steps: a request of some pieces, a byte written, an answer made up, or
// a look for answers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/virtio/driver_ring.hpp"

namespace {

using namespace vhost_device::virtio;

constexpr std::uint16_t ring_size = 16;

void require(bool invariant) {
  if (!invariant) std::abort();
}

class Run {
 public:
  explicit Run(std::uint8_t options)
      : ring_(memory_, 0, ring_size,
              {.event_idx = (options & 1U) != 0,
               .first_index = static_cast<std::uint16_t>(options << 8U)}) {}

  void step(std::uint8_t choice, std::uint8_t first, std::uint8_t second) {
    switch (choice % 4) {
      case 0:
        return add(first % (ring_size + 1U));
      case 1:
        memory_[(first + 256U * second) % memory_.size()] = std::byte{choice};
        return;
      case 2:
        return answer(first, second);
      default:
        return collect();
    }
  }

 private:
  void add(std::size_t pieces) {
    const std::vector<DriverRing::Piece> request(pieces);
    const auto head = ring_.add(request);
    require(head.has_value() == (pieces > 0 && lent_ + pieces <= ring_size));
    static_cast<void>(ring_.take_kick());
    if (!head) return;
    require(*head < ring_size && pieces_[*head] == 0);
    pieces_[*head] = pieces;
    lent_ += pieces;
  }

  /// What an honest device would write, but for the head.
  void answer(std::uint8_t head, std::uint8_t length) {
    const std::uint16_t index = ring_.raw_used_index();
    const std::size_t used = ring_.used_address();
    memory_[used + 4 + 8U * (index % ring_size)] = std::byte{head};
    memory_[used + 8 + 8U * (index % ring_size)] = std::byte{length};
    const auto next = static_cast<std::uint16_t>(index + 1U);
    memory_[used + 2] = static_cast<std::byte>(next & 0xffU);
    memory_[used + 3] = static_cast<std::byte>(next >> 8U);
  }

  void collect() {
    while (const auto used = ring_.take_used()) {
      require(used->head < ring_size && pieces_[used->head] > 0);
      lent_ -= pieces_[used->head];
      pieces_[used->head] = 0;
    }
    ring_.set_interrupts(lent_ > 0);
  }

  alignas(16) std::array<std::byte, 512> memory_{};
  DriverRing ring_;
  std::array<std::size_t, ring_size> pieces_{};  // by head
  std::size_t lent_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Run run(data[0]);
  for (std::size_t i = 1; i + 2 < size; i += 3) run.step(data[i], data[i + 1], data[i + 2]);
  return 0;
}
