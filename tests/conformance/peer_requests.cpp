// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/split_ring.hpp"
#include "tests/conformance/case.hpp"
#include "tests/conformance/peer.hpp"

namespace vhost_device::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// Between any two pieces, so that a back-end that takes them for one is found out.
constexpr std::size_t gap = 5;
constexpr std::size_t largest_request = 65536;

/// The device-readable part: header, and buf of a write.
std::vector<std::byte> output_of(const Request& request) {
  const i2c::format::OutHeader header{
      .address = boost::endian::native_to_little(request.address_field),
      .padding = 0,
      .flags = boost::endian::native_to_little(request.flags)};
  std::vector<std::byte> bytes(sizeof header + request.written.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  std::ranges::copy(request.written, bytes.begin() + sizeof header);
  return bytes;
}

/// The pieces that `total` bytes are cut into, as `wanted`; what is left comes last.
std::vector<std::size_t> cut(std::size_t total, std::vector<std::size_t> wanted) {
  const std::size_t sum = std::accumulate(wanted.begin(), wanted.end(), std::size_t{0});
  if (sum < total) wanted.push_back(total - sum);
  return wanted;
}

}  // namespace

std::size_t Peer::allocate(std::size_t size) {
  if (next_ + size + gap > memory_bytes) next_ = arena;
  return std::exchange(next_, next_ + size + gap);
}

std::uint64_t Peer::guest_address(std::size_t offset) const {
  for (const virtio::MemoryRegion& each : options_.regions) {
    if (offset >= each.mmap_offset && offset - each.mmap_offset < each.size) {
      return each.guest_address + (offset - each.mmap_offset);
    }
  }
  throw Failed("the suite itself is wrong: a buffer outside of the guest's memory");
}

std::uint64_t Peer::user_address(std::size_t offset) const { return user_base + offset; }

std::vector<vhost_user::SharedRegion> Peer::shared_regions() const {
  std::vector<vhost_user::SharedRegion> shared;
  for (const virtio::MemoryRegion& each : options_.regions) {
    shared.push_back({.region = each, .file = memory_.file()});
  }
  return shared;
}

Peer::Pending Peer::place(const Request& request) {
  const std::span<std::byte> memory = memory_.bytes();
  // A request lies in one part of the arena, which has nothing else in it.
  if (next_ + largest_request > memory_bytes) next_ = arena;
  const std::vector<std::byte> output = output_of(request);
  Pending pending{.head = 0,
                  .descriptors = 1,
                  .read_bytes = request.read_bytes,
                  .pieces = {},
                  .begin = 0,
                  .before = {}};

  std::vector<std::size_t> readable = request.framing.readable;
  if (readable.empty()) readable.push_back(sizeof(i2c::format::OutHeader));
  std::size_t written = 0;
  for (const std::size_t size : cut(output.size(), std::move(readable))) {
    const std::size_t offset = allocate(size);
    std::memcpy(memory.data() + offset, output.data() + written, size);
    written += size;
    pending.pieces.push_back({offset, size, false});
  }

  std::vector<std::size_t> writable = request.framing.writable;
  if (writable.empty() && request.read_bytes != 0) writable.push_back(request.read_bytes);
  for (const std::size_t size : cut(request.read_bytes + 1, std::move(writable))) {
    const std::size_t offset = allocate(size);
    std::fill_n(memory.begin() + static_cast<std::ptrdiff_t>(offset), size, Answer::untouched);
    pending.pieces.push_back({offset, size, true});
  }
  const auto lowest = std::ranges::min_element(pending.pieces, {}, &Piece::offset);
  const auto highest = std::ranges::max_element(pending.pieces, {}, &Piece::offset);
  pending.begin = lowest->offset;
  const auto around =
      memory.subspan(pending.begin, highest->offset + highest->size - pending.begin);
  pending.before.assign(around.begin(), around.end());
  return pending;
}

