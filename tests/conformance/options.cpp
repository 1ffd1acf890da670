// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/options.hpp"

#include <chrono>

#include <CLI/CLI.hpp>

namespace vhost_device::conformance {
namespace {

constexpr int wrong_usage = 2;

constexpr auto description =
    "Tests a vhost-user I2C back-end by its socket, as a front-end and a driver\n"
    "would, against the rules of VIRTIO 1.3 and of the vhost-user protocol.";

constexpr auto footer = R"(
Any back-end will do that listens on SOCKET and serves one front-end after the
other. It needs an EEPROM of the 24C family on its bus, the last 8 bytes of which
are written (and put back at the end), and an address at which nobody answers.

Examples:
  This project's daemon, with the chips that are the defaults here:
    vhost-device-i2c --socket-path=/tmp/vi2c.sock --board=examples/boards/demo.dts &
    vhost-device-i2c-conformance /tmp/vi2c.sock

  Another one, over a 24C02 (one byte of pointer) behind a real adapter:
    vhost-device-i2c-conformance --eeprom=0x51:1 --absent=0x30 /tmp/other.sock0

  One area, or one case with all that was done and came back:
    vhost-device-i2c-conformance --only=group /tmp/vi2c.sock
    vhost-device-i2c-conformance --only=group/last-fails --verbose /tmp/vi2c.sock

Each case has a level: "must" is demanded by the text it names, "should" is
recommended there or relied upon by front-ends in use, "robust" is what a
front-end that breaks the rules shall not be able to do to others.

Exit status: 0 all cases passed or were not applicable, 1 at least one failed or
the back-end went away, 2 for a wrong command line, a back-end that cannot be
reached at the beginning, or a report that cannot be written.)";

class CommandLine {
 public:
  explicit CommandLine(Options& options) : options_(options) {
    app_.footer(footer);
    app_.set_version_flag("-V,--version", "vhost-device-i2c-conformance " VHOST_DEVICE_VERSION,
                          "Print the version and exit");
    app_.get_formatter()->column_width(28);
    app_.add_option("socket", socket_, "Where the back-end listens")->option_text("SOCKET");
    add_bus();
    add_choice();
    add_reports();
  }

  void parse(int argc, char** argv) {
    app_.parse(argc, argv);
    if (socket_.empty() && !options_.list) throw CLI::RequiredError("SOCKET");
    options_.settings.socket = socket_;
    options_.settings.limit = std::chrono::milliseconds(limit_ms_);
  }

  int print(const CLI::ParseError& error) { return app_.exit(error) == 0 ? 0 : wrong_usage; }

 private:
  void add_bus() {
    constexpr auto group = "What is on the bus";
    app_.add_option("--eeprom", eeprom_,
                    "An EEPROM: its 7-bit address, how many bytes its pointer has\n"
                    "(1 or 2), and its size in bytes [0x50:2:4096]")
        ->option_text("ADDRESS[:POINTER_BYTES[:SIZE]]")
        ->check([this](const std::string& text) {
          return options_.settings.bus.set_eeprom(text).value_or("");
        })
        ->group(group);
    app_.add_option("--absent", absent_, "A 7-bit address at which nobody answers [0x20]")
        ->option_text("ADDRESS")
        ->check([this](const std::string& text) {
          return options_.settings.bus.set_absent(text).value_or("");
        })
        ->group(group);
  }

  void add_choice() {
    constexpr auto group = "What is done";
    app_.add_flag("--list", options_.list, "List the cases and exit")->group(group);
    app_.add_flag("--markdown", options_.markdown, "List them as a table in Markdown")
        ->needs("--list")
        ->group(group);
    app_.add_option("--only", options_.only, "Run this case, or this area; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false)
        ->group(group);
    app_.add_option("--without", options_.without,
                    "Leave this case, or this area, out; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false)
        ->group(group);
    app_.add_option("--limit", limit_ms_,
                    "How long the back-end may take for an answer, in ms [3000]")
        ->option_text("MS")
        ->check(CLI::Range(10, 600'000))
        ->group(group);
  }

  void add_reports() {
    constexpr auto group = "What is reported";
    app_.add_option("--json", options_.json, "Write a report in JSON")
        ->option_text("FILE")
        ->group(group);
    app_.add_option("--junit", options_.junit, "Write a report in JUnit's XML")
        ->option_text("FILE")
        ->group(group);
    app_.add_option("--name", options_.back_end,
                    "What to call the back-end in reports, such as its name and\nversion")
        ->option_text("TEXT")
        ->group(group);
    app_.add_flag("-v,--verbose", options_.verbose,
                  "Say what was done and what came back for all cases, not\n"
                  "only for those that failed")
        ->group(group);
  }

  Options& options_;
  CLI::App app_{description, "vhost-device-i2c-conformance"};
  std::string socket_;
  std::string eeprom_;
  std::string absent_;
  int limit_ms_ = 3000;
};

}  // namespace

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CommandLine command_line(options);
  try {
    command_line.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return command_line.print(error);
  }
  return std::nullopt;
}

}  // namespace vhost_device::conformance
