// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/virtio_i2c.hpp"

#include "core/i2c/rest_of_group.hpp"
#include "core/i2c/virtio_i2c_format.hpp"

namespace vhost_device::i2c {

std::uint64_t VirtioI2c::features() const { return format::feature_zero_length_request; }

std::optional<virtio::Refusal> VirtioI2c::check_features(std::uint64_t features) const {
  if ((features & format::feature_zero_length_request) != 0) return std::nullopt;
  return virtio::Refusal{
      "the driver does not accept VIRTIO_I2C_F_ZERO_LENGTH_REQUEST (bit 0), without which VIRTIO "
      "1.3 allows no I2C adapter to be driven; use a driver that does, such as Linux's i2c-virtio "
      "from 5.18 on"};
}

void VirtioI2c::queue_started(std::uint16_t /*index*/, bool resumed) {
  if (!resumed) failed_ = false;
}

virtio::Progress VirtioI2c::process(std::uint16_t /*index*/, virtio::Queue& queue) {
  std::size_t requests = 0;
  std::size_t descriptors = 0;
  RestOfGroup rest;
  while (!group_.empty() || (requests < requests_per_call && descriptors < descriptors_per_call)) {
    const virtio::Pop popped = queue.pop(chain_);
    if (popped == virtio::Pop::empty && group_.is_open() && rest.wait(queue)) continue;
    if (popped != virtio::Pop::chain) {
      // Dry, or broken behind requests that are good.
      carry_out(queue);
      return virtio::Progress::drained;
    }
    group_.add(chain_);
    ++requests;
    descriptors += chain_.descriptors;
    // No driver can have more requests under way than its ring has entries; one that offers the
    // same again before it is answered shall not make the group grow.
    const bool full = group_.size() >= queue.size() || group_.is_too_costly();
    if (!group_.is_open() || full) carry_out(queue);
  }
  return virtio::Progress::more;
}

void VirtioI2c::carry_out(virtio::Queue& queue) {
  if (group_.empty()) return;
  const bool open = group_.is_open();
  std::size_t completed = 0;
  if (!failed_ && group_.is_well_formed()) {
    completed = adapter_->transfer(group_.messages()).completed;
  }
  const bool all = completed == group_.size();
  group_.complete(queue, completed);
  failed_ = open && !all;
}

}  // namespace vhost_device::i2c
