// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/support/unique_fd.hpp"

/// The vhost-user wire format (QEMU docs/interop/vhost-user.rst, "Message Specification").
/// Integers are in the byte order of the machine, as both ends run on it.
namespace vhost_device::vhost_user {

/// What a front-end can ask for ("Front-end message types"). That a request has a name here does
/// not mean that it is served: see message_table.hpp.
enum class Request : std::uint32_t {
  get_features = 1,
  set_features = 2,
  set_owner = 3,
  reset_owner = 4,
  set_mem_table = 5,
  set_log_base = 6,
  set_log_fd = 7,
  set_vring_num = 8,
  set_vring_addr = 9,
  set_vring_base = 10,
  get_vring_base = 11,
  set_vring_kick = 12,
  set_vring_call = 13,
  set_vring_err = 14,
  get_protocol_features = 15,
  set_protocol_features = 16,
  get_queue_num = 17,
  set_vring_enable = 18,
  send_rarp = 19,
  net_set_mtu = 20,
  set_backend_req_fd = 21,
  iotlb_msg = 22,
  set_vring_endian = 23,
  get_config = 24,
  set_config = 25,
  create_crypto_session = 26,
  close_crypto_session = 27,
  postcopy_advise = 28,
  postcopy_listen = 29,
  postcopy_end = 30,
  get_inflight_fd = 31,
  set_inflight_fd = 32,
  gpu_set_socket = 33,
  reset_device = 34,
  vring_kick = 35,
  get_max_mem_slots = 36,
  add_mem_reg = 37,
  rem_mem_reg = 38,
  set_status = 39,
  get_status = 40,
  get_shared_object = 41,
  set_device_state_fd = 42,
  check_device_state = 43,
  get_shmem_config = 44,
};

/// The request's name in the specification, such as "VHOST_USER_SET_MEM_TABLE"; for other numbers
/// "unknown request 99".
[[nodiscard]] std::string name(Request request);

/// VHOST_USER_F_PROTOCOL_FEATURES, a virtio feature bit that never reaches the driver.
inline constexpr std::uint64_t feature_protocol_features = 1ULL << 30;

/// VHOST_USER_PROTOCOL_F_*, those that are served.
namespace protocol_feature {
inline constexpr std::uint64_t mq = 1ULL << 0;
inline constexpr std::uint64_t reply_ack = 1ULL << 3;
inline constexpr std::uint64_t config = 1ULL << 9;
inline constexpr std::uint64_t configure_mem_slots = 1ULL << 15;
}  // namespace protocol_feature

/// Header of every message, as on the wire.
struct Header {
  Request request{};
  std::uint32_t flags = 0;
  std::uint32_t size = 0;  ///< Of the payload, in bytes.

  static constexpr std::uint32_t version_mask = 0x3;
  static constexpr std::uint32_t version = 0x1;
  static constexpr std::uint32_t reply = 1U << 2;
  static constexpr std::uint32_t need_reply = 1U << 3;
};
static_assert(sizeof(Header) == 12);

/// The largest payload that is read: the longest message of the protocol that we serve is
/// SET_MEM_TABLE or SET_CONFIG at under 300 bytes.
inline constexpr std::size_t max_payload = 4096;

/// The most descriptors that a message may carry (a memory table of eight regions).
inline constexpr std::size_t max_fds = 8;

/// One whole message. Descriptors belong to it, so a message that is dropped leaks none.
struct Message {
  Header header;
  std::vector<std::byte> payload;
  std::vector<support::UniqueFd> fds;
};

}  // namespace vhost_device::vhost_user
