// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/vhost_user/session.hpp"

namespace vhost_device::bench {

/// Serves queue 0 as io::Connection does after a kick, and asks for the next one. `more`: call it
/// again.
[[nodiscard]] vhost_user::Service serve(vhost_user::Session& session);

}  // namespace vhost_device::bench
