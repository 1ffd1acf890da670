// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Answers with VIRTIO_F_IN_ORDER (VIRTIO 1.3, 2.7.9 and 2.8.8): the device may write one entry,
// with the id of a batch's last buffer, into the place of the entry for the batch's first one, and
// goes on behind all of them.

#include <algorithm>
#include <atomic>

#include "core/virtio/ring_access.hpp"
#include "tests/conformance/case.hpp"
#include "tests/conformance/peer.hpp"

namespace vhost_device::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds poll_interval{1};

/// Where the fields of a ring are.
virtio::SplitRing fields(const virtio::DriverRing& ring, std::span<std::byte> memory,
                         std::uint64_t base) {
  const auto at = [&](std::uint64_t address) { return memory.data() + (address - base); };
  return {ring.size(), at(ring.descriptors_address()), at(ring.available_address()),
          at(ring.used_address())};
}

/// Whether the device has written less than all of its part. The cases read nothing that looks so.
bool has_untouched(const Answer& answer) {
  return answer.status == Answer::untouched ||
         std::ranges::find(answer.data, Answer::untouched) != answer.data.end();
}

}  // namespace

Answers Peer::collect_in_order() {
  Answers answers;
  const std::size_t wanted = pending_.size();
  const auto deadline = Clock::now() + options_.limit;
  while (answers.size() < wanted) {
    if (const auto entry = next_entry_in_order()) {
      take_entry_in_order(*entry, answers);
      continue;
    }
    const std::string count =
        std::to_string(wanted - answers.size()) + " of " + std::to_string(wanted) + " requests";
    expect(!is_closed(), "the back-end left with " + count + " unanswered");
    expect(Clock::now() < deadline,
           count + " unanswered after " + std::to_string(options_.limit.count()) + " ms");
    static_cast<void>(wait(call_, poll_interval));
  }
  if (!quiet_) {
    for (const Answer& answer : answers) evidence_.came_back(answer.text());
  }
  return answers;
}

std::optional<Peer::UsedEntry> Peer::next_entry_in_order() {
  if (is_packed()) {
    const std::uint16_t slot = next_in_order_.slot;
    constexpr unsigned marks = virtio::packed_flag::available | virtio::packed_flag::used;
    if ((packed().raw_descriptor(slot).flags & marks) != next_in_order_.used_flags()) {
      return std::nullopt;
    }
    std::atomic_thread_fence(std::memory_order_acquire);  // the flags are written last (2.8.1)
    const virtio::PackedDescriptor entry = packed().raw_descriptor(slot);
    return UsedEntry{.head = entry.id, .written = entry.length, .most = pending_.size()};
  }
  const auto next = static_cast<std::uint16_t>(first_base() + taken_);
  const virtio::SplitRing ring = fields(split(), memory_.bytes(), guest_base);
  const auto there = static_cast<std::uint16_t>(split().raw_used_index() - next);
  if (there == 0) return std::nullopt;
  constexpr auto order = std::memory_order_relaxed;  // the index was read before them
  return UsedEntry{.head = virtio::ring_access::load<std::uint32_t>(
                       virtio::ring_access::used_entry_id(ring, next), order),
                   .written = virtio::ring_access::load<std::uint32_t>(
                       virtio::ring_access::used_entry_length(ring, next), order),
                   .most = there};
}

void Peer::take_entry_in_order(const UsedEntry& entry, Answers& answers) {
  expect(entry.most <= pending_.size(), "there are more answers than requests");
  const auto last = std::ranges::find(pending_, entry.head, &Pending::head);
  expect(last != pending_.end(), "the used ring has a head that is not under way");
  const auto batch = static_cast<std::size_t>(last - pending_.begin()) + 1;
  expect(batch <= entry.most, "buffers are not used in order: an entry is for request " +
                                  std::to_string(batch) + " of those under way, and only " +
                                  std::to_string(entry.most) + " are said to be answered");
  if (batch > 1 && !quiet_) {
    evidence_.came_back("one entry for " + std::to_string(batch) + " requests");
  }
  std::size_t descriptors = 0;
  for (std::size_t i = 0; i < batch; ++i) {
    const Pending& pending = pending_.front();
    // A buffer without an entry of its own is taken to be written completely (2.7.9).
    const bool own = i + 1 == batch;
    const auto whole = static_cast<std::uint32_t>(pending.read_bytes + 1);
    answers.push_back(understand(pending, own ? entry.written : whole));
    expect(own || !has_untouched(answers.back()),
           "an entry stands for a buffer that was not written completely");
    descriptors += pending.descriptors;
    pending_.pop_front();
  }
  taken_ = static_cast<std::uint16_t>(taken_ + batch);
  if (is_packed()) {
    next_in_order_ =
        next_in_order_.after(static_cast<std::uint32_t>(descriptors), options_.ring_size);
  }
}

}  // namespace vhost_device::conformance
