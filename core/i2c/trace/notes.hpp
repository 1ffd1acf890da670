// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vhost_device::i2c {

/// Something that is worth knowing about a transaction and that no message of it tells, such as a
/// fault that was put into it.
struct Note {
  std::string text;
  std::optional<std::size_t> message;  ///< The message it is about, counted from 0.
};

/// Adds a note to the transaction that this thread is carrying out. To be called from inside of a
/// transfer, by an adapter or a chip; every Tracer above it keeps the note. Costs next to nothing
/// when nobody traces. A transaction keeps the first `max_notes`, up to `max_note_length` bytes of
/// each.
void add_note(std::string text, std::optional<std::size_t> message = std::nullopt);

/// Says which register message number `message` of that transaction begins with. To be called by a
/// bus whose chips have registers with names.
void name_register(std::size_t message, std::string_view name);

/// The name of a register that a message selects.
struct RegisterName {
  std::size_t message;
  std::string name;
};

inline constexpr std::size_t max_notes = 64;
inline constexpr std::size_t max_note_length = 1024;

/// Whether anybody keeps notes on this thread now: spares the making of their texts.
[[nodiscard]] bool notes_are_wanted();

/// Keeps the notes of this thread for as long as it lives.
class NoteScope {
 public:
  NoteScope();
  NoteScope(const NoteScope&) = delete;
  NoteScope& operator=(const NoteScope&) = delete;
  ~NoteScope();

  [[nodiscard]] std::vector<Note> take() { return std::move(notes_); }
  [[nodiscard]] const std::vector<RegisterName>& registers() const { return registers_; }

 private:
  friend void add_note(std::string text, std::optional<std::size_t> message);
  friend void name_register(std::size_t message, std::string_view name);

  NoteScope* const outer_;
  std::vector<Note> notes_;
  std::vector<RegisterName> registers_;
};

}  // namespace vhost_device::i2c
