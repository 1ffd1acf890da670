// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "core/virtio/refusal.hpp"

namespace vhost_device::vhost_user {

/// The request was carried out; zero is the answer if the front-end wants one.
struct Accepted {};

/// The request has a reply of its own, with this payload.
struct Reply {
  std::vector<std::byte> payload;
};

/// The request was not carried out, and the connection cannot go on.
struct Fatal {
  std::string reason;
};

/// What became of a request. A `virtio::Refusal` leaves the session as it was.
using Outcome = std::variant<Accepted, Reply, virtio::Refusal, Fatal>;

}  // namespace vhost_device::vhost_user
