// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include "tests/bench/bench_guest.hpp"
#include "tests/bench/work.hpp"

namespace vhost_device::bench {

/// Brings the chip into the state that a work counts on, by one request after the other. It uses
/// the start of the guest's buffers, and shows that the guest is served. Throws std::runtime_error
/// when a request fails.
void prepare(BenchGuest& guest, Work work, unsigned address);

/// Looks whether page writes have come to the first pages of the EEPROM, when no load runs any
/// more. True for the other works. Throws as above.
[[nodiscard]] bool has_come_through(BenchGuest& guest, Work work, unsigned address,
                                    std::size_t pages);

}  // namespace vhost_device::bench
