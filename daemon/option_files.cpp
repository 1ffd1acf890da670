// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/option_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>

#include "backends/sim/board/board.hpp"

namespace vhost_device::daemon {
namespace {

namespace fs = std::filesystem;

/// Where a file will be made that is not there yet: without links, and without "." and "..".
fs::path place_of(fs::path path) {
  constexpr int max_links = 40;  // as Linux follows, path_resolution(7)
  std::error_code error;
  for (int link = 0; link < max_links && fs::is_symlink(path, error); ++link) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  const fs::path place = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? path.lexically_normal() : place;
}

/// What a file is, whatever it is called.
class FileIdentity {
 public:
  explicit FileIdentity(const std::string& path) {
    struct stat status {};
    const bool exists = path == standard_output ? ::fstat(STDOUT_FILENO, &status) == 0
                                                : ::stat(path.c_str(), &status) == 0;
    if (!exists) {
      place_ = place_of(path);
      return;
    }
    device_ = status.st_dev;
    inode_ = status.st_ino;
    is_character_device_ = S_ISCHR(status.st_mode);
  }

  /// Whether two writers would spoil it, or a writer a reader.
  [[nodiscard]] bool clashes_with(const FileIdentity& other) const {
    return !is_character_device_ &&
           std::tie(device_, inode_, place_) == std::tie(other.device_, other.inode_, other.place_);
  }

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
  fs::path place_;  // of a file that does not exist
  bool is_character_device_ = false;
};

struct OptionFile {
  OptionFile(std::string its_option, std::string its_path, bool writes)
      : option(std::move(its_option)),
        path(std::move(its_path)),
        is_written(writes),
        identity(path) {}

  [[nodiscard]] std::string quoted() const {
    return option + " '" + path + (path == standard_output ? "' (standard output)" : "'");
  }

  std::string option;
  std::string path;  // as it was given
  bool is_written;
  FileIdentity identity;
};

/// What is read comes first.
std::vector<OptionFile> files_of(const I2cOptions& options) {
  std::vector<OptionFile> files;
  if (!options.board.empty()) {
    files.emplace_back("--board", sim::split_board_name(options.board).file.string(), false);
  }
  if (!options.replay.empty()) files.emplace_back("--replay", options.replay, false);
  for (const std::string& trace : options.traces) files.emplace_back("--trace", trace, true);
  if (!options.record.empty()) files.emplace_back("--record", options.record, true);
  return files;
}

[[noreturn]] void refuse(const OptionFile& file, const OptionFile& other) {
  std::string text = "'" + file.path + "' is ";
  if (file.option == other.option && file.path == other.path) {
    text += "given twice; leave one out";
  } else if (other.is_written) {
    text += "the same file as " + other.quoted() + "; give one of them another name";
  } else {
    text += "the same file as " + other.quoted() + ", which it would overwrite; give " +
            file.option + " another name";
  }
  throw CLI::ValidationError(file.option, text);
}

}  // namespace

void refuse_shared_files(const I2cOptions& options) {
  const std::vector<OptionFile> files = files_of(options);
  for (std::size_t later = 0; later < files.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      const OptionFile& file = files[later];
      const OptionFile& other = files[earlier];
      if (!file.is_written) continue;
      const bool is_repeated = file.option == other.option && file.path == other.path;
      if (is_repeated || file.identity.clashes_with(other.identity)) refuse(file, other);
    }
  }
}

}  // namespace vhost_device::daemon
