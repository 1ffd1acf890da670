// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/preparation.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/chain_parts.hpp"

namespace vhost_device::bench {
namespace {

namespace format = i2c::format;

constexpr int answer_limit_ms = 5000;
constexpr std::size_t pages = eeprom_bytes / page_bytes;

void wait_for_answer(BenchGuest& guest) {
  while (!guest.ring().take_used()) {
    if (guest.ring().set_interrupts(true)) continue;
    pollfd wanted{.fd = guest.call_fd(), .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, answer_limit_ms) == 0 || guest.is_gone() || guest.ring().broken()) {
      throw std::runtime_error("the first requests are not answered");
    }
    static_cast<void>(guest.take_interrupts());
  }
}

/// One request by itself; what was read.
std::vector<std::byte> exchange(BenchGuest& guest, unsigned address, const Step& step) {
  const std::span<std::byte> memory = guest.buffers();
  const std::uint64_t base = guest.buffers_address();
  constexpr std::size_t table = 3 * virtio::descriptor_bytes;
  constexpr std::size_t data = table + sizeof(format::OutHeader);
  const std::size_t status = data + step.data.size();
  const format::OutHeader header{
      .address = boost::endian::native_to_little(
          format::encode_address(i2c::Address::seven_bit(address).value())),
      .padding = 0,
      .flags = boost::endian::native_to_little(step.read ? format::flag_read : 0U)};
  std::memcpy(&memory[table], &header, sizeof header);
  if (!step.read) std::ranges::copy(step.data, &memory[data]);
  memory[status] = format::status_error;
  const auto size = static_cast<std::uint32_t>(step.data.size());
  const std::array<virtio::DriverQueue::Piece, 3> pieces{{{base + table, sizeof header, false},
                                                          {base + data, size, step.read},
                                                          {base + status, 1, true}}};
  if (!guest.add(pieces, memory.first(table))) throw std::runtime_error("the ring is too small");
  guest.kick_if_wanted();
  wait_for_answer(guest);
  if (memory[status] != format::status_ok) {
    throw std::runtime_error("a request to the chip at " + std::to_string(address) +
                             " fails: is the bus as the benchmark needs it?");
  }
  const auto received = memory.subspan(data, size);
  return {received.begin(), received.end()};
}

}  // namespace

void prepare(BenchGuest& guest, Work work, unsigned address) {
  if (work == Work::write1_read2) {
    exchange(guest, address, steps_of(work, 0).front());
    return;
  }
  if (work != Work::write2) {
    for (std::size_t page = 0; page < pages; ++page) {
      exchange(guest, address, write_page(page, work == Work::page_write));
    }
  }
  exchange(guest, address, point_at_page(0));
}

bool has_come_through(BenchGuest& guest, Work work, unsigned address, std::size_t count) {
  if (work != Work::page_write) return true;
  exchange(guest, address, point_at_page(0));
  for (std::size_t page = 0; page < std::min(count, pages); ++page) {
    const Step read{.read = true, .data = page_contents(false)};
    if (exchange(guest, address, read) != read.data) return false;
  }
  return true;
}

}  // namespace vhost_device::bench
