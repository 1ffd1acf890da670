// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/in_process_guest.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace vhost_device::io {
namespace {

// Where the guest has its memory, and where the front-end claims to have it mapped. They differ, so
// that a back-end that takes one for the other is found out.
constexpr std::uint64_t memory_guest_address = 0x4000'0000;
constexpr std::uint64_t memory_user_address = 0x7f00'0000'0000;

template <class Result>
Result check(Result result, const char* what) {
  if (result == Result(-1)) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

support::UniqueFd make_memory_file(std::size_t size) {
  support::UniqueFd file(check(::memfd_create("guest-memory", MFD_CLOEXEC), "memfd_create"));
  check(::ftruncate(file.get(), static_cast<off_t>(size)), "ftruncate");
  return file;
}

std::span<std::byte> map_memory(const support::UniqueFd& file, std::size_t size) {
  void* const mapped =
      check(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0), "mmap");
  return {static_cast<std::byte*>(mapped), size};
}

support::UniqueFd make_event() {
  return support::UniqueFd(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

}  // namespace

InProcessGuest::InProcessGuest(const std::filesystem::path& socket, const Options& options)
    : file_(make_memory_file(options.memory_size)),
      events_(make_events(options.queues)),
      connection_(socket, options.limit),
      front_end_(borrow_events(), options.front_end) {
  connection_.run(front_end_.connect());
  memory_ = map_memory(file_, options.memory_size);
}

InProcessGuest::~InProcessGuest() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

std::vector<InProcessGuest::QueueEvents> InProcessGuest::make_events(std::size_t queues) {
  std::vector<QueueEvents> events(queues);
  for (QueueEvents& queue : events) {
    queue = {.kick = make_event(), .call = make_event(), .error = make_event()};
  }
  return events;
}

std::vector<vhost_user::FrontEnd::QueueFds> InProcessGuest::borrow_events() const {
  std::vector<vhost_user::FrontEnd::QueueFds> borrowed;
  borrowed.reserve(events_.size());
  for (const QueueEvents& queue : events_) {
    borrowed.push_back({queue.kick.get(), queue.call.get(), queue.error.get()});
  }
  return borrowed;
}

std::uint64_t InProcessGuest::guest_address() const { return memory_guest_address; }

void InProcessGuest::start(const std::vector<const virtio::DriverQueue*>& rings) {
  constexpr std::uint64_t to_user_address = memory_user_address - memory_guest_address;
  const vhost_user::SharedRegion region{.region = {.guest_address = memory_guest_address,
                                                   .size = memory_.size(),
                                                   .user_address = memory_user_address,
                                                   .mmap_offset = 0},
                                        .file = file_.get()};
  std::vector<vhost_user::FrontEnd::Ring> addresses;
  addresses.reserve(rings.size());
  for (const virtio::DriverQueue* ring : rings) {
    addresses.push_back({.size = ring->size(),
                         .descriptors = ring->descriptors_address() + to_user_address,
                         .available = ring->available_address() + to_user_address,
                         .used = ring->used_address() + to_user_address});
  }
  connection_.run(front_end_.start({region}, std::move(addresses)));
}

void InProcessGuest::stop() { connection_.run(front_end_.stop()); }

void InProcessGuest::kick(std::uint16_t index) {
  // An eventfd's counter cannot overflow by ones in the life of a process.
  static_cast<void>(::eventfd_write(events_.at(index).kick.get(), 1));
}

bool InProcessGuest::wait(std::uint16_t index, std::chrono::milliseconds limit) {
  return wait_for_event(events_.at(index).call, limit);
}

bool InProcessGuest::wait_for_error(std::uint16_t index, std::chrono::milliseconds limit) {
  return wait_for_event(events_.at(index).error, limit);
}

bool InProcessGuest::wait_for_event(const support::UniqueFd& event,
                                    std::chrono::milliseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    eventfd_t count = 0;
    if (::eventfd_read(event.get(), &count) == 0) return true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> wanted{
        pollfd{.fd = event.get(), .events = POLLIN, .revents = 0},
        pollfd{.fd = connection_.descriptor(), .events = POLLRDHUP, .revents = 0}};
    if (::poll(wanted.data(), wanted.size(), static_cast<int>(left.count())) < 0 &&
        errno != EINTR) {
      return false;
    }
    // The back-end's last event may have come before it left.
    if (wanted[1].revents != 0 && wanted[0].revents == 0) return false;
  }
}

}  // namespace vhost_device::io
