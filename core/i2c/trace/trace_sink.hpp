// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <memory>

#include "core/i2c/trace/transaction.hpp"

namespace vhost_device::i2c {

/// Who hears of each transaction as it ends.
class TraceSink {
 public:
  TraceSink() = default;
  TraceSink(const TraceSink&) = delete;
  TraceSink& operator=(const TraceSink&) = delete;
  virtual ~TraceSink() = default;

  /// Called by the thread of the transfer, one at a time for each Tracer, with the Tracer's lock
  /// held: it may neither wait nor throw, nor use the Tracer. What takes longer is done on another
  /// thread.
  virtual void put(const std::shared_ptr<const Transaction>& transaction) = 0;
};

}  // namespace vhost_device::i2c
