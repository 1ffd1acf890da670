// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/local_guest.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "core/vhost_user/decoder.hpp"
#include "core/virtio/driver_ring.hpp"
#include "core/virtio/features.hpp"
#include "core/virtio/packed_driver_ring.hpp"

namespace vhost_device::bench {
namespace {

constexpr std::uint64_t guest_base = 0x4000'0000;
constexpr std::uint64_t user_base = 0x7f00'0000'0000;
constexpr std::size_t page = 4096;

std::size_t ring_bytes() {
  const std::size_t bytes = std::max(virtio::DriverRing::bytes(LocalGuest::ring_size),
                                     virtio::PackedDriverRing::bytes(LocalGuest::ring_size));
  return (bytes + page - 1) / page * page;
}

/// A message as it comes out of a socket into which the bytes were written.
vhost_user::Message decode(std::span<const std::byte> bytes, std::span<const int> fds) {
  std::vector<support::UniqueFd> copies;
  for (const int fd : fds) copies.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  vhost_user::Decoder decoder;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), decoder.wanted());
    const auto refusal = decoder.feed(bytes.first(size), std::exchange(copies, {}));
    if (refusal) throw std::runtime_error(refusal->reason);
    bytes = bytes.subspan(size);
  }
  return decoder.take().value();
}

/// The answer among the actions, if there is one.
std::optional<vhost_user::Message> answer_in(const std::vector<vhost_user::Action>& actions) {
  std::optional<vhost_user::Message> answer;
  for (const vhost_user::Action& action : actions) {
    if (const auto* close = std::get_if<vhost_user::action::Close>(&action)) {
      throw std::runtime_error(close->reason);
    }
    if (const auto* send = std::get_if<vhost_user::action::Send>(&action)) {
      answer = decode(send->bytes, {});
    }
  }
  return answer;
}

vhost_user::FrontEnd::Options front_end_options(bool packed) {
  vhost_user::FrontEnd::Options options;
  if (packed) options.features = ~std::uint64_t{0};
  return options;
}

}  // namespace

LocalGuest::LocalGuest(virtio::Device& device, bool packed)
    : memory_(ring_bytes() + buffer_bytes),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      session_(device),
      front_end_({{event_.get(), event_.get(), event_.get()}}, front_end_options(packed)) {
  run(front_end_.connect());
  const bool indirect = (front_end_.features() & virtio::feature::indirect_descriptors) != 0;
  if (!indirect || front_end_.has_packed_rings() != packed) {
    throw std::runtime_error("the session does not offer what the path needs");
  }
  lay_out(packed);
  constexpr std::uint64_t to_user_address = user_base - guest_base;
  const support::UniqueFd file = memory_.file();
  const vhost_user::SharedRegion region{.region = {.guest_address = guest_base,
                                                   .size = memory_.bytes().size(),
                                                   .user_address = user_base,
                                                   .mmap_offset = 0},
                                        .file = file.get()};
  run(front_end_.start({region}, {{.size = ring_->size(),
                                   .descriptors = ring_->descriptors_address() + to_user_address,
                                   .available = ring_->available_address() + to_user_address,
                                   .used = ring_->used_address() + to_user_address}}));
}

void LocalGuest::lay_out(bool packed) {
  const bool event_idx = (front_end_.features() & virtio::feature::event_idx) != 0;
  if (packed) {
    ring_ = std::make_unique<virtio::PackedDriverRing>(
        memory_.bytes(), guest_base, ring_size,
        virtio::PackedDriverRing::Options{.event_idx = event_idx, .first = {}});
  } else {
    ring_ = std::make_unique<virtio::DriverRing>(
        memory_.bytes(), guest_base, ring_size,
        virtio::DriverRing::Options{.event_idx = event_idx, .first_index = 0});
  }
}

void LocalGuest::run(vhost_user::Script script) {
  while (const auto request = script.next()) {
    const auto answer = answer_in(session_.on_message(decode(request->bytes, request->fds)));
    if (!request->expects_reply) continue;
    if (const auto refusal = script.on_reply(answer.value())) {
      throw std::runtime_error(refusal->reason);
    }
  }
}

std::span<std::byte> LocalGuest::buffers() const { return memory_.bytes().subspan(ring_bytes()); }

std::uint64_t LocalGuest::buffers_address() const { return guest_base + ring_bytes(); }

}  // namespace vhost_device::bench
