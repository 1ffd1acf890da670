// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/replayed_chip.hpp"

#include <algorithm>

namespace vhost_device::i2c {
namespace {

std::string_view as_key(std::span<const std::byte> data) {
  // Chars and bytes have the same representation.
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

// A write without bytes begins no visit, so that no other key is empty.
constexpr std::string_view before_any_write;

}  // namespace

// ---- from the recording

void ReplayedChip::learn(Outcome outcome) {
  const bool answered =
      outcome.error == TransferError::none || outcome.error == TransferError::data_nack;
  if (!answered) refusal_ = outcome;
  answers_ |= answered;
}

void ReplayedChip::begin_visit(std::string_view key, Visit visit) {
  visit.first_read = static_cast<Index>(reads_.size());
  visits_.push_back(visit);
  visit_keys_.push_back(key);
}

void ReplayedChip::add_write(std::span<const std::byte> data,
                             std::optional<std::uint32_t> next_read, Outcome outcome) {
  learn(outcome);
  if (data.empty()) return;
  if (visits_.empty()) begin_visit(before_any_write, {});
  begin_visit(as_key(data), {.write = outcome,
                             .alone = !next_read,
                             .length = next_read.value_or(0),
                             .has_length = next_read.has_value()});
}

void ReplayedChip::add_read(const RecordedMessage& message, Outcome outcome) {
  learn(outcome);
  if (message.length == 0) return;
  if (visits_.empty()) begin_visit(before_any_write, {});
  Visit& visit = visits_.back();
  if (visit.read_count++ == 0) visit.length = message.length;
  visit.has_length = true;
  reads_.push_back({message, outcome});
}

void ReplayedChip::finish() {
  if (visits_.empty()) begin_visit(before_any_write, {});
  for (Index i = 0; i < visits_.size(); ++i) {
    const Visit& visit = visits_[i];
    Key& key = keys_[visit_keys_[i]];
    if (visit.alone) key.alone.visits.push_back(i);
    if (visit.has_length) key.by_length[visit.length].visits.push_back(i);
    const bool was_taken = visit.write.error == TransferError::none;
    if (visit.alone && was_taken && !visit.has_length) changes_.push_back(i);
  }
  visit_keys_ = {};
  rewind();
}

// ---- replayed

void ReplayedChip::rewind() {
  for (auto& [bytes, key] : keys_) {
    key.alone.last.reset();
    for (auto& [length, walk] : key.by_length) walk.last.reset();
  }
  position_ = {};
  position_.key = &keys_.at(before_any_write);
  position_.visit = 0;
}

ReplayedChip::Outcome ReplayedChip::probe() const { return answers_ ? Outcome{} : refusal_; }

std::optional<ReplayedChip::Index> ReplayedChip::choose(Key& key, std::uint32_t length) const {
  const auto found = key.by_length.lower_bound(length);
  if (found == key.by_length.end()) return std::nullopt;
  Walk& walk = found->second;
  const auto& visits = walk.visits;
  const Index begin = position_.since;
  const auto change = std::ranges::upper_bound(changes_, begin);
  const Index end = change == changes_.end() ? static_cast<Index>(visits_.size()) : *change;
  const auto first = std::ranges::lower_bound(visits, begin);
  const auto last = std::ranges::lower_bound(visits, end);
  auto chosen = first;
  if (first == last) {
    if (first != visits.begin()) --chosen;  // last seen before; else, first seen after
  } else if (walk.last && *walk.last >= begin && *walk.last < end) {
    chosen = std::min(std::ranges::upper_bound(visits, *walk.last), last - 1);
  }
  walk.last = *chosen;
  return *chosen;
}

ReplayedChip::Index ReplayedChip::choose_alone(Walk& walk) const {
  const Index after = std::max(position_.since, walk.last.value_or(0));
  const auto next = std::ranges::upper_bound(walk.visits, after);
  walk.last = next == walk.visits.end() ? walk.visits.back() : *next;
  return *walk.last;
}

std::optional<ReplayedChip::Outcome> ReplayedChip::write(std::span<const std::byte> data,
                                                         std::optional<std::uint32_t> next_read) {
  const auto found = keys_.find(as_key(data));
  position_.reads = 0;
  position_.visit.reset();
  position_.key = found == keys_.end() ? nullptr : &found->second;
  if (position_.key == nullptr) return std::nullopt;
  Key& key = *position_.key;
  if (!next_read && !key.alone.visits.empty()) {
    const Index visit = choose_alone(key.alone);
    position_.visit = visit;
    if (visits_[visit].write.error == TransferError::none) position_.since = visit;
  } else if (next_read) {
    position_.visit = choose(key, *next_read);
  }
  return position_.visit ? visits_[*position_.visit].write : probe();
}

const ReplayedChip::Read* ReplayedChip::find_read(const Visit& visit, std::uint32_t length) {
  const std::span reads = std::span(reads_).subspan(visit.first_read, visit.read_count);
  const auto serves = [length](const Read& read) {
    return read.outcome.error == TransferError::none ? read.message.length >= length
                                                     : read.message.length == length;
  };
  if (reads.empty()) return nullptr;
  // One read too many, of a chip that keeps its pointer, gets the last once more.
  const auto next = reads.subspan(std::min<std::size_t>(position_.reads, reads.size() - 1));
  constexpr std::size_t look_ahead = 64;
  for (const Read& read : next.first(std::min(next.size(), look_ahead))) {
    if (!serves(read)) continue;
    position_.reads = static_cast<Index>(&read - reads.data()) + 1;
    return &read;
  }
  return nullptr;
}

std::optional<ReplayedChip::Outcome> ReplayedChip::read(std::uint32_t length,
                                                        RecordedMessage& brought) {
  if (position_.key == nullptr) return std::nullopt;
  const Read* found = position_.visit ? find_read(visits_[*position_.visit], length) : nullptr;
  if (found == nullptr) {
    const auto visit = choose(*position_.key, length);
    if (!visit) return std::nullopt;
    position_.visit = visit;
    position_.reads = 0;
    found = find_read(visits_[*visit], length);
    // The write before it may have been refused, so that the read was never reached.
    const Outcome& write = visits_[*visit].write;
    if (found == nullptr && write.error != TransferError::none) return write;
    if (found == nullptr) return std::nullopt;
  }
  brought = found->message;
  return found->outcome;
}

}  // namespace vhost_device::i2c
