// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <utility>

#include "core/support/unique_fd.hpp"

namespace vhost_device::io {

/// Gives a descriptor to one of Asio's objects, which closes it from then on. `assign` is what that
/// object's `assign` takes before the descriptor: the protocol of a socket.
///
/// Throws what `assign` does, and the descriptor is closed then.
template <typename Owner, typename... Assign>
void hand_over(support::UniqueFd fd, Owner& owner, const Assign&... assign) {
  owner.assign(assign..., fd.get());
  static_cast<void>(fd.release());  // not before: what throws takes nothing
}

}  // namespace vhost_device::io
