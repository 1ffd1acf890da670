// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// The suite as a program: which cases, against what, reported how.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>

#include "tests/conformance/options.hpp"
#include "tests/conformance/report.hpp"
#include "tests/conformance/runner.hpp"

namespace vhost_device::conformance {
namespace {

constexpr int all_passed = 0;
constexpr int some_failed = 1;
constexpr int not_possible = 2;

bool is_chosen(const Case& test, const std::string& name) {
  return test.name == name || test.area() == name;
}

bool is_any_of(const Case& test, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) { return is_chosen(test, name); });
}

/// Throws std::invalid_argument for a name that is none of a case or area.
void check_names(const std::vector<Case>& cases, const std::vector<std::string>& names,
                 const std::string& option) {
  for (const std::string& name : names) {
    if (std::ranges::none_of(cases, [&](const Case& each) { return is_chosen(each, name); })) {
      throw std::invalid_argument(option + ": there is no case or area '" + name +
                                  "'; --list has their names");
    }
  }
}

/// The cases that were asked for; throws std::invalid_argument for a name that is none.
std::vector<Case> choose(const Options& options) {
  std::vector<Case> cases = all_cases();
  check_names(cases, options.only, "--only");
  check_names(cases, options.without, "--without");
  std::erase_if(cases, [&](const Case& each) {
    return (!options.only.empty() && !is_any_of(each, options.only)) ||
           is_any_of(each, options.without);
  });
  return cases;
}

void list(const std::vector<Case>& cases, bool markdown) {
  if (markdown) std::cout << "| case | level | clause | a back-end |\n|---|---|---|---|\n";
  for (const Case& each : cases) {
    if (markdown) {
      std::cout << "| `" << each.name << "` | " << to_string(each.level) << " | " << each.clause
                << " | " << each.requirement << " |\n";
    } else {
      std::cout << each.name << " (" << to_string(each.level) << "; " << each.clause << ")\n    "
                << each.requirement << '\n';
    }
  }
}

/// Says on a terminal how far a run is that takes its time, when its results go somewhere else.
class Progress {
 public:
  explicit Progress(std::size_t total)
      : wanted_(::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 0), total_(total) {}
  ~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void result(const Result& result) {
    ++done_;
    if (!wanted_ || Clock::now() - start_ < std::chrono::seconds(2)) return;
    shown_ = true;
    std::fprintf(stderr, "\r%zu of %zu, last %s\033[K", done_, total_, result.name.c_str());
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool wanted_;
  bool shown_ = false;
  std::size_t total_;
  std::size_t done_ = 0;
  Clock::time_point start_ = Clock::now();
};

/// Throws std::runtime_error when the file cannot be written.
void write_file(const std::string& path, void (*write)(std::ostream&, const Report&),
                const Report& report) {
  if (path.empty()) return;
  std::ofstream file(path);
  write(file, report);
  file.flush();
  if (!file) throw std::runtime_error("cannot write " + path);
}

int run(const Options& options) {
  const std::vector<Case> cases = choose(options);
  if (options.list) {
    list(cases, options.markdown);
    return all_passed;
  }
  Runner runner(options.settings);
  Report report = runner.begin();
  report.version = VHOST_DEVICE_VERSION;
  report.back_end = options.back_end;
  write_text_heading(std::cout, report);
  const std::vector<Runner::Run> plan = Runner::plan(cases, report.features);
  {
    Progress progress(plan.size());
    runner.run(plan, report, [&](const Result& result) {
      write_text_result(std::cout, result, options.verbose);
      std::cout.flush();
      progress.result(result);
    });
  }
  write_text_summary(std::cout, report);
  write_file(options.json, write_json, report);
  write_file(options.junit, write_junit, report);
  return report.passed() ? all_passed : some_failed;
}

}  // namespace
}  // namespace vhost_device::conformance

int main(int argc, char** argv) {
  namespace conformance = vhost_device::conformance;
  conformance::Options options;
  if (const auto status = conformance::parse_options(argc, argv, options)) return *status;
  try {
    return conformance::run(options);
  } catch (const std::exception& error) {
    std::cerr << "vhost-device-i2c-conformance: " << error.what() << '\n';
    return conformance::not_possible;
  }
}
