// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Writes inputs for vhost_user_session_fuzz.cpp into the folder given: sessions that go well, for
// the search to start from.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/vhost_user/requests.hpp"
#include "core/virtio/driver_ring.hpp"

namespace {

using namespace vhost_device;
namespace requests = vhost_user::requests;
using vhost_user::OutgoingRequest;

constexpr std::uint64_t user_base = 0x7f00'0000'0000;
constexpr std::uint64_t memory_size = 1 << 16;  // as the fuzz target has it
constexpr std::uint16_t ring_size = 4;
constexpr std::uint64_t buffer_address = 0x400;
constexpr vhost_user::SharedRegion region{{0, memory_size, user_base, 0}, 0};

// The bits of a step's control byte.
constexpr std::uint8_t with_memory = 1;
constexpr std::uint8_t with_eventfd = 1 << 2;
constexpr std::uint8_t serve = 1 << 4;
constexpr std::uint8_t single_bytes = 1 << 5;

class Seed {
 public:
  /// With a ring of two requests at the start of memory.
  Seed() {
    std::vector<std::byte> memory(0x200);
    virtio::DriverRing driver(memory, 0, ring_size, {.event_idx = true});
    const std::vector<virtio::DriverRing::Piece> pieces{{buffer_address, 8, false},
                                                        {buffer_address + 16, 8, true}};
    if (!driver.add(pieces) || !driver.add(pieces)) std::abort();
    bytes_ = {static_cast<std::byte>(memory.size()), static_cast<std::byte>(memory.size() >> 8)};
    bytes_.insert(bytes_.end(), memory.begin(), memory.end());
    driver_available_ = driver.available_address();
    driver_used_ = driver.used_address();
  }

  void add(std::uint8_t control, const OutgoingRequest& request) {
    bytes_.push_back(std::byte{control});
    bytes_.insert(bytes_.end(), request.bytes.begin(), request.bytes.end());
  }

  void connect() {
    for (const auto& request :
         {requests::get_features(), requests::get_protocol_features(),
          requests::set_protocol_features(0x8209), requests::get_queue_num(),
          requests::get_max_mem_slots(), requests::set_owner(), requests::get_config(0, 8)}) {
      add(0, request);
    }
    add(with_eventfd, requests::set_vring_call(0, 0));
    add(with_eventfd, requests::set_vring_err(0, 0));
  }

  void start(std::uint32_t queue, std::uint8_t also = 0) {
    add(also, requests::set_features(0x1'7000'0001));
    add(also, requests::set_vring_num(queue, ring_size));
    add(also, requests::set_vring_base(queue, 0));
    add(also, requests::set_vring_addr({.index = queue,
                                        .flags = 0,
                                        .descriptors = user_base,
                                        .used = user_base + driver_used_,
                                        .available = user_base + driver_available_,
                                        .log = 0}));
    add(also | with_eventfd, requests::set_vring_kick(static_cast<std::uint8_t>(queue), 0));
    add(also | serve, requests::with_acknowledgement(requests::set_vring_enable(queue, true)));
  }

  void write(const std::filesystem::path& file) const {
    std::ofstream stream(file, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes_.data()),
                 static_cast<std::streamsize>(bytes_.size()));
    if (!stream.flush()) std::abort();
  }

 private:
  std::vector<std::byte> bytes_;
  std::uint64_t driver_available_ = 0;
  std::uint64_t driver_used_ = 0;
};

Seed memory_slots() {
  Seed seed;
  seed.connect();
  seed.add(with_memory, requests::with_acknowledgement(requests::add_mem_reg(region)));
  seed.start(0);
  seed.add(0, requests::rem_mem_reg(region.region));
  seed.add(with_memory | serve, requests::add_mem_reg(region));
  seed.add(0, requests::set_vring_enable(0, false));
  seed.add(0, requests::get_vring_base(0));
  seed.start(0);
  return seed;
}

Seed memory_table() {
  Seed seed;
  seed.add(with_memory, requests::set_mem_table({&region, 1}));
  seed.start(1, single_bytes);
  seed.add(with_memory | serve, requests::set_mem_table({&region, 1}));
  seed.add(serve, requests::set_features(0x1'7000'0001));
  seed.add(0, requests::reset_owner());
  seed.add(0, requests::get_vring_base(1));
  return seed;
}

Seed configuration() {
  Seed seed;
  seed.connect();
  const std::vector<std::byte> content(4, std::byte{0x55});
  seed.add(0, requests::with_acknowledgement(requests::set_config(2, content)));
  seed.add(0, requests::get_config(2, 4));
  seed.add(0, requests::get_config(5, 4));
  return seed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  const std::filesystem::path folder(argv[1]);
  std::filesystem::create_directories(folder);
  memory_slots().write(folder / "memory_slots");
  memory_table().write(folder / "memory_table");
  configuration().write(folder / "configuration");
  return EXIT_SUCCESS;
}
