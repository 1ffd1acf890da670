// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/options.hpp"

#include <bit>
#include <string>

#include <CLI/CLI.hpp>

namespace vhost_device::bench {
namespace {

constexpr int wrong_usage = 2;

constexpr auto description =
    "Loads a vhost-user I2C back-end as the drivers of so many guests would, and says\n"
    "how fast it was. The bus needs a 24C32 at 0x50 that is not busy after a write, and\n"
    "an LM75 at 0x48 that reads 23.5 degrees.";

constexpr auto footer = R"(
Works: write2 sets the EEPROM's word address, write1read2 reads the LM75's temperature
(two requests joined by FAIL_NEXT), read32 reads a page of the EEPROM, page-write
writes one. Each is one transaction.

Exit status: 0 done and all answers right, 1 otherwise, 2 wrong command line.)";

std::chrono::nanoseconds nanoseconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

class CommandLine {
 public:
  explicit CommandLine(Options& options) : options_(options) {
    app_.footer(footer);
    app_.get_formatter()->column_width(28);
    add_guests();
    add_load();
    app_.add_flag("--json", options_.json, "Print the result as JSON, on one line");
  }

  void parse(int argc, char** argv) {
    app_.parse(argc, argv);
    for (const std::string& path : paths_) options_.sockets.emplace_back(path);
    for (std::size_t i = 0; i < guests_; ++i) {
      options_.sockets.emplace_back(prefix_ + std::to_string(i));
    }
    if (options_.sockets.empty()) throw CLI::RequiredError("--socket or --guests");
    if (!options_.guest.packed && !std::has_single_bit(options_.guest.ring_size)) {
      throw CLI::ValidationError("--ring-size", "a split ring has a power of two");
    }
    options_.load.work = parse_work(work_).value();
    options_.load.address = address_ != 0 ? address_ : default_address(options_.load.work);
    options_.load.check_length = !any_length_;
    options_.plan.warm_up = nanoseconds(warm_up_);
    options_.plan.measured = nanoseconds(options_.plan.transactions != 0 ? forever : seconds_);
    if (daemon_ != 0) options_.plan.daemon = daemon_;
    if (app_.count("--idle") != 0) options_.idle = nanoseconds(idle_);
    options_.guest.event_idx = event_idx_ == "on";
    options_.guest.indirect = indirect_ == "on";
    options_.guest.buffer_bytes =
        std::max<std::size_t>(GuestLoad::buffer_bytes(options_.load), 4096);
  }

  int print(const CLI::ParseError& error) { return app_.exit(error) == 0 ? 0 : wrong_usage; }

 private:
  static constexpr double forever = 3600;

  void add_guests() {
    constexpr auto group = "The guests";
    app_.add_option("--socket", paths_, "A guest's socket; may be repeated")
        ->option_text("PATH")
        ->allow_extra_args(false)
        ->group(group);
    auto* const guests =
        app_.add_option("--guests", guests_, "Or so many guests, at PREFIX0, PREFIX1, ...")
            ->option_text("COUNT")
            ->check(CLI::Range(1, 1024))
            ->group(group);
    auto* const prefix =
        app_.add_option("--socket-prefix", prefix_, "What their sockets begin with")
            ->option_text("PREFIX")
            ->group(group);
    guests->needs(prefix);
    prefix->needs(guests);
    app_.add_option("--ring-size", options_.guest.ring_size, "Entries of each ring [1024]")
        ->check(CLI::Range(1, 32768))
        ->group(group);
    app_.add_flag("--packed", options_.guest.packed, "Packed rings instead of split ones")
        ->group(group);
    app_.add_option("--event-idx", event_idx_, "Take VIRTIO_F_EVENT_IDX, if offered [on]")
        ->check(CLI::IsMember({"on", "off"}))
        ->group(group);
    app_.add_option("--indirect", indirect_, "Use indirect tables, if offered, as Linux does [on]")
        ->check(CLI::IsMember({"on", "off"}))
        ->group(group);
  }

  void add_load() {
    constexpr auto group = "The load";
    app_.add_option("--work", work_, "write2, write1read2, read32 or page-write [write2]")
        ->check(CLI::IsMember({"write2", "write1read2", "read32", "page-write"}))
        ->group(group);
    app_.add_option("--address", address_, "The chip's address, instead of the work's own")
        ->check(CLI::Range(0x08, 0x77))
        ->group(group);
    app_.add_option("--depth", options_.load.depth, "Transactions under way in each guest [1]")
        ->check(CLI::Range(1, 4096))
        ->group(group);
    auto* const seconds = app_.add_option("--seconds", seconds_, "How long it is measured [0.3]")
                              ->check(CLI::Range(0.001, forever))
                              ->group(group);
    app_.add_option("--transactions", options_.plan.transactions,
                    "How many transactions are measured, instead of a time")
        ->excludes(seconds)
        ->group(group);
    app_.add_option("--warm-up", warm_up_, "Seconds of load before [0.05]")
        ->check(CLI::Range(0.0, forever))
        ->group(group);
    app_.add_flag("--spin", options_.plan.spin,
                  "Look at the rings over and over instead of waiting for interrupts, which\n"
                  "the device is asked not to send")
        ->group(group);
    app_.add_flag("--any-used-length", any_length_, "Do not look at used.len")->group(group);
    app_.add_option("--idle", idle_,
                    "No load: after one transaction of each guest, let so many seconds pass")
        ->check(CLI::Range(0.0, forever))
        ->group(group);
    app_.add_option("--daemon-pid", daemon_, "The process whose time and memory are looked at")
        ->group(group);
  }

  Options& options_;
  CLI::App app_{description, "vhost-user-bench"};
  std::vector<std::string> paths_;
  std::size_t guests_ = 0;
  std::string prefix_;
  std::string event_idx_ = "on";
  std::string indirect_ = "on";
  std::string work_ = "write2";
  unsigned address_ = 0;
  double seconds_ = 0.3;
  double warm_up_ = 0.05;
  double idle_ = 0;
  bool any_length_ = false;
  pid_t daemon_ = 0;
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

}  // namespace vhost_device::bench
