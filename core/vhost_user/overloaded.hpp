// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

namespace vhost_device::vhost_user {

/// Functions of different arguments as one, for std::visit on an `Action` or an `Outcome`.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace vhost_device::vhost_user
