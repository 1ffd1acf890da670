// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/notes.hpp"

#include <utility>

namespace vhost_device::i2c {
namespace {

thread_local NoteScope* innermost = nullptr;

}  // namespace

NoteScope::NoteScope() : outer_(std::exchange(innermost, this)) {}

NoteScope::~NoteScope() { innermost = outer_; }

bool notes_are_wanted() { return innermost != nullptr; }

void add_note(std::string text, std::optional<std::size_t> message) {
  if (text.size() > max_note_length) text.resize(max_note_length);
  for (NoteScope* scope = innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->notes_.size() < max_notes) scope->notes_.push_back({text, message});
  }
}

void name_register(std::size_t message, std::string_view name) {
  for (NoteScope* scope = innermost; scope != nullptr; scope = scope->outer_) {
    if (scope->registers_.size() < max_notes)
      scope->registers_.push_back({message, std::string(name)});
  }
}

}  // namespace vhost_device::i2c
