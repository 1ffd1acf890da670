// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace vhost_device::sim {

/// Text out of a file, fit for an error message: at most 120 characters of it, and `\xNN` for
/// whatever is not printable ASCII.
[[nodiscard]] std::string printable(std::string_view text);

/// The same between double quotes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace vhost_device::sim
