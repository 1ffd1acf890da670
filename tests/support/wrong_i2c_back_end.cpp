// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Back-ends with one rule broken each, so that the conformance suite is known to find it: this
// project's own, with the queue between it and the device telling lies. On the bus is a 24c32 at
// 0x50.

#include <poll.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "core/i2c/virtio_i2c.hpp"
#include "core/i2c/virtio_i2c_format.hpp"
#include "core/io/server.hpp"
#include "core/virtio/forwarding_queue.hpp"

namespace {

namespace virtio = vhost_device::virtio;
namespace i2c = vhost_device::i2c;
namespace sim = vhost_device::sim;
using vhost_device::io::Server;

constexpr std::uint64_t feature_in_order = 1ULL << 35;  // VIRTIO_F_IN_ORDER (VIRTIO 1.3, 6)
// Long enough for a driver that looks at its ring all the time to see each answer as it comes.
constexpr int pause_ms = 200;
// Bit 31 of a header's flags, which has no meaning: the device refuses the request.
constexpr std::uint32_t meaningless_flag = 1U << 31U;

/// What is wrong with a back-end.
struct Lie {
  std::function<void(std::uint32_t& flags, const virtio::Chain& chain)> about_flags;
  std::function<void(virtio::Completion&)> about_answer;
  std::function<void()> at_broken_ring;
  bool backwards = false;  // the answers to a group, with IN_ORDER offered
};

class LyingQueue final : public virtio::ForwardingQueue {
 public:
  LyingQueue(virtio::Queue& queue, const Lie& lie) : ForwardingQueue(queue), lie_(lie) {}

  virtio::Pop pop(virtio::Chain& chain) override {
    const virtio::Pop result = ForwardingQueue::pop(chain);
    if (result == virtio::Pop::broken && lie_.at_broken_ring) lie_.at_broken_ring();
    if (result == virtio::Pop::chain && lie_.about_flags) replace_header(chain);
    return result;
  }
  void complete(std::span<const virtio::Completion> completions) override {
    std::vector<virtio::Completion> told(completions.begin(), completions.end());
    if (lie_.about_answer) std::ranges::for_each(told, lie_.about_answer);
    if (!lie_.backwards) return ForwardingQueue::complete(told);
    for (std::size_t left = told.size(); left > 0; --left) {
      ForwardingQueue::complete(std::span(told).subspan(left - 1, 1));
      if (left > 1) static_cast<void>(::poll(nullptr, 0, pause_ms));
    }
  }

 private:
  /// Puts a header with other flags in the place of the chain's, if that is whole.
  void replace_header(virtio::Chain& chain) {
    const virtio::Chain original = chain;
    std::size_t taken = 0;
    std::vector<virtio::Buffer> rest;
    for (const virtio::Buffer& buffer : chain.readable) {
      const std::size_t size = std::min(buffer.size, header_.size() - taken);
      if (buffer.data == nullptr) return;
      std::memcpy(header_.data() + taken, buffer.data, size);
      taken += size;
      if (size < buffer.size) rest.push_back({buffer.data + size, buffer.size - size});
    }
    if (taken != header_.size()) return;
    std::uint32_t flags = 0;
    std::memcpy(&flags, header_.data() + flags_offset, sizeof flags);
    lie_.about_flags(flags, original);
    std::memcpy(header_.data() + flags_offset, &flags, sizeof flags);
    chain.readable.assign(1, {header_.data(), header_.size()});
    chain.readable.insert(chain.readable.end(), rest.begin(), rest.end());
  }

  static constexpr std::size_t flags_offset = offsetof(i2c::format::OutHeader, flags);

  const Lie& lie_;
  std::array<std::byte, sizeof(i2c::format::OutHeader)> header_{};
};

class LyingDevice final : public virtio::Device {
 public:
  LyingDevice(std::shared_ptr<i2c::Adapter> adapter, const Lie& lie)
      : device_(std::move(adapter)), lie_(lie) {}

  std::uint64_t features() const override {
    return device_.features() | (lie_.backwards ? feature_in_order : 0);
  }
  std::optional<virtio::Refusal> check_features(std::uint64_t features) const override {
    return device_.check_features(features);
  }
  std::uint16_t queue_count() const override { return device_.queue_count(); }
  void queue_started(std::uint16_t index, bool resumed) override {
    device_.queue_started(index, resumed);
  }
  virtio::Progress process(std::uint16_t index, virtio::Queue& queue) override {
    LyingQueue lying(queue, lie_);
    return device_.process(index, lying);
  }

 private:
  i2c::VirtioI2c device_;
  const Lie& lie_;
};

const std::map<std::string, Lie>& lies() {
  static const std::map<std::string, Lie> table{
      {"nothing", {}},
      // As if every device-writable byte had been written, and one more.
      {"used-length",
       {.about_flags = {},
        .about_answer = [](virtio::Completion& completion) { ++completion.written; },
        .at_broken_ring = {}}},
      // Each message is a transaction of its own.
      {"fail-next-ignored",
       {.about_flags = [](std::uint32_t& flags,
                          const virtio::Chain&) { flags &= ~i2c::format::flag_fail_next; },
        .about_answer = {},
        .at_broken_ring = {}}},
      // All that is waiting is one transaction.
      {"one-group",
       {.about_flags = [](std::uint32_t& flags,
                          const virtio::Chain&) { flags |= i2c::format::flag_fail_next; },
        .about_answer = {},
        .at_broken_ring = {}}},
      // A request is a header, perhaps a buffer, and a status, in a descriptor each.
      {"framing",
       {.about_flags =
            [](std::uint32_t& flags, const virtio::Chain& chain) {
              const auto& [head, in, out, unused] = chain;
              const bool usual = in.size() + out.size() <= 3 && !out.empty() &&
                                 in.front().size == sizeof(i2c::format::OutHeader) &&
                                 out.back().size == 1;
              if (!usual) flags |= meaningless_flag;
            },
        .about_answer = {},
        .at_broken_ring = {}}},
      {"out-of-order",
       {.about_flags = {}, .about_answer = {}, .at_broken_ring = {}, .backwards = true}},
      {"dies", {.about_flags = {}, .about_answer = {}, .at_broken_ring = [] { ::_exit(3); }}},
      {"hangs", {.about_flags = {}, .about_answer = {}, .at_broken_ring = [] { ::pause(); }}},
  };
  return table;
}

int serve(const Lie& lie, const char* path) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const auto bus = std::make_shared<sim::Bus>();
  bus->attach(std::make_shared<sim::At24>("24c32", *i2c::Address::seven_bit(0x50)));
  const Server server({.path = path, .count = 1},
                      [&](std::size_t) { return std::make_unique<LyingDevice>(bus, lie); });
  spdlog::info("listening on {}", path);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto lie = argc == 3 ? lies().find(argv[1]) : lies().end();
  if (lie == lies().end()) {
    std::cerr << "usage: wrong-i2c-back-end WHAT SOCKET, where WHAT is one of";
    for (const auto& [name, unused] : lies()) std::cerr << ' ' << name;
    std::cerr << '\n';
    return 2;
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("wrong"));
  try {
    return serve(lie->second, argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
