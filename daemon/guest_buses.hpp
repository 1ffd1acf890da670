// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <memory>
#include <vector>

#include "core/i2c/router.hpp"
#include "daemon/i2c_options.hpp"
#include "daemon/replaying.hpp"

namespace vhost_device::daemon {

/// The bus of each guest, by the guest's index: the real chips that it was granted, the simulated
/// ones of the board, which all guests share, and the replayed ones of a recording. Guests that
/// were granted chips of the same host adapter share that adapter, and do not see each other's
/// chips.
///
/// Throws std::runtime_error, with what to do about it in the text, when an adapter or a board
/// cannot be used, or an address is in two of the three.
[[nodiscard]] std::vector<std::shared_ptr<i2c::Router>> make_guest_buses(
    const I2cOptions& options, const Replaying& replaying);

}  // namespace vhost_device::daemon
