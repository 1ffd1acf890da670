// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/vhost_user/session.hpp"

/// Serves queue 0 after a kick, into `result`. What this calls is what is counted: the name is the
/// one that scripts/instructions gives to callgrind.
extern "C" void counted_service(vhost_device::vhost_user::Session& session,
                                vhost_device::vhost_user::Service& result);
