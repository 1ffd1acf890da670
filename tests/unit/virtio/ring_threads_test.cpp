// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <tuple>
#include <vector>

#include "core/support/unique_fd.hpp"
#include "core/virtio/split_queue.hpp"
#include "tests/unit/virtio/guest.hpp"

namespace vhost_device::virtio {
namespace {

using test::Guest;
using Piece = DriverRing::Piece;

/// A kick or a call: an eventfd, as between QEMU and a back-end.
class Event {
 public:
  Event() : fd_(::eventfd(0, EFD_CLOEXEC)) {}

  void signal() const {
    const std::uint64_t one = 1;
    while (::write(fd_.get(), &one, sizeof one) != sizeof one) {
    }
  }
  void wait() const {
    std::uint64_t count = 0;
    while (::read(fd_.get(), &count, sizeof count) != sizeof count) {
    }
  }

 private:
  support::UniqueFd fd_;
};

/// What the device answers to a byte it has read.
constexpr std::byte answer_to(std::byte byte) { return byte ^ std::byte{0x5a}; }

/// A device in a thread of its own: it answers readable bytes with writable ones, and sleeps until
/// it is kicked.
class EchoDevice {
 public:
  EchoDevice(SplitQueue& queue, const Event& kick, const Event& call)
      : queue_(queue), kick_(kick), call_(call), thread_([this] { run(); }) {}

  ~EchoDevice() {
    stop_ = true;
    kick_.signal();
  }

 private:
  void run() {
    while (!stop_) {
      kick_.wait();
      do {
        queue_.disable_notifications();
        while (queue_.pop(chain_) == Pop::chain) echo();
        if (queue_.take_interrupt()) call_.signal();
      } while (queue_.enable_notifications());
    }
  }

  void echo() {
    bytes_.clear();
    for (const Buffer& buffer : chain_.readable) {
      bytes_.insert(bytes_.end(), buffer.data, buffer.data + buffer.size);
    }
    std::size_t written = 0;
    for (const Buffer& buffer : chain_.writable) {
      for (std::size_t i = 0; i < buffer.size; ++i) {
        buffer.data[i] = answer_to(bytes_[written++ % bytes_.size()]);
      }
    }
    queue_.complete(chain_.head, static_cast<std::uint32_t>(written));
  }

  SplitQueue& queue_;
  const Event& kick_;
  const Event& call_;
  Chain chain_;
  std::vector<std::byte> bytes_;
  std::atomic<bool> stop_ = false;
  std::jthread thread_;
};

/// A driver that makes random requests and checks their answers, and sleeps when the ring is full.
class RandomDriver {
 public:
  RandomDriver(Guest& guest, const Event& kick, const Event& call)
      : guest_(guest), kick_(kick), call_(call), slots_(guest.driver.size()) {
    for (std::uint16_t i = 0; i < guest.driver.size(); ++i) free_.push_back(i);
  }

  /// Returns how many of `count` requests were answered as they should be.
  int run(int count) {
    int added = 0;
    int answered = 0;
    while (answered < count && !guest_.driver.broken()) {
      while (added < count && add()) ++added;
      if (guest_.driver.take_kick()) kick_.signal();
      guest_.driver.set_interrupts(false);
      const int taken = collect();
      answered += taken;
      // Asleep only when requests are under way: with answers taken there is room for new ones.
      if (taken == 0 && !guest_.driver.set_interrupts(true)) call_.wait();
    }
    return good_;
  }

 private:
  // Each request has a slot of guest memory: an indirect table, what is read, what is written.
  static constexpr std::size_t slot_bytes = 512;
  static constexpr std::uint32_t max_data = 64;

  struct Slot {
    std::uint16_t number = 0;
    std::uint32_t output = 0;
    std::uint32_t input = 0;
  };

  [[nodiscard]] std::uint64_t table_of(std::uint16_t slot) const {
    return Guest::buffers + slot * slot_bytes;
  }
  [[nodiscard]] std::uint64_t output_of(std::uint16_t slot) const { return table_of(slot) + 128; }
  [[nodiscard]] std::uint64_t input_of(std::uint16_t slot) const { return table_of(slot) + 256; }

  std::uint32_t up_to(std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>(1, limit)(random_);
  }

  bool add() {
    if (free_.empty()) return false;
    const std::uint16_t number = free_.back();
    const Slot slot{number, up_to(max_data), up_to(max_data)};
    const std::uint32_t first = up_to(slot.output);
    const Piece pieces[] = {{output_of(number), first, false},
                            {output_of(number) + first, slot.output - first, false},
                            {input_of(number), slot.input, true}};
    for (std::uint32_t i = 0; i < slot.output; ++i) {
      guest_.at(output_of(number))[i] = static_cast<std::byte>(random_());
    }
    const bool indirect = guest_.driver.size() < std::size(pieces) || up_to(2) == 1;
    const auto head =
        indirect ? guest_.driver.add_indirect(pieces, guest_.at(table_of(number)), table_of(number))
                 : guest_.driver.add(pieces);
    if (!head) return false;
    free_.pop_back();
    slots_[*head] = slot;
    return true;
  }

  int collect() {
    int taken = 0;
    while (const auto used = guest_.driver.take_used()) {
      const Slot& slot = slots_[used->head];
      good_ += used->written == slot.input && answered_well(slot);
      free_.push_back(slot.number);
      ++taken;
    }
    return taken;
  }

  [[nodiscard]] bool answered_well(const Slot& slot) const {
    const auto output = guest_.at(output_of(slot.number)).first(slot.output);
    const auto input = guest_.at(input_of(slot.number)).first(slot.input);
    bool good = true;
    for (std::size_t i = 0; i < input.size(); ++i) {
      good = good && input[i] == answer_to(output[i % output.size()]);
    }
    return good;
  }

  Guest& guest_;
  const Event& kick_;
  const Event& call_;
  std::mt19937 random_{3};
  std::vector<Slot> slots_;
  std::vector<std::uint16_t> free_;
  int good_ = 0;
};

/// Ring size, EVENT_IDX.
class TwoThreads : public testing::TestWithParam<std::tuple<std::uint16_t, bool>> {};

TEST_P(TwoThreads, every_request_is_answered_and_nobody_sleeps_for_ever) {
  const auto [size, event_idx] = GetParam();
  Guest guest(Guest::Setup{.size = size, .event_idx = event_idx, .first_index = 60000});
  const Event kick;
  const Event call;
  const EchoDevice device(guest.queue, kick, call);
  RandomDriver driver(guest, kick, call);

  EXPECT_EQ(driver.run(100'000), 100'000);
  EXPECT_FALSE(guest.driver.broken());
}

INSTANTIATE_TEST_SUITE_P(SplitQueue, TwoThreads,
                         testing::Combine(testing::Values(1, 4, 256), testing::Bool()));

}  // namespace
}  // namespace vhost_device::virtio
