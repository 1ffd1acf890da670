// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/serve.hpp"

namespace vhost_device::bench {
namespace {

/// A session that does not ask for the next kick itself is told to.
template <class Session>
vhost_user::Service serve_queue(Session& session) {
  vhost_user::Service result = session.service(0);
  if constexpr (requires { session.wait_for_kick(0); }) {
    if (!result.more) result.more = session.wait_for_kick(0);
  }
  return result;
}

}  // namespace

vhost_user::Service serve(vhost_user::Session& session) { return serve_queue(session); }

}  // namespace vhost_device::bench
