// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/conformance/peer.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/vhost_user/payload.hpp"
#include "tests/conformance/case.hpp"

namespace vhost_device::conformance {
namespace {

namespace requests = vhost_user::requests;
using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

std::string feature_text(std::uint64_t missing) {
  std::string text = "not offered: feature bit";
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((missing >> bit & 1U) != 0) text += " " + std::to_string(bit);
  }
  return text;
}

}  // namespace

virtio::MemoryRegion Peer::region(std::size_t offset, std::size_t size) {
  return {.guest_address = guest_base + offset,
          .size = size,
          .user_address = user_base + offset,
          .mmap_offset = offset};
}

Peer::Peer(const std::filesystem::path& socket, Options options, Evidence& evidence)
    : options_(std::move(options)),
      evidence_(evidence),
      connection_(socket, options_.limit),
      front_end_({{kick_.fd(), call_.fd(), error_.fd()}},
                 {.order = vhost_user::FrontEnd::Order::qemu_10,
                  .features = ~std::uint64_t{0},
                  .protocol_features = options_.protocol_features}) {
  connection_.run(front_end_.connect());
  offered_ = front_end_.features();
  if (is_packed()) options_.features |= virtio::feature::ring_packed;
  const std::uint64_t optional = options_.features & ~required_features;
  if ((optional & ~offered_) != 0) throw NotApplicable(feature_text(optional & ~offered_));
  if (options_.regions.empty()) options_.regions.push_back(region(0, memory_bytes));
  std::memset(memory_.bytes().data(), std::to_integer<int>(Answer::untouched), memory_bytes);
  renew_ring();
}

void Peer::renew_ring() {
  const std::span<std::byte> memory = memory_.bytes().first(arena);
  const bool event_idx = (options_.features & virtio::feature::event_idx) != 0;
  taken_ = 0;
  if (is_packed()) {
    next_in_order_ = virtio::PackedPosition::decode(static_cast<std::uint16_t>(first_base()));
    ring_ = std::make_unique<virtio::PackedDriverRing>(
        memory, guest_base, options_.ring_size,
        virtio::PackedDriverRing::Options{
            .event_idx = event_idx,
            .first = virtio::PackedPosition::decode(static_cast<std::uint16_t>(first_base()))});
  } else {
    ring_ = std::make_unique<virtio::DriverRing>(
        memory, guest_base, options_.ring_size,
        virtio::DriverRing::Options{.event_idx = event_idx,
                                    .first_index = static_cast<std::uint16_t>(first_base())});
  }
}

std::uint32_t Peer::first_base() const {
  constexpr std::uint16_t last_index = 0xffff;
  if (!is_packed()) return options_.near_wrap ? last_index : 0;
  // The last slot of the second round.
  const virtio::PackedPosition last{static_cast<std::uint16_t>(options_.ring_size - 1U), false};
  const std::uint32_t first = (options_.near_wrap ? last : virtio::PackedPosition{}).encode();
  return first | first << 16U;
}

virtio::DriverRing& Peer::split() {
  auto* const ring = dynamic_cast<virtio::DriverRing*>(ring_.get());
  if (ring == nullptr) throw NotApplicable("about split rings");
  return *ring;
}

virtio::PackedDriverRing& Peer::packed() {
  auto* const ring = dynamic_cast<virtio::PackedDriverRing*>(ring_.get());
  if (ring == nullptr) throw NotApplicable("about packed rings");
  return *ring;
}

bool Peer::has_answer() const {
  if (const auto* const split = dynamic_cast<const virtio::DriverRing*>(ring_.get())) {
    return split->raw_used_index() != static_cast<std::uint16_t>(first_base() + taken_);
  }
  const auto& packed = dynamic_cast<const virtio::PackedDriverRing&>(*ring_);
  const virtio::PackedPosition next = packed.raw_next_used();
  constexpr unsigned marks = virtio::packed_flag::available | virtio::packed_flag::used;
  return (packed.raw_descriptor(next.slot).flags & marks) == next.used_flags();
}

// ---- the connection

void Peer::start() {
  evidence_.did("start a ring of " + std::to_string(options_.ring_size));
  send(requests::set_vring_call(0, call_.fd()));
  // The bit is not part of what a driver accepts, and not known to be offered without being asked.
  const std::uint64_t transport =
      front_end_.protocol_features() != 0 ? vhost_user::feature_protocol_features : 0;
  send(requests::set_features(options_.features | transport));
  share_memory();
  start_ring(first_base());
}

void Peer::share_memory() {
  connection_.run(front_end_.change_memory(shared_regions()));
  if (!has_protocol_feature(vhost_user::protocol_feature::reply_ack)) synchronise();
}

void Peer::start_ring(std::uint32_t base) {
  send(requests::set_vring_num(0, options_.ring_size));
  send(requests::set_vring_base(0, base));
  send(requests::set_vring_addr(
      {.index = 0,
       .flags = 0,
       .descriptors = ring_->descriptors_address() - guest_base + user_base,
       .used = ring_->used_address() - guest_base + user_base,
       .available = ring_->available_address() - guest_base + user_base,
       .log = 0}));
  send(requests::set_vring_kick(0, kick_.fd()));
  send(requests::set_vring_call(0, call_.fd()));
  if (front_end_.protocol_features() != 0) send_acknowledged(requests::set_vring_enable(0, true));
}