bool Peer::submit(const Request& request) {
  Pending pending = place(request);
  std::vector<virtio::DriverRing::Piece> pieces;
  for (const Piece& piece : pending.pieces) {
    pieces.push_back({.guest_address = guest_address(piece.offset),
                      .length = static_cast<std::uint32_t>(piece.size),
                      .device_writable = piece.writable});
  }
  std::optional<std::uint16_t> head;
  if (request.framing.indirect) {
    const std::size_t bytes = pieces.size() * sizeof(virtio::Descriptor);
    const std::size_t table = allocate(bytes);
    head = ring_->add_indirect(pieces, memory_.bytes().subspan(table, bytes), guest_address(table));
  } else {
    head = ring_->add(pieces);
    pending.descriptors = pieces.size();
  }
  if (!head) return false;
  pending.head = *head;
  pending_.push_back(std::move(pending));
  if (!quiet_) evidence_.did(request.text());
  return true;
}

void Peer::kick_if_wanted() {
  if (ring_->take_kick()) kick();
}

void Peer::kick() { kick_.signal(); }

Answers Peer::exchange(std::span<const Request> requests) {
  for (const Request& request : requests) {
    expect(submit(request), "the suite itself is wrong: a request does not fit the ring");
  }
  kick_if_wanted();
  return collect();
}

Answers Peer::collect() {
  Answers answers(pending_.size());
  std::size_t missing = answers.size();
  const auto deadline = Clock::now() + options_.limit;
  while (!take_answers(answers, missing)) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (wait(call_, std::max(left, std::chrono::milliseconds(0)))) continue;
    const std::size_t before = missing;
    const std::string count =
        std::to_string(missing) + " of " + std::to_string(answers.size()) + " requests";
    expect(!is_closed(), "the back-end left with " + count + " unanswered");
    expect(!error_.take(),
           "the back-end reported the ring as broken, with " + count + " unanswered");
    const bool all = take_answers(answers, missing);
    expect(before == missing, "answers came without an interrupt");
    expect(all, count + " unanswered after " + std::to_string(options_.limit.count()) + " ms");
  }
  for (const Answer& answer : answers) {
    if (!quiet_) evidence_.came_back(answer.text());
  }
  pending_.clear();
  return answers;
}

void Peer::discard_answer() {
  expect(ring_->take_used().has_value(), "the used ring has a head that is not under way");
  ++taken_;
}

/// Takes what is there; whether it is all of it.
bool Peer::take_answers(Answers& answers, std::size_t& missing) {
  while (const auto used = ring_->take_used()) {
    ++taken_;
    const auto request = std::ranges::find_if(pending_, [&](const Pending& each) {
      return each.head == used->head && !each.before.empty();
    });
    expect(request != pending_.end(), "a request was answered twice");
    answers.at(static_cast<std::size_t>(request - pending_.begin())) =
        understand(*request, used->written);
    request->before.clear();
    --missing;
  }
  expect(!ring_->broken(), "the used ring has a head that is not under way");
  return missing == 0;
}

Answer Peer::understand(const Pending& pending, std::uint32_t used_length) const {
  const std::span<const std::byte> memory = memory_.bytes();
  std::vector<std::byte> expected = pending.before;
  Answer answer{.status = {}, .used_length = used_length, .data = {}, .disturbed = false};
  for (const Piece& piece : pending.pieces) {
    if (!piece.writable) continue;
    const auto bytes = memory.subspan(piece.offset, piece.size);
    answer.data.insert(answer.data.end(), bytes.begin(), bytes.end());
    std::ranges::copy(bytes,
                      expected.begin() + static_cast<std::ptrdiff_t>(piece.offset - pending.begin));
  }
  answer.status = answer.data.back();
  answer.data.pop_back();
  answer.disturbed = !std::ranges::equal(expected, memory.subspan(pending.begin, expected.size()));
  return answer;
}

}  // namespace vhost_device::conformance
