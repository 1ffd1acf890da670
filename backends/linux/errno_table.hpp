// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "core/i2c/transfer_result.hpp"

namespace vhost_device::linux_i2c {

/// What an errno says that Linux gives for a transaction (Documentation/i2c/fault-codes.rst). Those
/// that say nothing of the bus are an `io_error`.
[[nodiscard]] i2c::TransferError transfer_error(int error_number);

}  // namespace vhost_device::linux_i2c
