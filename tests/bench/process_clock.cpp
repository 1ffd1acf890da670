// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/process_clock.hpp"

#include <time.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace vhost_device::bench {
namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) {
    throw std::system_error(errno, std::generic_category(), "clock_gettime");
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

// Not from /proc: what a running thread has used since the last tick is not in there.
std::chrono::nanoseconds processor_time(pid_t process) {
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(process, &clock); error != 0) {
    throw std::system_error(error, std::generic_category(),
                            "the processor time of process " + std::to_string(process));
  }
  return read_clock(clock);
}

std::chrono::nanoseconds own_processor_time() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

std::optional<ResidentMemory> resident_memory(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  ResidentMemory memory;
  bool found = false;
  for (std::string field; status >> field; status.ignore(1024, '\n')) {
    if (field == "VmRSS:") {
      found = static_cast<bool>(status >> memory.total);
    } else if (field == "RssAnon:") {
      status >> memory.own;
    } else if (field == "RssFile:") {
      status >> memory.files;
    } else if (field == "RssShmem:") {
      status >> memory.shared;
    }
  }
  return found ? std::optional(memory) : std::nullopt;
}

}  // namespace vhost_device::bench
