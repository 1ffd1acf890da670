// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/chain_parts.hpp"

namespace vhost_device::virtio {

std::optional<std::string> ChainBuilder::add(std::uint64_t guest_address, std::uint32_t length,
                                             bool writable) {
  if (writable_seen_ && !writable) return "a readable descriptor behind a writable one";
  writable_seen_ = writable;
  memory_.translate(guest_address, length, writable ? chain_.writable : chain_.readable);
  if (chain_.readable.size() + chain_.writable.size() <= max_request_buffers) return std::nullopt;
  return "a request in more than " + std::to_string(max_request_buffers) + " pieces";
}

std::optional<std::string> IndirectTable::check(std::uint32_t length) {
  const std::uint32_t entries = length / descriptor_bytes;
  if (length % descriptor_bytes == 0 && entries != 0 && entries <= max_indirect_entries) {
    return std::nullopt;
  }
  return "an indirect table of " + std::to_string(length) +
         " bytes; it has to be a multiple of 16 up to " +
         std::to_string(descriptor_bytes * max_indirect_entries);
}

const std::byte* IndirectTable::entry(std::uint32_t index,
                                      std::array<std::byte, descriptor_bytes>& storage) const {
  const std::size_t offset = descriptor_bytes * index;
  if (bytes_ != nullptr) return bytes_ + offset;

  // The table, and perhaps this very entry, runs across memory regions; or it is not in memory.
  if (guest_address_ > UINT64_MAX - offset) return nullptr;
  return memory_.read(guest_address_ + offset, storage) ? storage.data() : nullptr;
}

std::string entry_not_in_memory(std::uint32_t index) {
  return "entry " + std::to_string(index) + " of an indirect table is not in guest memory";
}

}  // namespace vhost_device::virtio
