// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {

/// One thing that happens, and what is seen to come of it.
struct Step {
  std::function<std::vector<std::string>(Rig&)> run;
  std::vector<std::string> expected;
};

/// What a front-end and its guest do from connecting on, for a device with one queue and no
/// configuration space.
struct Transcript {
  std::string name;
  std::uint16_t ring_size = 0;
  std::vector<Step> steps;
  std::vector<FakeDevice::Start> starts;  ///< What the device is told of its queue.
};

/// Sessions as front-ends were seen to hold them.
[[nodiscard]] const std::vector<Transcript>& transcripts();

/// Runs the first `count` steps, with expectations.
void run(Rig& rig, const Transcript& transcript, std::size_t count);

}  // namespace vhost_device::vhost_user::test
