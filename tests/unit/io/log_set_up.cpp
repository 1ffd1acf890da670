// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Makes the log before there are threads. spdlog does that in its own library, where
// ThreadSanitizer does not see the lock that makes it safe at any time.

#include <spdlog/spdlog.h>

namespace {

const auto logger = spdlog::default_logger();

}  // namespace
