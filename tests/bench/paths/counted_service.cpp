// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/counted_service.hpp"

// In a source of its own, so that no compiler merges it with whoever calls it.
extern "C" void counted_service(vhost_device::vhost_user::Session& session,
                                vhost_device::vhost_user::Service& result) {
  result = session.service(0);
}
