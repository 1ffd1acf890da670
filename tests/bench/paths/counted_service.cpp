// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/counted_service.hpp"

#include "tests/bench/paths/serve.hpp"

extern "C" void counted_service(vhost_device::vhost_user::Session& session,
                                vhost_device::vhost_user::Service& result) {
  result = vhost_device::bench::serve(session);
}
