// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <string>

namespace vhost_device::python::log_queue {

/// The levels of Python's logging.
enum class Level { debug = 10, info = 20, warning = 30, error = 40, critical = 50 };

/// Log records on their way to Python's logger "vhost_device". They are handed over on a thread of
/// their own: a handler may wait for anything, also for whoever writes a log record while holding
/// a bus's lock.

/// Takes a record, from any thread and with any lock held. Never waits; when too many are waiting,
/// the newest are counted instead of kept.
void push(Level level, std::string text);

/// Waits until what was pushed before is logged, up to `limit`. To be called without the GIL.
void flush(std::chrono::milliseconds limit);

/// Flushes and ends the thread; what comes later is dropped. To be called without the GIL.
void shut_down(std::chrono::milliseconds limit);

/// Makes spdlog's default logger write here.
void take_over_spdlog();

}  // namespace vhost_device::python::log_queue
