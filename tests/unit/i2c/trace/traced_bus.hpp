// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/i2c/trace/trace_format.hpp"
#include "core/i2c/trace/tracer.hpp"

namespace vhost_device::i2c::testing {

using Bytes = std::vector<std::byte>;

inline Bytes bytes(std::initializer_list<std::uint8_t> values) {
  Bytes result;
  for (const std::uint8_t value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

inline Address at(unsigned address) { return Address::seven_bit(address).value(); }

/// An adapter that answers each transfer with `result`, after it called `inside`. Reads bring 0xa5.
class ScriptedAdapter final : public Adapter {
 public:
  TransferResult result;
  bool succeeds = true;  ///< Every message does; `result` is for the others.
  std::function<void()> inside = [] {};

  [[nodiscard]] Functionality functionality() const override { return func::any_message; }

 private:
  TransferResult do_transfer(std::span<const Message> messages) override {
    inside();
    for (const Message& message : messages) {
      if (message.read) std::ranges::fill(message.data, std::byte{0xa5});
    }
    return succeeds ? TransferResult{messages.size(), TransferError::none} : result;
  }
};

/// A Tracer over such an adapter, and a clock that the test sets.
struct TracedBus {
  std::shared_ptr<ScriptedAdapter> wire = std::make_shared<ScriptedAdapter>();
  std::chrono::nanoseconds now{0};
  Tracer tracer{wire, [this] { return now; }, Tracer::Options()};

  TransferResult write(unsigned address, Bytes data) {
    const Message message{at(address), false, data};
    return tracer.transfer({&message, 1});
  }
  TransferResult write_read(unsigned address, Bytes sent, std::size_t length) {
    Bytes received(length);
    const Message messages[]{{at(address), false, sent}, {at(address), true, received}};
    return tracer.transfer(messages);
  }
  /// The next transfers end like this.
  void fail(std::size_t completed, TransferError error,
            std::uint32_t acknowledged = TransferResult::not_known) {
    wire->succeeds = false;
    wire->result = {completed, error, acknowledged};
  }
  [[nodiscard]] std::shared_ptr<const Transaction> last() const {
    return tracer.transactions().back();
  }
  /// Everything that was recorded, without what a format begins with.
  [[nodiscard]] std::string formatted(TraceFileType type) const {
    const auto format = make_trace_format(type, {});
    std::string text;
    format->begin(text);
    text.clear();
    for (const auto& transaction : tracer.transactions()) format->add(*transaction, text);
    return text;
  }
};

}  // namespace vhost_device::i2c::testing
