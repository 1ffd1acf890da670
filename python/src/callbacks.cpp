// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/callbacks.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "python/src/process_wide.hpp"

namespace vhost_device::python {
namespace {

struct Gate {
  std::mutex mutex;
  std::condition_variable left;
  std::size_t inside = 0;
  bool closed = false;
};

Gate& gate() { return ProcessWide<Gate>::instance(); }

thread_local std::size_t depth = 0;

}  // namespace

CallbackGate::CallbackGate() {
  const std::lock_guard lock(gate().mutex);
  if (gate().closed) return;
  ++gate().inside;
  ++depth;
  open_ = true;
}

CallbackGate::~CallbackGate() {
  if (!open_) return;
  const std::lock_guard lock(gate().mutex);
  --gate().inside;
  --depth;
  if (gate().closed) gate().left.notify_all();
}

bool CallbackGate::is_inside() { return depth > 0; }

bool CallbackGate::close(std::chrono::milliseconds limit) {
  std::unique_lock lock(gate().mutex);
  gate().closed = true;
  return gate().left.wait_for(lock, limit, [] { return gate().inside == 0; });
}

}  // namespace vhost_device::python
