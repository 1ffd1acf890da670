// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/guest_load.hpp"

#include <cstring>
#include <stdexcept>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/chain_parts.hpp"

namespace vhost_device::bench {
namespace {

namespace format = i2c::format;

// Where the parts of a request are, from its start; each has cache lines of its own.
constexpr std::size_t table_offset = 0;
constexpr std::size_t header_offset = 48;
constexpr std::size_t data_offset = 64;
constexpr std::size_t status_offset = 112;
constexpr std::size_t request_bytes = 128;
static_assert(header_offset == 3 * virtio::descriptor_bytes);
static_assert(data_offset + 2 + page_bytes <= status_offset);

std::uint16_t address_field(unsigned address) {
  return format::encode_address(i2c::Address::seven_bit(address).value());
}

}  // namespace

std::size_t GuestLoad::buffer_bytes(const Options& options) {
  return options.depth * steps_of(options.work, 0).size() * request_bytes;
}

GuestLoad::GuestLoad(BenchGuest& guest, const Options& options)
    : guest_(guest),
      check_length_(options.check_length),
      transactions_(options.depth),
      by_head_(guest.ring().size()) {
  const std::size_t per_transaction = steps_of(options.work, 0).size();
  const std::size_t descriptors = per_transaction * (guest.is_indirect() ? 1 : 3);
  if (options.depth * descriptors > guest.ring().size() ||
      buffer_bytes(options) > guest.buffers().size()) {
    throw std::invalid_argument("a ring of " + std::to_string(guest.ring().size()) +
                                " is too small for " + std::to_string(options.depth) +
                                " transactions of " + std::to_string(descriptors) +
                                " descriptors; see --ring-size");
  }
  requests_.reserve(options.depth * per_transaction);
  done_.reserve(options.depth);
  steps_.reserve(options.depth);
  for (std::size_t i = 0; i < options.depth; ++i) {
    steps_.push_back(steps_of(options.work, i));
    lay_out(i, options.address);
  }
}

void GuestLoad::lay_out(std::size_t transaction, unsigned address) {
  const std::vector<Step>& steps = steps_[transaction];
  transactions_[transaction] = {
      .first = requests_.size(), .count = steps.size(), .waiting = 0, .submitted = {}};
  for (const Step& step : steps) {
    const std::span<std::byte> bytes = guest_.buffers().subspan(next_offset_, request_bytes);
    const std::uint64_t base = guest_.buffers_address() + next_offset_;
    next_offset_ += request_bytes;
    const std::uint32_t flags = (step.read ? format::flag_read : 0U) |
                                (&step == &steps.back() ? 0U : format::flag_fail_next);
    const format::OutHeader header{
        .address = boost::endian::native_to_little(address_field(address)),
        .padding = 0,
        .flags = boost::endian::native_to_little(flags)};
    std::memcpy(&bytes[header_offset], &header, sizeof header);
    if (!step.read) std::memcpy(&bytes[data_offset], step.data.data(), step.data.size());

    const auto size = static_cast<std::uint32_t>(step.data.size());
    requests_.push_back({.pieces = {{{base + header_offset, sizeof header, false},
                                     {base + data_offset, size, step.read},
                                     {base + status_offset, 1, true}}},
                         .piece_count = 3,
                         .table = bytes.subspan(table_offset, 3 * virtio::descriptor_bytes),
                         .status = &bytes[status_offset],
                         .received = step.read ? &bytes[data_offset] : nullptr,
                         .expected = &step.data,
                         .writable_bytes = step.read ? size + 1 : 1,
                         .transaction = transaction});
  }
}

void GuestLoad::start(bool interrupts) {
  guest_.ring().set_interrupts(interrupts);
  const Clock::time_point now = Clock::now();
  for (Transaction& transaction : transactions_) submit(transaction, now);
  guest_.kick_if_wanted();
}

void GuestLoad::submit(Transaction& transaction, Clock::time_point now) {
  transaction.submitted = now;
  transaction.waiting = transaction.count;
  ++under_way_;
  for (std::size_t i = transaction.first; i < transaction.first + transaction.count; ++i) {
    const Request& request = requests_[i];
    *request.status = ~format::status_ok;
    const auto head =
        guest_.add(std::span(request.pieces).first(request.piece_count), request.table);
    // There is room: what is submitted is what was answered.
    by_head_[head.value()] = static_cast<std::uint32_t>(i);
  }
}

std::size_t GuestLoad::turn(Histogram* latencies, bool drain) {
  done_.clear();
  while (const auto used = guest_.ring().take_used()) {
    const Request& request = requests_[by_head_[used->head]];
    check(request, used->written);
    if (--transactions_[request.transaction].waiting == 0) {
      done_.push_back(static_cast<std::uint32_t>(request.transaction));
    }
  }
  if (done_.empty()) return 0;
  const Clock::time_point now = Clock::now();
  under_way_ -= done_.size();
  for (const std::uint32_t index : done_) {
    Transaction& transaction = transactions_[index];
    if (latencies != nullptr) {
      latencies->record(static_cast<std::uint64_t>((now - transaction.submitted).count()));
    }
    if (!drain) submit(transaction, now);
  }
  if (!drain) guest_.kick_if_wanted();
  return done_.size();
}

void GuestLoad::check(const Request& request, std::uint32_t written) {
  if (*request.status != format::status_ok) ++mistakes_.status;
  if (check_length_ && written != request.writable_bytes) ++mistakes_.length;
  if (request.received == nullptr) return;
  const std::vector<std::byte>& expected = *request.expected;
  if (std::memcmp(request.received, expected.data(), expected.size()) != 0) ++mistakes_.data;
}

}  // namespace vhost_device::bench
