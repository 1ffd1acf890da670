// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/support/unique_fd.hpp"

namespace vhost_device::i2c {

/// What whole records are written to: a file, pipe or terminal. A file ends at a whole record also
/// when its disk was full in the middle of one.
///
/// Errors are values of errno, and 0 is none.
class OutputFile {
 public:
  /// How many of the records are written, and why the next one is not.
  struct Written {
    std::size_t records = 0;
    int error = 0;
  };

  /// One that somebody else has opened and may write to as well, such as standard output: it is
  /// never emptied or cut.
  explicit OutputFile(support::UniqueFd fd) : fd_(std::move(fd)) {}

  /// Opens a file, or makes it. What is in it stays there up to `empty`. As long as it is open, it
  /// is refused to everybody else who opens it in this way, by whatever name and in whatever
  /// process. A file that it has made and that was neither emptied nor written is removed in the
  /// end.
  ///
  /// Throws std::system_error with the path in its text; EBUSY for one that is refused, as is one
  /// that a HeldFile has, and EPIPE for a pipe that nobody reads.
  [[nodiscard]] static OutputFile open(const std::string& path);

  /// What was in the file is gone.
  [[nodiscard]] int empty();

  /// Writes `text`, which is a sequence of records: `ends` has where in it each of them ends, in
  /// ascending order, and the last one is the end of `text`. Waits for whoever reads it.
  [[nodiscard]] Written write(std::string_view text, std::span<const std::size_t> ends);

  /// Gives the file back to others. Some file systems tell only now that what was written is not
  /// there. May be called again.
  [[nodiscard]] int close();

 private:
  /// A file that is removed in the end, unless it is kept.
  class MadeFile {
   public:
    MadeFile() = default;
    explicit MadeFile(std::string path) : path_(std::move(path)) {}
    MadeFile(MadeFile&& other) noexcept { path_.swap(other.path_); }
    MadeFile& operator=(MadeFile&& other) noexcept;
    MadeFile(const MadeFile&) = delete;
    MadeFile& operator=(const MadeFile&) = delete;
    ~MadeFile() { remove(); }

    void keep() { path_.clear(); }
    void remove();

   private:
    std::string path_;  // empty for none
  };

  OutputFile(support::UniqueFd fd, bool is_own) : fd_(std::move(fd)), is_own_(is_own) {}

  support::UniqueFd fd_;
  bool is_own_ = false;  // a file that nobody else writes to
  MadeFile made_;        // goes before the lock does
};

}  // namespace vhost_device::i2c
