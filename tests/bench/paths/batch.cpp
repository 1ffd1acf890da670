// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/batch.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/chain_parts.hpp"
#include "tests/bench/paths/serve.hpp"

namespace vhost_device::bench {
namespace {

namespace format = i2c::format;

// Where the parts of a request are, from its start.
constexpr std::size_t header_offset = 3 * virtio::descriptor_bytes;
constexpr std::size_t data_offset = header_offset + sizeof(format::OutHeader);
constexpr std::size_t status_offset = 112;
constexpr std::size_t request_bytes = 128;
static_assert(data_offset + 2 + page_bytes <= status_offset);

format::OutHeader make_header(unsigned address, bool read, bool last) {
  const std::uint16_t field = format::encode_address(i2c::Address::seven_bit(address).value());
  const std::uint32_t flags =
      (read ? format::flag_read : 0U) | (last ? 0U : format::flag_fail_next);
  return {.address = boost::endian::native_to_little(field),
          .padding = 0,
          .flags = boost::endian::native_to_little(flags)};
}

}  // namespace

Batch::Batch(LocalGuest& guest, unsigned address, Transactions transactions)
    : guest_(guest), transactions_(std::move(transactions)), by_head_(guest.ring().size()) {
  std::size_t count = 0;
  for (const auto& steps : transactions_) count += steps.size();
  if (count > guest.ring().size() || count * request_bytes > guest.buffers().size()) {
    throw std::length_error("a batch is larger than the ring");
  }
  for (std::size_t i = 0; i < transactions_.size(); ++i) lay_out(i, address);
}

void Batch::lay_out(std::size_t transaction, unsigned address) {
  const std::vector<Step>& steps = transactions_[transaction];
  for (const Step& step : steps) {
    const std::size_t offset = requests_.size() * request_bytes;
    const std::span<std::byte> bytes = guest_.buffers().subspan(offset, request_bytes);
    const std::uint64_t base = guest_.buffers_address() + offset;
    const format::OutHeader header = make_header(address, step.read, &step == &steps.back());
    std::memcpy(&bytes[header_offset], &header, sizeof header);
    if (!step.read) std::ranges::copy(step.data, &bytes[data_offset]);
    const auto size = static_cast<std::uint32_t>(step.data.size());
    requests_.push_back({.pieces = {{{base + header_offset, sizeof header, false},
                                     {base + data_offset, size, step.read},
                                     {base + status_offset, 1, true}}},
                         .bytes = bytes,
                         .step = &step,
                         .transaction = transaction});
  }
}

std::size_t Batch::submit(std::size_t count) {
  std::size_t submitted = 0;
  for (; submitted < requests_.size(); ++submitted) {
    const Request& request = requests_[submitted];
    if (request.transaction == count) break;
    request.bytes[status_offset] = ~format::status_ok;
    if (request.step->read) std::ranges::fill(request.bytes.subspan(data_offset, 2), std::byte{0});
    const std::span<std::byte> table = request.bytes.first(header_offset);
    const auto head = guest_.ring().add_indirect(request.pieces, table,
                                                 request.pieces[0].guest_address - header_offset);
    by_head_.at(head.value()) = submitted;
  }
  return submitted;
}

void Batch::run(std::size_t count, const std::function<vhost_user::Service()>& serve) {
  virtio::DriverQueue& ring = guest_.ring();
  std::size_t waiting = submit(count);
  if (!ring.take_kick()) throw std::runtime_error("the device does not want a kick");
  bool interrupt = false;
  for (bool more = true; more;) {
    const vhost_user::Service service = serve();
    if (!service.error.empty()) throw std::runtime_error(service.error);
    interrupt |= service.interrupt;
    more = service.more;
  }
  if (!interrupt) throw std::runtime_error("the device does not interrupt");
  for (; const auto used = ring.take_used(); --waiting) {
    check(requests_[by_head_.at(used->head)], used->written);
  }
  if (waiting != 0 || ring.broken()) throw std::runtime_error("not all requests were answered");
  ring.set_interrupts(true);
}

void Batch::run_uncounted() {
  run(transactions_.size(), [this] { return serve(guest_.session()); });
}

void Batch::check(const Request& request, std::uint32_t written) const {
  const Step& step = *request.step;
  if (request.bytes[status_offset] != format::status_ok) {
    throw std::runtime_error("a request failed");
  }
  if (written != (step.read ? step.data.size() + 1 : 1)) {
    throw std::runtime_error("used.len is wrong");
  }
  if (step.read &&
      !std::ranges::equal(request.bytes.subspan(data_offset, step.data.size()), step.data)) {
    throw std::runtime_error("a read came back with something else");
  }
}

}  // namespace vhost_device::bench
