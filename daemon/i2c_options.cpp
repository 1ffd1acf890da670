// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "daemon/i2c_options.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/io/server.hpp"
#include "daemon/option_files.hpp"
#include "daemon/replay_options.hpp"
#include "daemon/trace_option.hpp"

namespace vhost_device::daemon {
namespace {

constexpr auto description =
    "Gives virtual machines an I2C bus (vhost-user back-end for virtio-i2c).\n"
    "The chips on the bus are real ones behind the host's adapters, simulated ones\n"
    "that a devicetree file describes, replayed ones of a recording, or some of each.";

constexpr auto footer = R"(
Examples:
  The simulated chips of board.dts, for one virtual machine:
    vhost-device-i2c --socket-path=/tmp/vi2c.sock --board=board.dts
  and the machine that uses them:
    qemu-system-x86_64 ... -m 512 -object memory-backend-memfd,id=mem,size=512M,share=on \
      -numa node,memdev=mem -chardev socket,path=/tmp/vi2c.sock,id=vi2c \
      -device vhost-user-i2c-pci,chardev=vi2c,id=i2c

  Two chips behind the host's adapter "i915 gmbus dpd" and one behind i2c-3, and
  nothing else of these buses:
    vhost-device-i2c -s /run/vi2c.sock -l "i915 gmbus dpd:32:0x15,3:80"

  Each of two machines with its own chips of the same adapter:
    vhost-device-i2c -s /run/vi2c.sock -c 2 -l 3:80 -l 3:81

  Restarted without the machine noticing; QEMU listens with server=on:
    vhost-device-i2c --connect=/run/vm.sock -l 3:80

  What moves on the bus, to read here and to open in Wireshark later:
    vhost-device-i2c -s /tmp/vi2c.sock -b board.dts --trace=- --trace=bus.pcapng

  What a machine does on real chips, recorded once and replayed without them:
    vhost-device-i2c -s /tmp/vi2c.sock -l 3:0x48:0x50 --record=session.txt
    vhost-device-i2c -s /tmp/vi2c.sock --replay=session.txt

Signals:
  SIGTERM and SIGINT end it at once, and its sockets are removed.

Exit status:
  0   it was ended by a signal, or an inherited connection has ended
  1   a socket, adapter, board, recording or trace cannot be used; standard error says why
  2   the command line is wrong
  3   ended as with 0, but the recording of --record is not whole; standard error says why)";

/// The type of device and what it can do, as vhost-user.rst, "Back-end program conventions", has
/// it.
constexpr auto capabilities = R"({
  "type": "i2c",
  "features": []
})";

bool is_given(std::span<char*> arguments, std::string_view option) {
  return std::ranges::any_of(arguments, [&](const char* argument) { return option == argument; });
}

/// The value of an option that is an option by its look: the value itself was forgotten.
std::string refuse_option(const std::string& value) {
  if (!value.starts_with("--")) return {};
  return "needs a value, and '" + value + "' is an option";
}

/// The message for CLI11 if there is nothing in a value, as of a variable that is not set.
std::string refuse_nothing(const std::string& value) {
  return value.empty() ? "needs a value, and has an empty one" : "";
}

