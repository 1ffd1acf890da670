// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>

/// Keeps the process alive when a front-end shortens a file that is mapped as guest memory.
///
/// Touching a mapped page behind the end of its file raises SIGBUS. The handler installed here
/// answers one in a guarded range by putting private memory full of zeros in the place of what was
/// lost. Any other SIGBUS goes to the handler that was there before, or ends the process as usual.
///
/// The handler is installed with the first range and stays. Threads that touch guest memory must
/// not block SIGBUS, and who installs a handler of their own later has to pass on to this one.
namespace vhost_device::virtio::bus_error_guard {

struct Range;  // a row of the guard's table

/// Guards the mapping [begin, begin + length), both multiples of `block`, the page size of the
/// file (4096, or the huge page's). The range must be mapped already.
[[nodiscard]] Range* watch(std::byte* begin, std::size_t length, std::size_t block);

/// Ends it; to be called before the range is unmapped.
void forget(Range* range);

/// Whether a part of the range was lost and replaced.
[[nodiscard]] bool lost(const Range* range);

}  // namespace vhost_device::virtio::bus_error_guard
