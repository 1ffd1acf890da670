// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/conformance/case.hpp"

namespace vhost_device::conformance {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (auto* const area :
       {negotiation_cases, request_cases, framing_cases, indirect_cases, group_cases, ring_cases,
        in_order_cases, notification_cases, life_cases, memory_cases, message_cases,
        hostile_setup_cases, hostile_ring_cases, hostile_request_cases}) {
    std::vector<Case> cases = area();
    std::ranges::move(cases, std::back_inserter(all));
  }
  return all;
}

}  // namespace vhost_device::conformance
