// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "python/src/interruptible_guest.hpp"

#include <poll.h>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "python/src/gil.hpp"

namespace vhost_device::python {

std::unique_ptr<io::InProcessGuest> connect(const std::filesystem::path& socket,
                                            const io::InProcessGuest::Options& options) {
  if (!handles_signals()) return std::make_unique<io::InProcessGuest>(socket, options);
  std::packaged_task<std::unique_ptr<io::InProcessGuest>()> task(
      [socket, options] { return std::make_unique<io::InProcessGuest>(socket, options); });
  auto guest = task.get_future();
  std::thread(std::move(task)).detach();
  // By the wall clock, as ThreadSanitizer (of Clang 14) knows only that. A jump of it matters to
  // one slice at most.
  while (guest.wait_until(std::chrono::system_clock::now() + wait_slice) !=
         std::future_status::ready) {
    check_signals();
  }
  return guest.get();
}

bool InterruptibleTransport::wait(std::uint16_t index, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (guest_.wait(index, std::clamp(left, std::chrono::milliseconds(0), wait_slice))) return true;
    if (left <= wait_slice || daemon_is_gone()) return false;
    check_signals();
  }
}

bool InterruptibleTransport::daemon_is_gone() {
  pollfd wanted{.fd = guest_.connection().descriptor(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&wanted, 1, 0) > 0;
}

}  // namespace vhost_device::python