std::uint32_t Peer::stop() {
  if (front_end_.protocol_features() != 0) send_acknowledged(requests::set_vring_enable(0, false));
  const vhost_user::OutgoingRequest request = requests::get_vring_base(0);
  expect(connection_.send_raw(request.bytes, request.fds), "the back-end has left");
  const auto answer = vhost_user::answers::vring_base(request, connection_.receive_message());
  if (const auto* const refusal = std::get_if<virtio::Refusal>(&answer)) {
    throw Failed(refusal->reason);
  }
  const std::uint32_t base = std::get<0>(answer);
  evidence_.did("stop the ring");
  evidence_.came_back("it would go on at " + std::to_string(base));
  return base;
}

void Peer::send(vhost_user::OutgoingRequest request) {
  vhost_user::Script script;
  script.add([&request] { return request; });
  connection_.run(std::move(script));
}

// Without acknowledgements it does what QEMU does: an answer to another message shows that this one
// has been carried out.
void Peer::send_acknowledged(vhost_user::OutgoingRequest request) {
  if (has_protocol_feature(vhost_user::protocol_feature::reply_ack)) {
    send(requests::with_acknowledgement(std::move(request)));
    return;
  }
  send(std::move(request));
  synchronise();
}

void Peer::synchronise() {
  const vhost_user::OutgoingRequest next = requests::get_features();
  expect(connection_.send_raw(next.bytes, next.fds), "the back-end has left");
  const auto answer = vhost_user::answers::u64(next, connection_.receive_message());
  if (const auto* const refusal = std::get_if<virtio::Refusal>(&answer)) {
    throw Failed(refusal->reason);
  }
}

Peer::Verdict Peer::judge(vhost_user::OutgoingRequest request) {
  const bool acknowledges = has_protocol_feature(vhost_user::protocol_feature::reply_ack);
  const bool replies = request.expects_reply;
  if (acknowledges && !replies) request = requests::with_acknowledgement(std::move(request));
  if (!connection_.send_raw(request.bytes, request.fds)) return Verdict::closed;
  // Without an acknowledgement, the next answer shows whether the back-end went on.
  const vhost_user::OutgoingRequest next = requests::get_features();
  if (!acknowledges && !replies && !connection_.send_raw(next.bytes, next.fds)) {
    return Verdict::closed;
  }
  try {
    const vhost_user::Message answer = connection_.receive_message();
    if (answer.header.request != request.request) return Verdict::ignored;
    if (replies || answer.payload.size() != sizeof(std::uint64_t)) return Verdict::accepted;
    const bool success = vhost_user::read<std::uint64_t>(answer.payload) == 0;
    return success ? Verdict::accepted : Verdict::refused;
  } catch (const io::FrontEndError&) {
    if (is_closed()) return Verdict::closed;
    throw;
  }
}

void Peer::expect_refused(const std::string& what, vhost_user::OutgoingRequest request) {
  evidence_.did("send " + vhost_user::name(request.request) + ": " + what);
  switch (judge(std::move(request))) {
    case Verdict::refused:
      evidence_.came_back("refused by its acknowledgement");
      return;
    case Verdict::closed:
      evidence_.came_back("the connection was closed");
      return;
    case Verdict::ignored:
      evidence_.came_back("nothing about this message, and the next one was answered");
      return;
    case Verdict::accepted:
      throw Failed("the back-end says that it carried it out");
  }
}

bool Peer::is_closed() const {
  pollfd state{.fd = connection_.descriptor(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) > 0;
}

bool Peer::wait(const Event& event, std::chrono::milliseconds limit) const {
  const auto deadline = Clock::now() + limit;
  while (!event.take()) {
    std::array<pollfd, 2> states{
        pollfd{.fd = event.fd(), .events = POLLIN, .revents = 0},
        pollfd{.fd = connection_.descriptor(), .events = POLLRDHUP, .revents = 0}};
    const int ready = ::poll(states.data(), states.size(), milliseconds_until(deadline));
    if (ready == 0 || (ready < 0 && errno != EINTR)) return false;
    // What the back-end signalled last may have come before it left.
    if (ready > 0 && states[0].revents == 0 && states[1].revents != 0) return false;
  }
  return true;
}

Peer::Reaction Peer::settle(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  Reaction reaction = Reaction::none;
  for (bool over = false; reaction == Reaction::none && !over;) {
    std::array<pollfd, 3> states{
        pollfd{.fd = call_.fd(), .events = POLLIN, .revents = 0},
        pollfd{.fd = error_.fd(), .events = POLLIN, .revents = 0},
        pollfd{.fd = connection_.descriptor(), .events = POLLRDHUP, .revents = 0}};
    over = ::poll(states.data(), states.size(), milliseconds_until(deadline)) == 0;
    static_cast<void>(call_.take());  // it may be about nothing
    if (states[2].revents != 0) reaction = Reaction::closed;
    if (error_.take()) reaction = Reaction::broken;
    if (has_answer()) reaction = Reaction::answered;
  }
  constexpr std::array texts{"the request was answered", "the ring was reported as broken",
                             "the connection was closed", "nothing, as far as can be seen"};
  evidence_.came_back(texts.at(static_cast<std::size_t>(reaction)));
  return reaction;
}

}  // namespace vhost_device::conformance
