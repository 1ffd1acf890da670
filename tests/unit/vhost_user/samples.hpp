// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {

/// A well-formed message of one kind, for queue 0 of the rig, and what the specification says of
/// the kind.
struct Sample {
  Sent message;
  bool has_reply = false;    ///< Of its own.
  std::size_t most_fds = 0;  ///< That may come with any message of the kind.
  bool needs_fds = false;    ///< This message does.
};

/// One of each kind that is served.
[[nodiscard]] const std::vector<Sample>& samples();

/// "set_vring_num", for the name of a test.
[[nodiscard]] std::string sample_name(const Sample& sample);

}  // namespace vhost_device::vhost_user::test
