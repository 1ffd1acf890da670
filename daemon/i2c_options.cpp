// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/i2c_options.hpp"

#include <algorithm>
#include <cstring>
#include <iostream>
#include <limits>
#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

#include "core/io/server.hpp"

namespace vhost_device::daemon {
namespace {

constexpr auto description =
    "Gives virtual machines an I2C bus (vhost-user back-end for virtio-i2c).\n"
    "The chips on the bus are simulated, as a devicetree file describes them.";

constexpr auto footer = R"(
Examples:
  A bus with the chips of board.dts, for one virtual machine:
    vhost-device-i2c --socket-path=/tmp/vi2c.sock --board=board.dts
  and the machine that uses it:
    qemu-system-x86_64 ... -m 512 -object memory-backend-memfd,id=mem,size=512M,share=on \
      -numa node,memdev=mem -chardev socket,path=/tmp/vi2c.sock,id=vi2c \
      -device vhost-user-i2c-pci,chardev=vi2c,id=i2c

  One bus for two machines, on /tmp/vi2c.sock0 and /tmp/vi2c.sock1:
    vhost-device-i2c --socket-path=/tmp/vi2c.sock --socket-count=2 --board=board.dts

Signals: SIGTERM and SIGINT end it at once and remove its sockets.
Exit status: 0 when it was ended, 1 when a socket or a board cannot be used, 2 for a wrong
command line.)";

/// The type of device and what it can do, as vhost-user.rst, "Back-end program conventions", has
/// it.
constexpr auto capabilities = R"({
  "type": "i2c",
  "features": []
})";

bool is_given(std::span<char*> arguments, std::string_view option) {
  return std::ranges::any_of(arguments, [&](const char* argument) { return option == argument; });
}

/// Octal digits into permission bits; the message for CLI11 if they are not.
std::string read_mode(const std::string& text, mode_t& mode) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text.c_str(), &end, 8);
  if (text.empty() || *end != '\0' || value > 0777) {
    return "'" + text + "' is not an octal mode from 0000 to 0777, such as 0660";
  }
  mode = static_cast<mode_t>(value);
  return {};
}

}  // namespace

ParsedCommandLine parse_command_line(int argc, char** argv) {
  ParsedCommandLine parsed;
  I2cOptions& options = parsed.options;
  // It takes precedence over everything else on the command line (vhost-user.rst).
  if (is_given(std::span(argv, static_cast<std::size_t>(argc)), "--print-capabilities")) {
    std::cout << capabilities << '\n';
    parsed.exit_code = exit_ok;
    return parsed;
  }

  CLI::App app(description, "vhost-device-i2c");
  app.footer(footer);
  app.set_version_flag("-V,--version", "vhost-device-i2c " VHOST_DEVICE_VERSION,
                       "Print the version and exit");
  app.get_formatter()->column_width(26);
  bool print_capabilities = false;  // handled above; here for --help
  app.add_flag("--print-capabilities", print_capabilities,
               "Print what this back-end can do as JSON and exit");
  auto* const path = app.add_option("-s,--socket-path", options.socket_path,
                                    "Location of the vhost-user Unix domain sockets:\n"
                                    "PATH0, PATH1, ...; a single one is at PATH, too")
                         ->option_text("PATH");
  app.add_option("-c,--socket-count", options.socket_count,
                 "Number of guests (sockets) to serve at the same time [1]")
      ->option_text("COUNT")
      ->check(CLI::Range(std::size_t{1}, io::Server::max_count))
      ->needs(path);
  std::string mode;
  app.add_option("--socket-mode", mode, "Permissions of the sockets, in octal [0600]")
      ->option_text("MODE")
      ->check([&](const std::string& text) { return read_mode(text, options.socket_mode); })
      ->needs(path);
  auto* const fd = app.add_option("--fd", options.fd,
                                  "Serve this inherited socket instead, be it listening or\n"
                                  "connected; not together with --socket-path")
                       ->option_text("FDNUM")
                       ->check(CLI::Range(0, std::numeric_limits<int>::max()))
                       ->excludes(path);
  app.add_option("-b,--board", options.board,
                 "Devicetree (.dts or .dtb) that describes the bus and its\n"
                 "chips; FILE:NODE chooses one of several buses in it")
      ->option_text("FILE (required)")
      ->required();
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error or off [info]")
      ->option_text("LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  try {
    app.parse(argc, argv);
    if (path->empty() && fd->empty()) {
      throw CLI::RequiredError("One of --socket-path and --fd");
    }
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return parsed;
}

}  // namespace vhost_device::daemon
