// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/bench_guest.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/virtio/driver_ring.hpp"
#include "core/virtio/features.hpp"
#include "core/virtio/packed_driver_ring.hpp"

namespace vhost_device::bench {
namespace {

constexpr std::uint64_t guest_base = 0x4000'0000;
constexpr std::uint64_t user_base = 0x7f00'0000'0000;
constexpr std::size_t page = 4096;

std::size_t round_up(std::size_t size) { return (size + page - 1) / page * page; }

template <class Result>
Result check(Result result, const char* what) {
  if (result == Result(-1)) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

support::UniqueFd make_event() {
  return support::UniqueFd(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

std::uint64_t accepted_features(const BenchGuest::Options& options) {
  std::uint64_t features = ~std::uint64_t{0};
  if (!options.packed) features &= ~virtio::feature::ring_packed;
  if (!options.event_idx) features &= ~virtio::feature::event_idx;
  if (!options.indirect) features &= ~virtio::feature::indirect_descriptors;
  return features;
}

}  // namespace

BenchGuest::BenchGuest(const std::filesystem::path& socket, const Options& options)
    : kick_(make_event()),
      call_(make_event()),
      error_(make_event()),
      connection_(socket, options.limit),
      front_end_({{kick_.get(), call_.get(), error_.get()}},
                 {.order = vhost_user::FrontEnd::Order::qemu_10,
                  .features = accepted_features(options),
                  .protocol_features = vhost_user::FrontEnd::Options{}.protocol_features}) {
  connection_.run(front_end_.connect());
  if (options.packed && !front_end_.has_packed_rings()) {
    throw io::FrontEndError(socket.string() + ": packed rings are not offered");
  }
  indirect_ = (features() & virtio::feature::indirect_descriptors) != 0;
  lay_out(options);
  start();
  connect_to_ready_ = std::chrono::steady_clock::now() - began_;
}

BenchGuest::~BenchGuest() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

void BenchGuest::lay_out(const Options& options) {
  const std::size_t ring_bytes =
      round_up(options.packed ? virtio::PackedDriverRing::bytes(options.ring_size)
                              : virtio::DriverRing::bytes(options.ring_size));
  const std::size_t size = ring_bytes + round_up(options.buffer_bytes);
  file_ = support::UniqueFd(check(::memfd_create("guest-memory", MFD_CLOEXEC), "memfd_create"));
  check(::ftruncate(file_.get(), static_cast<off_t>(size)), "ftruncate");
  void* const mapped =
      check(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0), "mmap");
  memory_ = {static_cast<std::byte*>(mapped), size};
  buffers_ = memory_.subspan(ring_bytes);

  const bool event_idx = (features() & virtio::feature::event_idx) != 0;
  if (options.packed) {
    ring_ = std::make_unique<virtio::PackedDriverRing>(
        memory_, guest_base, options.ring_size,
        virtio::PackedDriverRing::Options{.event_idx = event_idx, .first = {}});
  } else {
    ring_ = std::make_unique<virtio::DriverRing>(
        memory_, guest_base, options.ring_size,
        virtio::DriverRing::Options{.event_idx = event_idx, .first_index = 0});
  }
}

void BenchGuest::start() {
  constexpr std::uint64_t to_user_address = user_base - guest_base;
  const vhost_user::SharedRegion region{.region = {.guest_address = guest_base,
                                                   .size = memory_.size(),
                                                   .user_address = user_base,
                                                   .mmap_offset = 0},
                                        .file = file_.get()};
  connection_.run(
      front_end_.start({region}, {{.size = ring_->size(),
                                   .descriptors = ring_->descriptors_address() + to_user_address,
                                   .available = ring_->available_address() + to_user_address,
                                   .used = ring_->used_address() + to_user_address}}));
  synchronise();
}

// A back-end without acknowledgements may still be enabling the ring, and lose a kick. The answer
// to another message shows that it has done so, as QEMU makes sure of it.
void BenchGuest::synchronise() {
  if ((front_end_.protocol_features() & vhost_user::protocol_feature::reply_ack) != 0) return;
  const vhost_user::OutgoingRequest request = vhost_user::requests::get_features();
  if (!connection_.send_raw(request.bytes, request.fds)) {
    throw io::FrontEndError("the back-end has left");
  }
  static_cast<void>(connection_.receive_message());
}

std::uint64_t BenchGuest::buffers_address() const {
  return guest_base + (memory_.size() - buffers_.size());
}

std::optional<std::uint16_t> BenchGuest::add(std::span<const virtio::DriverQueue::Piece> pieces,
                                             std::span<std::byte> table) {
  if (!indirect_) return ring_->add(pieces);
  const auto offset = static_cast<std::uint64_t>(table.data() - buffers_.data());
  return ring_->add_indirect(pieces, table, buffers_address() + offset);
}

void BenchGuest::kick_if_wanted() {
  if (!ring_->take_kick()) return;
  ++kicks_;
  // An eventfd's counter cannot overflow by ones in the life of a process.
  static_cast<void>(::eventfd_write(kick_.get(), 1));
}

std::uint64_t BenchGuest::take_interrupts() const {
  eventfd_t count = 0;
  return ::eventfd_read(call_.get(), &count) == 0 ? count : 0;
}

bool BenchGuest::is_gone(std::chrono::milliseconds within) const {
  pollfd state{.fd = connection_.descriptor(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, static_cast<int>(within.count())) > 0;
}

}  // namespace vhost_device::bench
