// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/virtio_i2c_driver.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"
#include "core/virtio/chain_parts.hpp"
#include "core/virtio/driver_ring.hpp"
#include "core/virtio/features.hpp"
#include "core/virtio/packed_driver_ring.hpp"

namespace vhost_device::i2c {
namespace {

constexpr std::size_t alignment = 16;

constexpr std::size_t align_up(std::size_t value) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace

/// Offsets in shared memory of what belongs to one request.
struct VirtioI2cDriver::Slot {
  std::size_t header = 0;
  std::size_t data = 0;
  std::size_t status = 0;
  std::size_t table = 0;  // of the indirect table
};

std::unique_ptr<virtio::DriverQueue> VirtioI2cDriver::make_ring(virtio::DriverTransport& transport,
                                                                std::uint16_t queue_size) {
  const bool event_idx = (transport.features() & virtio::feature::event_idx) != 0;
  if ((transport.features() & virtio::feature::ring_packed) != 0) {
    return std::make_unique<virtio::PackedDriverRing>(
        transport.memory(), transport.guest_address(), queue_size,
        virtio::PackedDriverRing::Options{.event_idx = event_idx, .first = {}});
  }
  return std::make_unique<virtio::DriverRing>(
      transport.memory(), transport.guest_address(), queue_size,
      virtio::DriverRing::Options{.event_idx = event_idx, .first_index = 0});
}

VirtioI2cDriver::VirtioI2cDriver(virtio::DriverTransport& transport, virtio::DriverQueue& ring,
                                 Options options)
    : transport_(transport), ring_(ring), options_(options) {
  const bool offered = (transport.features() & virtio::feature::indirect_descriptors) != 0;
  options_.indirect = options_.indirect && offered;
}

bool VirtioI2cDriver::submit(const Message& message, bool last, Slot& slot,
                             std::size_t& next_free) {
  const auto memory = transport_.memory();
  slot.header = next_free;
  slot.table = align_up(slot.header + sizeof(format::OutHeader));
  slot.data = slot.table + 3 * virtio::descriptor_bytes;
  slot.status = slot.data + message.data.size();
  if (slot.status >= memory.size()) return false;
  next_free = align_up(slot.status + 1);

  const std::uint32_t flags =
      (message.read ? format::flag_read : 0U) | (last ? 0U : format::flag_fail_next);
  const format::OutHeader header{
      .address = boost::endian::native_to_little(format::encode_address(message.address)),
      .padding = 0,
      .flags = boost::endian::native_to_little(flags)};
  std::memcpy(memory.data() + slot.header, &header, sizeof header);
  if (!message.read) std::ranges::copy(message.data, memory.data() + slot.data);
  memory[slot.status] = format::status_error;

  const std::uint64_t base = transport_.guest_address();
  std::array<virtio::DriverQueue::Piece, 3> pieces{};
  std::size_t count = 0;
  pieces[count++] = {base + slot.header, sizeof header, false};
  if (!message.data.empty()) {
    const auto length = static_cast<std::uint32_t>(message.data.size());
    pieces[count++] = {base + slot.data, length, message.read};
  }
  pieces[count++] = {base + slot.status, 1, true};

  const std::span used(pieces.data(), count);
  const auto head =
      options_.indirect
          ? ring_.add_indirect(used, memory.subspan(slot.table, count * virtio::descriptor_bytes),
                               base + slot.table)
          : ring_.add(used);
  return head.has_value();
}

bool VirtioI2cDriver::collect(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
  while (count > 0 && !ring_.broken()) {
    if (ring_.take_used()) {
      --count;
      continue;
    }
    if (ring_.set_interrupts(true)) continue;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!transport_.wait(0, left)) return false;
  }
  return true;
}

TransferResult VirtioI2cDriver::do_transfer(std::span<const Message> messages) {
  const std::lock_guard lock(mutex_);
  if (dead_) return {0, TransferError::io_error};
  std::size_t data_bytes = 0;
  for (const Message& message : messages) data_bytes += message.data.size();
  constexpr std::size_t overhead = 128;  // header, table, status and alignment of one request
  const std::size_t start = align_up(ring_.memory_bytes());
  const std::size_t descriptors = messages.size() * (options_.indirect ? 1 : 3);
  if (descriptors > ring_.size() ||
      start + data_bytes + messages.size() * overhead > transport_.memory().size()) {
    return {0, TransferError::too_long};
  }

  std::vector<Slot> slots(messages.size());
  std::size_t next_free = start;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!submit(messages[i], i + 1 == messages.size(), slots[i], next_free)) {
      dead_ = true;  // the sizes were checked above: the device has spoilt the ring
      return {0, TransferError::io_error};
    }
  }
  if (ring_.take_kick()) transport_.kick(0);
  if (!collect(messages.size())) {
    dead_ = true;
    return {0, TransferError::timeout};
  }
  if (ring_.broken()) {
    dead_ = true;
    return {0, TransferError::io_error};
  }

  const auto memory = transport_.memory();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (memory[slots[i].status] != format::status_ok) return {i, TransferError::io_error};
    if (messages[i].read) {
      std::ranges::copy(memory.subspan(slots[i].data, messages[i].data.size()),
                        messages[i].data.begin());
    }
  }
  return {messages.size(), TransferError::none};
}

}  // namespace vhost_device::i2c
