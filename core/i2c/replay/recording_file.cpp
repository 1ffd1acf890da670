// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "core/i2c/replay/held_file.hpp"
#include "core/i2c/replay/recording_format.hpp"
#include "core/i2c/replay/recording_parser.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::i2c {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw RecordingError(path + ": " + reason + "; name a file that was made with --record");
}

}  // namespace

RecordingFile load_recording(const std::string& path) {
  // Not to wait for a writer if it is a pipe.
  support::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) fail(path, std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) fail(path, "it is no file");
  const int descriptor = fd.get();
  const auto held = std::make_shared<const HeldFile>(std::move(fd));

  if (status.st_size > static_cast<off_t>(max_recording_size)) refuse_recording_size(path);
  std::string text;
  constexpr std::size_t piece = std::size_t{1} << 20;
  while (text.size() <= max_recording_size) {
    const std::size_t size = text.size();
    text.resize(size + piece);
    const ssize_t got = ::read(descriptor, text.data() + size, piece);
    if (got < 0) fail(path, std::generic_category().message(errno));
    text.resize(size + static_cast<std::size_t>(got));
    if (got == 0) break;
  }
  RecordingFile file = parse_recording(text, path);
  for (Recording& recording : file.buses) recording.hold(held);
  return file;
}

}  // namespace vhost_device::i2c
