// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/chain_parts.hpp"

namespace vhost_device::virtio {

std::string ChainBuilder::problem() const {
  if (chain_.readable.size() + chain_.writable.size() <= max_request_buffers) {
    return "a readable descriptor behind a writable one";
  }
  return "a request in more than " + std::to_string(max_request_buffers) + " pieces";
}

std::string IndirectTable::problem(std::uint32_t length) {
  return "an indirect table of " + std::to_string(length) +
         " bytes; it has to be a multiple of 16 up to " +
         std::to_string(descriptor_bytes * max_indirect_entries);
}

const std::byte* IndirectTable::read_entry(std::uint32_t index,
                                           std::array<std::byte, descriptor_bytes>& storage) const {
  const std::size_t offset = descriptor_bytes * index;
  if (guest_address_ > UINT64_MAX - offset) return nullptr;
  return memory_.read(guest_address_ + offset, storage) ? storage.data() : nullptr;
}

std::string entry_not_in_memory(std::uint32_t index) {
  return "entry " + std::to_string(index) + " of an indirect table is not in guest memory";
}

}  // namespace vhost_device::virtio
