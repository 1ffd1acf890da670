// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/requests.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>
#include <utility>

#include "core/vhost_user/message_table.hpp"

namespace vhost_device::vhost_user {
namespace requests {
namespace {

OutgoingRequest make(Request request, std::span<const std::byte> payload,
                     std::vector<int> fds = {}) {
  const MessageRule* const rule = find_rule(request);
  assert(rule != nullptr);
  OutgoingRequest result{
      .request = request, .bytes = {}, .fds = std::move(fds), .expects_reply = rule->has_reply};
  append(result.bytes,
         Header{request, Header::version, static_cast<std::uint32_t>(payload.size())});
  result.bytes.insert(result.bytes.end(), payload.begin(), payload.end());
  return result;
}

OutgoingRequest make_empty(Request request) { return make(request, {}); }

template <typename Payload>
OutgoingRequest make_of(Request request, const Payload& payload, std::vector<int> fds = {}) {
  return make(request, std::as_bytes(std::span(&payload, 1)), std::move(fds));
}

OutgoingRequest make_vring_file(Request request, std::uint8_t index, int fd) {
  const std::uint64_t payload = fd < 0 ? index | vring_file::no_fd : index;
  return make_of(request, payload, fd < 0 ? std::vector<int>{} : std::vector<int>{fd});
}

}  // namespace

OutgoingRequest get_features() { return make_empty(Request::get_features); }

OutgoingRequest set_features(std::uint64_t features) {
  return make_of(Request::set_features, features);
}

OutgoingRequest set_owner() { return make_empty(Request::set_owner); }

OutgoingRequest reset_owner() { return make_empty(Request::reset_owner); }

OutgoingRequest get_protocol_features() { return make_empty(Request::get_protocol_features); }

OutgoingRequest set_protocol_features(std::uint64_t features) {
  return make_of(Request::set_protocol_features, features);
}

OutgoingRequest get_queue_num() { return make_empty(Request::get_queue_num); }

OutgoingRequest set_mem_table(std::span<const SharedRegion> regions) {
  assert(regions.size() <= max_memory_table_regions);
  std::vector<std::byte> payload;
  std::vector<int> files;
  append(payload, MemoryTableHeader{static_cast<std::uint32_t>(regions.size()), 0});
  for (const SharedRegion& shared : regions) {
    append(payload, shared.region);
    files.push_back(shared.file);
  }
  return make(Request::set_mem_table, payload, std::move(files));
}

OutgoingRequest get_max_mem_slots() { return make_empty(Request::get_max_mem_slots); }

OutgoingRequest add_mem_reg(const SharedRegion& region) {
  return make_of(Request::add_mem_reg, SingleMemoryRegion{0, region.region}, {region.file});
}

OutgoingRequest rem_mem_reg(const virtio::MemoryRegion& region) {
  return make_of(Request::rem_mem_reg, SingleMemoryRegion{0, region});
}

OutgoingRequest set_vring_num(std::uint32_t index, std::uint32_t size) {
  return make_of(Request::set_vring_num, VringState{index, size});
}

OutgoingRequest set_vring_addr(const VringAddress& addresses) {
  return make_of(Request::set_vring_addr, addresses);
}

OutgoingRequest set_vring_base(std::uint32_t index, std::uint32_t base) {
  return make_of(Request::set_vring_base, VringState{index, base});
}

OutgoingRequest get_vring_base(std::uint32_t index) {
  return make_of(Request::get_vring_base, VringState{index, 0});
}

OutgoingRequest set_vring_enable(std::uint32_t index, bool enabled) {
  return make_of(Request::set_vring_enable, VringState{index, enabled ? 1U : 0U});
}

OutgoingRequest set_vring_kick(std::uint8_t index, int fd) {
  return make_vring_file(Request::set_vring_kick, index, fd);
}

OutgoingRequest set_vring_call(std::uint8_t index, int fd) {
  return make_vring_file(Request::set_vring_call, index, fd);
}

OutgoingRequest set_vring_err(std::uint8_t index, int fd) {
  return make_vring_file(Request::set_vring_err, index, fd);
}

OutgoingRequest get_config(std::uint32_t offset, std::uint32_t size) {
  std::vector<std::byte> payload;
  append(payload, ConfigHeader{offset, size, config_flag_writable});
  payload.resize(payload.size() + size);
  return make(Request::get_config, payload);
}

OutgoingRequest set_config(std::uint32_t offset, std::span<const std::byte> bytes) {
  std::vector<std::byte> payload;
  append(payload,
         ConfigHeader{offset, static_cast<std::uint32_t>(bytes.size()), config_flag_writable});
  payload.insert(payload.end(), bytes.begin(), bytes.end());
  return make(Request::set_config, payload);
}

OutgoingRequest with_acknowledgement(OutgoingRequest request) {
  auto header = read<Header>(request.bytes);
  header.flags |= Header::need_reply;
  const auto flagged = std::as_bytes(std::span(&header, 1));
  std::copy(flagged.begin(), flagged.end(), request.bytes.begin());
  request.expects_reply = true;
  return request;
}

}  // namespace requests

namespace answers {
namespace {

std::optional<virtio::Refusal> check_reply(const OutgoingRequest& request, const Message& reply,
                                           std::size_t payload_size) {
  const std::string start = "the reply to " + name(request.request);
  if (reply.header.request != request.request) {
    return virtio::Refusal{start + " is one to " + name(reply.header.request)};
  }
  if (reply.header.flags != (Header::version | Header::reply)) {
    return virtio::Refusal{start + " has header flags " + std::to_string(reply.header.flags) +
                           ", expected 5"};
  }
  if (!reply.fds.empty()) return virtio::Refusal{start + " came with file descriptors"};
  if (reply.payload.size() != payload_size) {
    return virtio::Refusal{start + " has " + std::to_string(reply.payload.size()) +
                           " bytes of payload, expected " + std::to_string(payload_size)};
  }
  return std::nullopt;
}

template <typename T>
Answer<T> payload_of(const OutgoingRequest& request, const Message& reply) {
  if (auto refusal = check_reply(request, reply, sizeof(T))) return *std::move(refusal);
  return read<T>(reply.payload);
}

}  // namespace

std::optional<virtio::Refusal> acknowledgement(const OutgoingRequest& request,
                                               const Message& reply) {
  const Answer<std::uint64_t> answer = payload_of<std::uint64_t>(request, reply);
  if (const auto* refusal = std::get_if<virtio::Refusal>(&answer)) return *refusal;
  const auto result = std::get<std::uint64_t>(answer);
  if (result == 0) return std::nullopt;
  return virtio::Refusal{"the back-end refused " + name(request.request) + " (" +
                         std::to_string(result) + ")"};
}

Answer<std::uint64_t> u64(const OutgoingRequest& request, const Message& reply) {
  return payload_of<std::uint64_t>(request, reply);
}

Answer<std::uint32_t> vring_base(const OutgoingRequest& request, const Message& reply) {
  Answer<VringState> answer = payload_of<VringState>(request, reply);
  if (auto* refusal = std::get_if<virtio::Refusal>(&answer)) return std::move(*refusal);
  const auto state = std::get<VringState>(answer);
  const auto asked = read<VringState>(request.bytes, sizeof(Header));
  if (state.index != asked.index) {
    return virtio::Refusal{"the reply to " + name(request.request) + " for queue " +
                           std::to_string(asked.index) + " says " + std::to_string(state.num) +
                           " for queue " + std::to_string(state.index)};
  }
  return state.num;
}

Answer<std::vector<std::byte>> config(const OutgoingRequest& request, const Message& reply) {
  const auto asked = read<ConfigHeader>(request.bytes, sizeof(Header));
  if (reply.payload.empty() && !check_reply(request, reply, 0)) {
    return virtio::Refusal{"the back-end refused to read " + std::to_string(asked.size) +
                           " bytes of configuration space at " + std::to_string(asked.offset)};
  }
  if (auto refusal = check_reply(request, reply, sizeof(ConfigHeader) + asked.size)) {
    return *std::move(refusal);
  }
  return std::vector(reply.payload.begin() + sizeof(ConfigHeader), reply.payload.end());
}

}  // namespace answers
}  // namespace vhost_device::vhost_user
