// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/vhost_user/message.hpp"
#include "core/vhost_user/payload.hpp"
#include "core/virtio/guest_memory.hpp"
#include "core/virtio/refusal.hpp"

/// The front-end's side of the wire: requests to send, and answers to understand. No I/O, no state.
namespace vhost_device::vhost_user {

/// A request on its way to the back-end.
struct OutgoingRequest {
  Request request{};
  std::vector<std::byte> bytes;  ///< Header and payload.
  std::vector<int> fds;          ///< To pass along with the first byte. Borrowed: whoever made the
                                 ///< request keeps them open until it is sent.
  bool expects_reply = false;    ///< One message comes back, to be read before anything else.
};

/// A piece of memory to share: a region, and the file that it is in (borrowed).
struct SharedRegion {
  virtio::MemoryRegion region;
  int file = -1;
};

namespace requests {

[[nodiscard]] OutgoingRequest get_features();
[[nodiscard]] OutgoingRequest set_features(std::uint64_t features);
[[nodiscard]] OutgoingRequest set_owner();
[[nodiscard]] OutgoingRequest reset_owner();
[[nodiscard]] OutgoingRequest get_protocol_features();
[[nodiscard]] OutgoingRequest set_protocol_features(std::uint64_t features);
[[nodiscard]] OutgoingRequest get_queue_num();

/// At most `max_memory_table_regions`.
[[nodiscard]] OutgoingRequest set_mem_table(std::span<const SharedRegion> regions);
[[nodiscard]] OutgoingRequest get_max_mem_slots();
[[nodiscard]] OutgoingRequest add_mem_reg(const SharedRegion& region);
[[nodiscard]] OutgoingRequest rem_mem_reg(const virtio::MemoryRegion& region);

[[nodiscard]] OutgoingRequest set_vring_num(std::uint32_t index, std::uint32_t size);
[[nodiscard]] OutgoingRequest set_vring_addr(const VringAddress& addresses);
[[nodiscard]] OutgoingRequest set_vring_base(std::uint32_t index, std::uint32_t base);
[[nodiscard]] OutgoingRequest get_vring_base(std::uint32_t index);
[[nodiscard]] OutgoingRequest set_vring_enable(std::uint32_t index, bool enabled);

/// A negative `fd` says that there is none.
[[nodiscard]] OutgoingRequest set_vring_kick(std::uint8_t index, int fd);
[[nodiscard]] OutgoingRequest set_vring_call(std::uint8_t index, int fd);
[[nodiscard]] OutgoingRequest set_vring_err(std::uint8_t index, int fd);

[[nodiscard]] OutgoingRequest get_config(std::uint32_t offset, std::uint32_t size);
[[nodiscard]] OutgoingRequest set_config(std::uint32_t offset, std::span<const std::byte> bytes);

/// Asks the back-end to say whether it carried the request out (NEED_REPLY), for which REPLY_ACK
/// has to be negotiated.
[[nodiscard]] OutgoingRequest with_acknowledgement(OutgoingRequest request);

}  // namespace requests

/// What was asked for, or why the reply does not give it: it belongs to another request, its
/// version or flags are wrong, it has another size than the specification says, or descriptors.
template <typename T>
using Answer = std::variant<T, virtio::Refusal>;

namespace answers {

/// The reply to a request `with_acknowledgement`; refused too when the back-end says that it
/// failed.
[[nodiscard]] std::optional<virtio::Refusal> acknowledgement(const OutgoingRequest& request,
                                                             const Message& reply);

/// Of the requests get_features, get_protocol_features, get_queue_num and get_max_mem_slots.
[[nodiscard]] Answer<std::uint64_t> u64(const OutgoingRequest& request, const Message& reply);

/// Of get_vring_base: where the ring would go on, in 16 bits for a split ring and 32 for a packed
/// one. Refused too when it is about another ring.
[[nodiscard]] Answer<std::uint32_t> vring_base(const OutgoingRequest& request,
                                               const Message& reply);

/// Of get_config: the bytes that were asked for. Refused too when the back-end says that it failed.
[[nodiscard]] Answer<std::vector<std::byte>> config(const OutgoingRequest& request,
                                                    const Message& reply);

}  // namespace answers

}  // namespace vhost_device::vhost_user
