// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/i2c/ring_guest.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace vhost_device::i2c::testing {
namespace {

virtio::MemoryRegion whole_memory() {
  return {.guest_address = RingGuest::base,
          .size = RingGuest::memory_size,
          .user_address = RingGuest::base,
          .mmap_offset = 0};
}

}  // namespace

RingGuest::RingGuest(std::shared_ptr<Adapter> adapter, Options options)
    : adapter_(std::move(adapter)),
      options_(options),
      device_(adapter_),
      file_(::memfd_create("guest", MFD_CLOEXEC)),
      next_free_(0) {
  if (::ftruncate(file_.get(), memory_size) != 0) throw std::runtime_error("ftruncate");
  void* const mapped =
      ::mmap(nullptr, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (mapped == MAP_FAILED) throw std::runtime_error("mmap");
  memory_ = {static_cast<std::byte*>(mapped), memory_size};
  if (auto refusal = device_memory_.add(whole_memory(), support::UniqueFd(::dup(file_.get())))) {
    throw std::runtime_error(refusal->reason);
  }
  if (options.packed) {
    ring_ = std::make_unique<virtio::PackedDriverRing>(
        memory_, base, options.queue_size,
        virtio::PackedDriverRing::Options{.event_idx = options.event_idx, .first = {}});
    make_queue(virtio::PackedQueue::first_base);
  } else {
    ring_ = std::make_unique<virtio::DriverRing>(
        memory_, base, options.queue_size,
        virtio::DriverRing::Options{.event_idx = options.event_idx, .first_index = 0});
    make_queue(0);
  }
  next_free_ = ring_->memory_bytes();
}

RingGuest::~RingGuest() { ::munmap(memory_.data(), memory_.size()); }

virtio::SplitRing RingGuest::split_ring() const {
  const std::uint16_t size = ring_->size();
  using virtio::SplitRing;
  return {
      .size = size,
      .descriptors =
          device_memory_.at(ring_->descriptors_address(), SplitRing::descriptors_bytes(size)),
      .available = device_memory_.at(ring_->available_address(), SplitRing::available_bytes(size)),
      .used = device_memory_.at(ring_->used_address(), SplitRing::used_bytes(size))};
}

virtio::PackedRing RingGuest::packed_ring() const {
  const std::uint16_t size = ring_->size();
  using virtio::PackedRing;
  return {.size = size,
          .descriptors =
              device_memory_.at(ring_->descriptors_address(), PackedRing::descriptors_bytes(size)),
          .driver_event = device_memory_.at(ring_->available_address(), PackedRing::event_bytes),
          .device_event = device_memory_.at(ring_->used_address(), PackedRing::event_bytes)};
}

void RingGuest::make_queue(std::uint32_t queue_base) {
  if (options_.packed) {
    queue_ = std::make_unique<virtio::PackedQueue>(
        device_memory_, packed_ring(),
        virtio::PackedQueue::Features{.indirect = true, .event_idx = options_.event_idx},
        queue_base);
  } else {
    queue_ = std::make_unique<virtio::SplitQueue>(
        device_memory_, split_ring(),
        virtio::SplitQueue::Features{.indirect = true, .event_idx = options_.event_idx},
        static_cast<std::uint16_t>(queue_base));
  }
}

std::uint64_t RingGuest::buffer(std::size_t size) {
  const std::uint64_t address = base + next_free_;
  const std::size_t aligned = (size + 15) / 16 * 16;
  std::ranges::fill(at(address, aligned), untouched);
  next_free_ += aligned;
  return address;
}

std::uint64_t RingGuest::put(std::span<const std::byte> bytes) {
  const std::uint64_t address = buffer(bytes.size());
  std::ranges::copy(bytes, at(address, bytes.size()).begin());
  return address;
}

std::uint64_t RingGuest::put(std::initializer_list<unsigned> bytes) {
  std::vector<std::byte> copy;
  for (const unsigned byte : bytes) copy.push_back(static_cast<std::byte>(byte));
  return put(copy);
}

std::uint64_t RingGuest::header(std::uint16_t address_field, std::uint32_t flags) {
  const unsigned address = address_field;
  return put({address & 0xffU, address >> 8U, 0, 0, flags & 0xffU, (flags >> 8U) & 0xffU,
              (flags >> 16U) & 0xffU, flags >> 24U});
}

std::span<std::byte> RingGuest::at(std::uint64_t guest_address, std::size_t size) {
  return memory_.subspan(guest_address - base, size);
}

void RingGuest::kick() {
  while (device_.process(0, *queue_) == virtio::Progress::more) {
  }
}

bool RingGuest::good_request_works() {
  const auto status = buffer(1);
  const std::array pieces{Piece{header(0x50 << 1, 0), 8, false}, Piece{put({0x12, 0x34}), 2, false},
                          Piece{status, 1, true}};
  const auto head = ring_->add(pieces);
  kick();
  const auto used = ring_->take_used();
  return head && used && used->head == *head && used->written == 1 && at(status) == std::byte{0};
}

void RingGuest::take_over() {
  device_ = VirtioI2c(adapter_);
  make_queue(split().raw_used_index());
}

void RingGuest::replace_memory_table() {
  std::vector<support::UniqueFd> files;
  files.emplace_back(::dup(file_.get()));
  const std::array regions{whole_memory()};
  if (auto refusal = device_memory_.replace(regions, std::move(files))) {
    throw std::runtime_error(refusal->reason);
  }
  if (options_.packed) {
    dynamic_cast<virtio::PackedQueue&>(*queue_).rebase(packed_ring());
  } else {
    dynamic_cast<virtio::SplitQueue&>(*queue_).rebase(split_ring());
  }
}

}  // namespace vhost_device::i2c::testing
