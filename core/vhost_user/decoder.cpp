// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/decoder.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace vhost_device::vhost_user {

std::size_t Decoder::wanted() const {
  if (received_ < sizeof(Header)) return sizeof(Header) - received_;
  return sizeof(Header) + message_.header.size - received_;
}

std::optional<virtio::Refusal> Decoder::feed(std::span<const std::byte> bytes,
                                             std::vector<support::UniqueFd> fds) {
  assert(bytes.size() <= wanted());
  if (message_.fds.size() + fds.size() > max_fds) {
    return virtio::Refusal{"a message came with more than " + std::to_string(max_fds) +
                           " file descriptors"};
  }
  std::move(fds.begin(), fds.end(), std::back_inserter(message_.fds));

  const bool in_header = received_ < sizeof(Header);
  std::byte* const target =
      in_header ? std::as_writable_bytes(std::span(&message_.header, 1)).data() + received_
                : message_.payload.data() + (received_ - sizeof(Header));
  std::copy(bytes.begin(), bytes.end(), target);
  received_ += bytes.size();
  if (in_header && received_ == sizeof(Header)) return begin_payload();
  return std::nullopt;
}

std::optional<virtio::Refusal> Decoder::begin_payload() {
  const Header& header = message_.header;
  const std::uint32_t version = header.flags & Header::version_mask;
  if (version != Header::version) {
    return virtio::Refusal{name(header.request) + " has protocol version " +
                           std::to_string(version) + ", expected " +
                           std::to_string(Header::version)};
  }
  if (header.size > max_payload) {
    return virtio::Refusal{name(header.request) + " has a payload of " +
                           std::to_string(header.size) + " bytes, at most " +
                           std::to_string(max_payload) + " are read"};
  }
  message_.payload.resize(header.size);
  return std::nullopt;
}

bool Decoder::whole() const { return received_ >= sizeof(Header) && wanted() == 0; }

std::optional<Message> Decoder::take() {
  if (!whole()) return std::nullopt;
  received_ = 0;
  return std::exchange(message_, Message{});
}

}  // namespace vhost_device::vhost_user
