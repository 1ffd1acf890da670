// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Runs transactions through one path of the back-end, in one thread and without a socket, so that
// the instructions of the back-end's side can be counted: see scripts/instructions.

#include <charconv>
#include <cstddef>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string_view>

#include "tests/bench/paths/path.hpp"

namespace {

using namespace vhost_device::bench;

constexpr int exit_usage = 2;

#ifdef __clang__
constexpr std::string_view compiler = "Clang " __clang_version__;
#else
constexpr std::string_view compiler = "GCC " __VERSION__;
#endif

#ifdef __x86_64__
constexpr std::string_view architecture = "x86_64";
#elif defined(__aarch64__)
constexpr std::string_view architecture = "aarch64";
#else
constexpr std::string_view architecture = "other";
#endif

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count == 0) return std::nullopt;
  return count;
}

int describe() {
  std::cout << "compiler: " << compiler << "\narchitecture: " << architecture << '\n';
  for (const Path& path : paths) std::cout << "path: " << path.name << '\n';
  return 0;
}

int run(std::string_view name, std::string_view count_text) {
  const Path* const path = find_path(name);
  const auto count = parse_count(count_text);
  if (path == nullptr || !count) {
    std::cerr << "vhost-device-paths: not a path and a number: " << name << ' ' << count_text
              << '\n';
    return exit_usage;
  }
  run_path(*path, *count);
  std::cout << *count << " transactions, all right\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  try {
    if (argc == 2 && std::string_view(arguments[1]) == "--describe") return describe();
    if (argc == 3) return run(arguments[1], arguments[2]);
  } catch (const std::exception& error) {
    std::cerr << "vhost-device-paths: " << error.what() << '\n';
    return 1;
  }
  std::cerr << "usage: vhost-device-paths PATH COUNT\n       vhost-device-paths --describe\n";
  return exit_usage;
}
