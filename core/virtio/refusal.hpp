// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>

namespace vhost_device::virtio {

/// Why something that came from outside was not accepted. Functions that can refuse return
/// `std::optional<Refusal>`: empty means accepted, and a refusal means that nothing changed.
struct Refusal {
  std::string reason;  ///< Names the thing, its value and what would have been right.
};

}  // namespace vhost_device::virtio
