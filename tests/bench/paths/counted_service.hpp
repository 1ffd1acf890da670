// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/vhost_user/session.hpp"

// Optimised as one program, it has to stay a function with a name.
#ifdef __clang__
#define COUNTED [[gnu::noinline, gnu::used]]
#else
#define COUNTED [[gnu::noipa, gnu::used]]
#endif

/// `serve`, into `result`. What this calls is what is counted: the name is the one that
/// scripts/instructions gives to callgrind.
extern "C" COUNTED void counted_service(vhost_device::vhost_user::Session& session,
                                        vhost_device::vhost_user::Service& result);
