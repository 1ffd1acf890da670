// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/serve.hpp"

namespace vhost_device::bench {

vhost_user::Service serve(vhost_user::Session& session) {
  vhost_user::Service result = session.service(0);
  if (!result.more) result.more = session.wait_for_kick(0);
  return result;
}

}  // namespace vhost_device::bench
