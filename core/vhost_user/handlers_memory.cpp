// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <string>
#include <utility>
#include <vector>

#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"

namespace vhost_device::vhost_user {

Outcome SessionState::set_mem_table(Message& message) {
  const auto header = read<MemoryTableHeader>(message.payload);
  // The specification draws a table with room for eight regions; front-ends send less of it, but
  // User Mode Linux always room for two.
  const std::size_t room = (message.payload.size() - sizeof header) / sizeof(virtio::MemoryRegion);
  const bool whole = (message.payload.size() - sizeof header) % sizeof(virtio::MemoryRegion) == 0;
  if (header.count > room || !whole) {
    return virtio::Refusal{std::to_string(message.payload.size()) + " bytes of payload for " +
                           std::to_string(header.count) + " regions"};
  }
  std::vector<virtio::MemoryRegion> regions;
  for (std::size_t i = 0; i < header.count; ++i) {
    regions.push_back(read<virtio::MemoryRegion>(message.payload,
                                                 sizeof header + i * sizeof(virtio::MemoryRegion)));
  }
  if (auto refusal = memory_.replace(regions, std::move(message.fds))) return *std::move(refusal);
  memory_changed();
  return Accepted{};
}

// Front-ends ask once and rely on it, so it is a constant.
Outcome SessionState::get_max_mem_slots(Message&) {
  Reply reply;
  append(reply.payload, std::uint64_t{virtio::GuestMemory::max_regions});
  return reply;
}

Outcome SessionState::add_mem_reg(Message& message) {
  const auto payload = read<SingleMemoryRegion>(message.payload);
  if (auto refusal = memory_.add(payload.region, std::move(message.fds.front()))) {
    return *std::move(refusal);
  }
  memory_changed();
  return Accepted{};
}

Outcome SessionState::rem_mem_reg(Message& message) {
  const auto payload = read<SingleMemoryRegion>(message.payload);
  if (auto refusal = memory_.remove(payload.region)) return *std::move(refusal);
  memory_changed();
  return Accepted{};
}

// A front-end whose memory layout changes removes a region and adds its parts again, with rings in
// it. So a ring that is lost is not broken: it waits for its memory.
void SessionState::memory_changed() {
  for (std::size_t i = 0; i < vrings_.size(); ++i) {
    const auto index = static_cast<std::uint16_t>(i);
    switch (vrings_[i].memory_changed(memory_)) {
      case Vring::Move::lost:
        actions_.emplace_back(
            action::Warn{"queue " + std::to_string(i) +
                         " waits: the front-end has removed the memory that its rings are in"});
        break;
      case Vring::Move::found:
        actions_.emplace_back(action::ServiceQueue{index});
        break;
      case Vring::Move::none:
        break;
    }
  }
}

}  // namespace vhost_device::vhost_user
