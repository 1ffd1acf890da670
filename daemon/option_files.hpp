// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>

#include "daemon/i2c_options.hpp"

namespace vhost_device::daemon {

/// Throws CLI::ValidationError, which names both options, if what --record or a --trace would write
/// is also what another option reads or writes, by whatever name: another path, a symbolic or a
/// hard link, or the file that standard output is. Nothing is opened or made for it.
///
/// Character devices, such as terminals and /dev/null, may be written by several options, but no
/// option may be given twice with the same path: that is a slip whatever the path is.
void refuse_shared_files(const I2cOptions& options);

}  // namespace vhost_device::daemon
