// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/i2c/adapter.hpp"
#include "core/i2c/trace/trace_file.hpp"
#include "core/i2c/trace/tracer.hpp"

namespace vhost_device::i2c {

/// Records everything that is transferred on an adapter, in a file for `Replayer`. Transactions go
/// into the file as they end, on a thread of its own.
class Recorder final : public Adapter {
 public:
  /// What was in the file is gone. `on_warning` is told, from the file's thread, when it cannot be
  /// written any more or when a transaction is left out for the first time. Throws
  /// std::system_error with the path in its text, EBUSY for a file that is being written already.
  Recorder(std::shared_ptr<Adapter> adapter, const std::string& path,
           std::function<void(const std::string&)> on_warning);

  [[nodiscard]] Functionality functionality() const override { return tracer_.functionality(); }

  /// Writes what waits still, for `limit` at most, and closes the file. False if something was left
  /// to write. What is transferred later is not recorded. May be called again.
  bool close(std::chrono::milliseconds limit);

  /// How many transactions are not in the file.
  [[nodiscard]] std::uint64_t dropped() const { return file_->dropped(); }

  /// Why some of those before `close` are not in it, with the path; empty if all are.
  [[nodiscard]] std::string loss() const { return file_->loss(); }

 private:
  /// What the adapter answers.
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override {
    return tracer_.transfer(messages);
  }

  Tracer tracer_;
  const std::shared_ptr<TraceFile> file_;
};

}  // namespace vhost_device::i2c
