// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/device_tree_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "backends/sim/board/board.hpp"
#include "core/support/unique_fd.hpp"

namespace vhost_device::sim {
namespace {

constexpr std::string_view too_large = "larger than 16 MiB";

[[noreturn]] void fail(const char* what, int error) {
  throw BoardError(std::string(what) + ": " + std::generic_category().message(error));
}

std::vector<std::byte> read_file(const std::filesystem::path& file) {
  // Non-blocking, or a FIFO would hold on here until somebody opens its other end.
  const support::UniqueFd descriptor(
      ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!descriptor) fail("cannot open", errno);
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) fail("cannot open", errno);
  if (!S_ISREG(status.st_mode)) throw BoardError("not a regular file");

  std::vector<std::byte> content;
  std::array<std::byte, 65536> chunk;
  for (;;) {
    const ssize_t count = ::read(descriptor.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read", errno);
    if (count == 0) return content;
    content.insert(content.end(), chunk.begin(), chunk.begin() + count);
    if (content.size() > max_device_tree_size) throw BoardError(std::string(too_large));
  }
}

bool is_blob(const std::vector<std::byte>& content) {
  constexpr std::array magic{std::byte{0xd0}, std::byte{0x0d}, std::byte{0xfe}, std::byte{0xed}};
  return content.size() >= magic.size() && std::equal(magic.begin(), magic.end(), content.begin());
}

/// Source for the C preprocessor, as Linux keeps it: dtc alone takes no line of it.
bool wants_preprocessor(std::string_view source) {
  constexpr std::array<std::string_view, 4> directives{"#include", "#define", "#if", "#undef"};
  return std::ranges::any_of(directives, [&](std::string_view directive) {
    return source.starts_with(directive) ||
           source.find('\n' + std::string(directive)) != std::string_view::npos;
  });
}

/// The first of the compiler's lines, each on a line of its own.
std::string listed(std::string_view messages) {
  constexpr int most_lines = 12;
  std::string text;
  for (int line = 0; line < most_lines && !messages.empty(); ++line) {
    const std::size_t end = std::min(messages.find('\n'), messages.size());
    std::string message(messages.substr(0, end));
    std::ranges::replace_if(
        message, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }, '?');
    text += "\n  " + message;
    messages.remove_prefix(std::min(end + 1, messages.size()));
  }
  return text;
}

ProcessOutcome run_compiler(const std::filesystem::path& file, const DeviceTreeCompiler& compiler) {
  // `--`, for a file whose name starts with a dash. Symbols, for labels as names of nodes. Its
  // warnings are for boards that go into a kernel; those that matter here are ours to give.
  const std::vector<std::string> command{
      compiler.program, "-q", "-@", "-I", "dts", "-O", "dtb", "--", file.string()};
  try {
    return run_bounded(command, compiler.limits);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) {
      throw BoardError("cannot run " + compiler.program + ": " + error.code().message());
    }
    throw BoardError(
        "cannot compile: no program " + compiler.program +
        " (expected in PATH, from the package device-tree-compiler or, on Fedora and Arch, "
        "dtc; a .dtb needs none)");
  }
}

[[noreturn]] void refuse(const ProcessOutcome& outcome, const DeviceTreeCompiler& compiler,
                         std::string_view source) {
  std::string text;
  switch (outcome.end) {
    case ProcessOutcome::End::exited:
      text = "not a devicetree source that " + compiler.program + " takes";
      break;
    case ProcessOutcome::End::signalled:
      text = compiler.program + " was ended by signal " + std::to_string(outcome.code);
      break;
    case ProcessOutcome::End::timed_out:
      text = compiler.program + " took longer than " +
             std::to_string(compiler.limits.wall_time.count()) + " ms";
      break;
    case ProcessOutcome::End::overflowed:
      text = "the blob is " + std::string(too_large);
      break;
  }
  if (wants_preprocessor(source)) {
    text +=
        " (its # lines are for the C preprocessor: compile `cpp -nostdinc -undef -x "
        "assembler-with-cpp -I INCLUDE-FOLDER` of it instead)";
  }
  throw BoardError(text + listed(outcome.messages));
}

}  // namespace

std::vector<std::byte> read_device_tree(const std::filesystem::path& file,
                                        const DeviceTreeCompiler& compiler) {
  std::vector<std::byte> content = read_file(file);
  if (is_blob(content)) return content;
  if (file.extension() == ".dtb") {
    throw BoardError("not a devicetree blob (expected d0 0d fe ed as its first bytes)");
  }
  ProcessOutcome outcome = run_compiler(file, compiler);
  if (outcome.end != ProcessOutcome::End::exited || outcome.code != 0 || !is_blob(outcome.output)) {
    // Chars may look at any object's bytes.
    refuse(outcome, compiler, {reinterpret_cast<const char*>(content.data()), content.size()});
  }
  return std::move(outcome.output);
}

}  // namespace vhost_device::sim
