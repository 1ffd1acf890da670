// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/bench_report.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "core/virtio/features.hpp"

namespace vhost_device::bench {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double rate(const LoadResult& result) {
  const double time = seconds(result.time);
  return time > 0 ? static_cast<double>(result.transactions) / time : 0;
}

double per_transaction(double amount, const LoadResult& result) {
  return result.transactions == 0 ? 0 : amount / static_cast<double>(result.transactions);
}

double per_transaction(std::chrono::nanoseconds time, const LoadResult& result) {
  return per_transaction(static_cast<double>(time.count()), result);
}

std::chrono::nanoseconds median(std::vector<std::chrono::nanoseconds> times) {
  if (times.empty()) return {};
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

class JsonObject {
 public:
  explicit JsonObject(std::ostream& out) : out_(out) { out_ << '{'; }

  template <typename Value>
  JsonObject& add(std::string_view name, const Value& value) {
    out_ << separator_ << '"' << name << "\": " << value;
    separator_ = ", ";
    return *this;
  }
  JsonObject& add(std::string_view name, bool value) {
    return add<std::string_view>(name, value ? "true" : "false");
  }
  JsonObject& add_text(std::string_view name, std::string_view value) {
    out_ << separator_ << '"' << name << "\": \"" << value << '"';
    separator_ = ", ";
    return *this;
  }
  void end() { out_ << '}'; }

 private:
  std::ostream& out_;
  std::string_view separator_;
};

void add_daemon(JsonObject& object, const LoadResult& result) {
  if (result.daemon_processor) {
    object.add("daemon_cpu_ns", result.daemon_processor->count())
        .add("daemon_cpu_ns_per_transaction", per_transaction(*result.daemon_processor, result));
  }
  if (result.daemon_memory) {
    object.add("daemon_rss_kib", result.daemon_memory->total)
        .add("daemon_rss_own_kib", result.daemon_memory->own)
        .add("daemon_rss_files_kib", result.daemon_memory->files)
        .add("daemon_rss_shared_kib", result.daemon_memory->shared);
  }
}

}  // namespace

void write_json(std::ostream& out, const BenchReport& report) {
  const LoadResult& result = report.result;
  const Options& options = report.options;
  out.precision(10);
  JsonObject object(out);
  object.add_text("work", to_string(options.load.work))
      .add("address", options.load.address)
      .add("depth", options.load.depth)
      .add("guests", options.sockets.size())
      .add("ring_size", options.guest.ring_size)
      .add("packed", options.guest.packed)
      .add("event_idx", (report.features & virtio::feature::event_idx) != 0)
      .add("indirect", (report.features & virtio::feature::indirect_descriptors) != 0)
      .add("spin", options.plan.spin)
      .add("idle", options.idle.has_value())
      .add("seconds", seconds(result.time))
      .add("transactions", result.transactions)
      .add("rate", rate(result))
      .add("latency_mean_ns", result.latencies.mean())
      .add("latency_min_ns", result.latencies.min())
      .add("latency_p50_ns", result.latencies.permille(500))
      .add("latency_p99_ns", result.latencies.permille(990))
      .add("latency_p999_ns", result.latencies.permille(999))
      .add("latency_max_ns", result.latencies.max())
      .add("kicks_per_transaction", per_transaction(static_cast<double>(result.kicks), result))
      .add("interrupts_per_transaction",
           per_transaction(static_cast<double>(result.interrupts), result))
      .add("front_end_cpu_ns_per_transaction", per_transaction(result.own_processor, result))
      .add("connect_to_ready_ns", median(report.connect_to_ready).count())
      .add("wrong_status", result.mistakes.status)
      .add("wrong_length", result.mistakes.length)
      .add("wrong_data", result.mistakes.data)
      .add("came_through", report.came_through);
  add_daemon(object, result);
  object.end();
  out << '\n';
}

void write_text(std::ostream& out, const BenchReport& report) {
  const LoadResult& result = report.result;
  const auto microseconds = [&](std::uint64_t permille) {
    return static_cast<double>(result.latencies.permille(permille)) / 1000;
  };
  out << to_string(report.options.load.work) << ", depth " << report.options.load.depth << ", "
      << report.options.sockets.size() << " guests: " << result.transactions << " transactions in "
      << seconds(result.time) << " s\n"
      << "rate               " << rate(result) << " /s\n"
      << "latency            p50 " << microseconds(500) << ", p99 " << microseconds(990)
      << ", p99.9 " << microseconds(999) << " us\n"
      << "per transaction    " << per_transaction(static_cast<double>(result.kicks), result)
      << " kicks, " << per_transaction(static_cast<double>(result.interrupts), result)
      << " interrupts, " << per_transaction(result.own_processor, result)
      << " ns of the front-end\n"
      << "connect to ready   "
      << static_cast<double>(median(report.connect_to_ready).count()) / 1000 << " us\n";
  if (result.daemon_processor) {
    out << "daemon             " << per_transaction(*result.daemon_processor, result)
        << " ns of a processor per transaction, " << seconds(*result.daemon_processor)
        << " s in all\n";
  }
  if (result.daemon_memory) {
    out << "daemon's memory    " << result.daemon_memory->total << " KiB, of which "
        << result.daemon_memory->own << " its own\n";
  }
  if (!report.is_right()) {
    out << "WRONG              " << result.mistakes.status << " statuses, "
        << result.mistakes.length << " lengths, " << result.mistakes.data << " data; "
        << (report.came_through ? "" : "what was written is not there\n") << '\n';
  }
}

}  // namespace vhost_device::bench
