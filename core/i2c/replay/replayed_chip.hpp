// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/i2c/message.hpp"
#include "core/i2c/replay/recording.hpp"
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

/// What a recording knows of one address, and where its replay stands.
///
/// The recording of an address is cut into visits: a write, and the reads that follow it until the
/// next one. The bytes of the write are what the reads are found by: for most chips they are the
/// register's address. What came before the first write is a visit with no such bytes.
///
/// A visit that is a write alone, with no read before the next write, may have changed the chip.
/// Such changes cut the recording into stretches of time. A guest's write of the same bytes leads
/// to the stretch that begins with it; reads are answered from within the stretch, one visit after
/// the other up to the last, which is repeated. Only for what was not read in this stretch the
/// last visit before it is taken, or, if there is none, the first after it.
class ReplayedChip {
 public:
  /// How a message ended: in the recording, and now.
  struct Outcome {
    TransferError error = TransferError::none;
    std::uint32_t acknowledged = TransferResult::not_known;
  };

  // ---- from the recording, message by message

  /// `next_read` is the length of the read that follows in the same transaction, if one does.
  void add_write(std::span<const std::byte> data, std::optional<std::uint32_t> next_read,
                 Outcome outcome);
  void add_read(const RecordedMessage& message, Outcome outcome);
  /// After the last one.
  void finish();

  // ---- replayed

  void rewind();

  /// What became of a message to nothing but the address: it is answered if it ever was.
  [[nodiscard]] Outcome probe() const;

  /// A write, followed by a read in the same transaction or not. Empty when these bytes were never
  /// written.
  std::optional<Outcome> write(std::span<const std::byte> data,
                               std::optional<std::uint32_t> next_read);

  /// A read; what it brings is the first bytes of `brought`, if it went through. Empty when nothing
  /// as long was ever read after the last write.
  std::optional<Outcome> read(std::uint32_t length, RecordedMessage& brought);

 private:
  using Index = std::uint32_t;  // of a visit

  struct Read {
    RecordedMessage message;
    Outcome outcome;
  };
  struct Visit {
    Outcome write;
    bool alone = false;    // no read follows in the same transaction
    Index first_read = 0;  // in reads_
    Index read_count = 0;
    std::uint32_t length = 0;  // of its first read, as it was asked for
    bool has_length = false;
  };
  /// Visits of one kind, and the last of them that was answered from.
  struct Walk {
    std::vector<Index> visits;
    std::optional<Index> last;
  };
  /// All visits that begin with the same bytes.
  struct Key {
    Walk alone;
    std::map<std::uint32_t, Walk> by_length;  // those with a read, or that a read should follow
  };
  struct Position {
    Key* key = nullptr;  // null: after bytes that were never written
    std::optional<Index> visit;
    Index reads = 0;  // how many were answered from the visit
    Index since = 0;  // where the stretch of time begins
  };

  void begin_visit(std::string_view key, Visit visit);
  void learn(Outcome outcome);
  [[nodiscard]] std::optional<Index> choose(Key& key, std::uint32_t length) const;
  [[nodiscard]] Index choose_alone(Walk& walk) const;
  [[nodiscard]] const Read* find_read(const Visit& visit, std::uint32_t length);

  bool answers_ = false;
  Outcome refusal_{TransferError::address_nack};
  std::vector<Visit> visits_;
  std::vector<Read> reads_;
  std::vector<std::string_view> visit_keys_;  // until finish()
  std::unordered_map<std::string_view, Key> keys_;
  std::vector<Index> changes_;
  Position position_;
};

}  // namespace vhost_device::i2c