/// What stands on the command line, last first, as CLI11 wants it. rust-vmm's daemon takes -s=PATH
/// for -s PATH.
std::vector<std::string> arguments_of(std::span<char*> command_line) {
  std::vector<std::string> arguments;
  for (const std::string_view argument : command_line.subspan(1)) {
    const bool is_short = argument.size() > 2 && argument[0] == '-' && argument[1] != '-';
    const bool has_sign = is_short && argument[2] == '=';
    arguments.emplace_back(argument.substr(0, has_sign ? 2 : argument.size()));
    if (has_sign) arguments.emplace_back(argument.substr(3));
  }
  std::ranges::reverse(arguments);
  return arguments;
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

std::string refuse_poll(const std::string& text) {
  if (io::parse_poll_policy(text)) return {};
  return "'" + text + "' is neither off nor adaptive nor a time from 1us to 100ms";
}

/// The options by themselves, and what they ask of each other.
class CommandLine {
 public:
  CommandLine() {
    app_.footer(footer);
    app_.set_version_flag("-V,--version", "vhost-device-i2c " VHOST_DEVICE_VERSION,
                          "Print the version and exit");
    app_.get_formatter()->column_width(28);
    app_.add_flag("--print-capabilities", print_capabilities_,
                  "Print what this back-end can do as JSON and exit");
    app_.add_option("--log-level", options_.log_level,
                    "trace, debug, info, warn, error or off [info]")
        ->option_text("LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
    app_.add_option("--poll", poll_,
                    "How long to look for a guest's next request before its\n"
                    "thread sleeps: off, a time such as 50us or 1ms, or adaptive\n"
                    "(up to 100us, while requests come that quickly and the\n"
                    "processor is free). Looking takes a processor and spares the\n"
                    "guest the wake-up [off]")
        ->option_text("WHEN")
        ->check(refuse_poll);
    add_trace_option(app_, options_.traces);
    add_record_option(app_, options_.record);
    add_sockets();
    add_chips();
    for (CLI::Option* const option : app_.get_options()) {
      if (option->get_items_expected_min() > 0) option->check(refuse_option);
    }
  }

  void parse(int argc, char** argv, I2cOptions& options) {
    const std::span command_line(argv, static_cast<std::size_t>(argc));
    refuse_empty_values(command_line);
    app_.parse(arguments_of(command_line));
    if (app_.count("--socket-path") + app_.count("--fd") + app_.count("--connect") == 0) {
      throw CLI::RequiredError("One of --socket-path, --connect and --fd");
    }
    if (app_.count("--device-list") + app_.count("--board") + app_.count("--replay") == 0) {
      throw CLI::RequiredError("At least one of --device-list, --board and --replay");
    }
    refuse_shared_files(options_);
    if (milliseconds_ > 0) options_.timeout = std::chrono::milliseconds(milliseconds_);
    if (const auto poll = io::parse_poll_policy(poll_)) options_.poll = *poll;
    read_device_lists();
    options = options_;
  }

  int print(const CLI::ParseError& error) { return app_.exit(error); }

 private:
  void add_sockets() {
    constexpr auto group = "Where guests connect";
    auto* const path = app_.add_option("-s,--socket-path", options_.socket_path,
                                       "Location of the vhost-user Unix domain sockets:\n"
                                       "PATH0, PATH1, ...; a single one is at PATH, too")
                           ->option_text("PATH")
                           ->check(refuse_nothing)
                           ->group(group);
    app_.add_option("-c,--socket-count", options_.socket_count,
                    "Number of guests (sockets) to serve at the same time [1]")
        ->option_text("COUNT")
        ->check(CLI::Range(std::size_t{1}, io::Server::max_count))
        ->needs(path)
        ->group(group);
    app_.add_option("--socket-mode", mode_, "Permissions of the sockets, in octal [0600]")
        ->option_text("MODE")
        ->check([this](const std::string& text) { return read_mode(text, options_.socket_mode); })
        ->needs(path)
        ->group(group);
    auto* const connect = app_.add_option("--connect", options_.connect,
                                          "Connect to a socket on which the virtual machine's\n"
                                          "monitor listens instead, again whenever it ends; once\n"
                                          "for each guest")
                              ->option_text("PATH")
                              ->check(refuse_nothing)
                              ->allow_extra_args(false)
                              ->excludes(path)
                              ->group(group);
    app_.add_option("--fd", options_.fd,
                    "Serve this inherited socket instead, be it listening or\n"
                    "connected")
        ->option_text("FDNUM")
        ->check(CLI::Range(0, std::numeric_limits<int>::max()))
        ->excludes(path)
        ->excludes(connect)
        ->group(group);
  }

  void add_chips() {
    constexpr auto group = "What is on the bus";
    auto* const list =
        app_.add_option("-l,--device-list", device_lists_,
                        "Real chips: BUS:ADDR[:ADDR]...[,BUS:ADDR...], where BUS is\n"
                        "the name of a host's adapter as in sysfs, or its number.\n"
                        "Given once, it is for all guests; else once for each")
            ->option_text("LIST")
            ->allow_extra_args(false)
            ->group(group);
    app_.add_option("-b,--board", options_.board,
                    "Simulated chips, which all guests share: a devicetree (.dts\n"
                    "or .dtb); FILE:NODE chooses one of several buses in it")
        ->option_text("FILE")
        ->check(refuse_nothing)
        ->group(group);
    add_replay_options(app_, options_.replay, options_.replay_order, group);
    app_.add_flag("--allow-reserved", allow_reserved_,
                  "Let --device-list have addresses outside 0x08 to 0x77")
        ->option_text(" ")  // in the place of what it needs
        ->needs(list)
        ->group(group);
    app_.add_flag("--force", options_.force,
                  "Let --device-list have chips that a driver of the host uses")
        ->option_text(" ")
        ->needs(list)
        ->group(group);
    app_.add_option("--timeout", milliseconds_,
                    "Time limit of the host's adapters for a transfer, in ms, in\n"
                    "steps of 10 [the adapter's own, mostly 1000]; it holds for\n"
                    "all users of the adapter")
        ->option_text("MS")
        ->check(CLI::Range(10, 60'000))
        ->needs(list)
        ->group(group);
    app_.add_option("--retries", options_.retries,
                    "How often the host's adapters try again after a lost\n"
                    "arbitration [the adapter's own]")
        ->option_text("COUNT")
        ->check(CLI::Range(0, 100))
        ->needs(list)
        ->group(group);
  }

  /// CLI11 takes the argument behind "--option=" for its value.
  void refuse_empty_values(std::span<char*> arguments) const {
    for (const std::string_view argument : arguments) {
      if (!argument.starts_with("--") || argument.find('=') != argument.size() - 1) continue;
      const std::string option(argument.substr(0, argument.size() - 1));
      if (app_.get_option_no_throw(option) == nullptr) continue;
      if (option == "--device-list") static_cast<void>(parse_device_list({}));
      throw CLI::ValidationError(option, "the value is empty");
    }
  }

  [[nodiscard]] std::vector<linux_i2c::BusGrant> parse_device_list(const std::string& list) const {
    try {
      return linux_i2c::parse_device_list(list, allow_reserved_);
    } catch (const linux_i2c::DeviceListError& error) {
      throw CLI::ValidationError("--device-list", error.what());
    }
  }

  void read_device_lists() {
    const std::size_t guests = options_.guest_count();
    if (device_lists_.size() > 1 && device_lists_.size() != guests) {
      throw CLI::ValidationError("--device-list",
                                 "given " + std::to_string(device_lists_.size()) + " times for " +
                                     std::to_string(guests) +
                                     " guests; give it once for all of them, or once for each");
    }
    for (const std::string& list : device_lists_) {
      options_.device_lists.push_back(parse_device_list(list));
    }
  }

  CLI::App app_{description, "vhost-device-i2c"};
  std::string poll_ = "off";
  I2cOptions options_;
  std::vector<std::string> device_lists_;
  std::string mode_;
  int milliseconds_ = 0;
  bool allow_reserved_ = false;
  bool print_capabilities_ = false;  // handled before; here for --help
};

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

  CommandLine command_line;
  try {
    command_line.parse(argc, argv, options);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = command_line.print(error) == 0 ? exit_ok : exit_usage;
  }
  return parsed;
}

}  // namespace vhost_device::daemon
