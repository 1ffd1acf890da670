// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstring>
#include <future>
#include <list>
#include <utility>

#include "core/virtio/features.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::I2cGuest;
using testing::ServedBus;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

constexpr auto limit = 5s;

TEST(Server, guest_reads_what_it_wrote) {
  ServedBus served;
  I2cGuest guest(served.socket());

  EXPECT_TRUE(guest.eeprom_works(std::byte{0x5a}));
  EXPECT_EQ(served.eeprom->read_data(0, 1).front(), std::byte{0x5a});
}

TEST(Server, guest_in_the_order_of_qemu_7_2_is_served) {
  ServedBus served;
  InProcessGuest::Options options;
  options.front_end.order = vhost_user::FrontEnd::Order::qemu_7_2;
  I2cGuest guest(served.socket(), options);

  EXPECT_TRUE(guest.eeprom_works(std::byte{1}));
}

TEST(Server, guest_with_indirect_descriptors_is_served) {
  ServedBus served;
  I2cGuest guest(served.socket(), {}, {.indirect = true});

  EXPECT_TRUE(guest.eeprom_works(std::byte{2}));
}

TEST(Server, guest_without_event_idx_is_served) {
  ServedBus served;
  InProcessGuest::Options options;
  options.front_end.features &= ~std::uint64_t{virtio::feature::event_idx};
  I2cGuest guest(served.socket(), options);

  EXPECT_TRUE(guest.eeprom_works(std::byte{3}));
}

TEST(Server, guest_with_a_packed_ring_is_served) {
  ServedBus served;
  InProcessGuest::Options options;
  options.front_end.features |= virtio::feature::ring_packed;
  I2cGuest guest(served.socket(), options);

  EXPECT_TRUE(guest.guest.front_end().has_packed_rings());
  EXPECT_TRUE(guest.eeprom_works(std::byte{6}));
}

TEST(Server, guest_with_a_packed_ring_that_pauses_goes_on_where_it_was) {
  ServedBus served;
  InProcessGuest::Options options;
  options.front_end.features |= virtio::feature::ring_packed;
  I2cGuest guest(served.socket(), options, {.indirect = true});
  ASSERT_TRUE(guest.eeprom_works(std::byte{7}));  // three requests of one slot each

  guest.guest.stop();
  EXPECT_EQ(guest.guest.front_end().base(0), 0x8003'8003U);
  guest.guest.start({guest.ring.get()});

  EXPECT_TRUE(guest.eeprom_works(std::byte{8}));
}

TEST(Server, single_socket_is_at_the_bare_path_too) {
  ServedBus served;

  I2cGuest guest(served.folder / "i2c.sock");

  EXPECT_TRUE(guest.eeprom_works(std::byte{4}));
}

TEST(Server, guest_that_pauses_goes_on_where_it_was) {
  ServedBus served;
  I2cGuest guest(served.socket());
  ASSERT_TRUE(guest.eeprom_works(std::byte{5}));

  guest.guest.stop();
  guest.guest.start({guest.ring.get()});

  EXPECT_TRUE(guest.eeprom_works(std::byte{6}));
}

TEST(Server, guest_that_leaves_and_returns_is_served_again) {
  ServedBus served;
  for (unsigned i = 0; i < 20; ++i) {
    I2cGuest guest(served.socket());
    EXPECT_TRUE(guest.eeprom_works(static_cast<std::byte>(i)));
  }
}

TEST(Server, guests_that_come_and_go_leave_no_descriptor_behind) {
  ServedBus served;
  const std::size_t before = testing::open_descriptors();

  for (unsigned i = 0; i < 20; ++i) {
    I2cGuest guest(served.socket());
    ASSERT_TRUE(guest.eeprom_works(static_cast<std::byte>(i)));
  }

  EXPECT_TRUE(testing::descriptors_fall_to(before))
      << testing::open_descriptors() << " of " << before;
}

TEST(Server, second_front_end_on_a_busy_socket_is_turned_away) {
  ServedBus served;
  I2cGuest guest(served.socket());

  FrontEndConnection second(served.socket(), limit);

  EXPECT_TRUE(second.wait_until_closed());
  EXPECT_TRUE(guest.eeprom_works(std::byte{7}));
}

TEST(Server, guests_on_their_own_sockets_share_the_bus) {
  ServedBus served(2);
  I2cGuest a(served.socket(0));
  I2cGuest b(served.socket(1));

  EXPECT_TRUE(a.eeprom_works(std::byte{8}));
  EXPECT_TRUE(b.eeprom_works(std::byte{9}));
  EXPECT_EQ(served.server.connected(), 2U);
}

TEST(Server, stop_closes_connections_and_removes_the_sockets) {
  ServedBus served;
  FrontEndConnection connection(served.socket(), limit);
  const auto path = served.socket();

  EXPECT_TRUE(served.server.stop(limit));

  EXPECT_TRUE(connection.wait_until_closed());
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::is_symlink(served.folder / "i2c.sock"));
  EXPECT_TRUE(served.server.wait(0ms));
}

TEST(Server, socket_that_cannot_be_made_leaves_no_other_behind) {
  testing::TemporaryFolder folder;
  const SocketFile busy(folder / "x1", 0600);
  const auto bus = std::make_shared<sim::Bus>();

  EXPECT_THROW(Server({.path = folder / "x", .count = 3}, testing::i2c_devices(bus)), SocketError);

  EXPECT_FALSE(std::filesystem::exists(folder / "x0"));
  EXPECT_TRUE(std::filesystem::exists(folder / "x1"));
}

/// While it lives, this process may have so many descriptors.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(std::size_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit lower{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &lower);
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Server, limit_of_descriptors_below_what_guests_need_is_told_with_the_remedy) {
  testing::TemporaryFolder folder;
  const auto bus = std::make_shared<sim::Bus>();
  const DescriptorLimit limited(100);

  EXPECT_THAT([&] { Server({.path = folder / "x", .count = 64}, testing::i2c_devices(bus)); },
              ThrowsMessage<SocketError>(
                  AllOf(HasSubstr("64 sockets"), HasSubstr("is 100;"), HasSubstr("`ulimit -n "))));

  EXPECT_FALSE(std::filesystem::exists(folder / "x0"));
}

TEST(Server, guests_need_no_more_descriptors_than_are_counted) {
  constexpr std::size_t guests = 4;
  const std::size_t before = testing::open_descriptors();
  ServedBus served(guests);
  const std::size_t idle = testing::open_descriptors();
  std::list<I2cGuest> connected;
  for (std::size_t i = 0; i < guests; ++i) {
    EXPECT_TRUE(connected.emplace_back(served.socket(i)).eeprom_works(std::byte{1}));
  }

  EXPECT_LE(idle - before, guests * Server::idle_descriptors);
  // A guest has its own memory, its end of the connection, and of three notifications.
  EXPECT_LE(testing::open_descriptors() - before, guests * (Server::descriptors_per_guest + 5));
}

TEST(Server, inherited_listening_socket_is_served) {
  testing::TemporaryFolder folder;
  const SocketFile listening(folder / "x", 0600);
  const auto bus = std::make_shared<sim::Bus>();
  Server server(listening.duplicate(), testing::i2c_devices(bus));

  I2cGuest guest(folder / "x");

  EXPECT_FALSE(guest.eeprom_works(std::byte{1}));  // an empty bus: an answer all the same
  EXPECT_FALSE(server.wait(0ms));
}

TEST(Server, inherited_connection_finishes_the_server_when_it_ends) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
  support::UniqueFd ours(pair[0]);
  const auto bus = std::make_shared<sim::Bus>();
  Server server(support::UniqueFd(pair[1]), testing::i2c_devices(bus));

  ours.reset();

  EXPECT_TRUE(server.wait(limit));
}

TEST(Server, descriptor_that_is_no_unix_socket_is_refused) {
  const auto bus = std::make_shared<sim::Bus>();
  support::UniqueFd internet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

  EXPECT_THROW(Server(std::move(internet), testing::i2c_devices(bus)), std::system_error);
}

/// A bus on which the first transfer takes until it is let go.
class HeldAdapter final : public i2c::Adapter {
 public:
  std::promise<void> entered;
  std::promise<void> let_go;

  [[nodiscard]] i2c::Functionality functionality() const override { return i2c::func::any_message; }

 private:
  i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override {
    if (!std::exchange(was_held_, true)) {
      entered.set_value();
      let_go.get_future().wait();
    }
    return {messages.size(), i2c::TransferError::none};
  }

  bool was_held_ = false;
};

TEST(Server, transfer_that_takes_long_holds_up_no_other_guest_and_no_stop) {
  testing::TemporaryFolder folder;
  const auto held = std::make_shared<HeldAdapter>();
  const auto bus = std::make_shared<sim::Bus>();
  bus->attach(std::make_shared<sim::At24>("24c02", testing::eeprom_address));
  Server server({.path = folder / "x", .count = 2}, [&](std::size_t index) {
    return std::make_unique<i2c::VirtioI2c>(index == 0 ? std::shared_ptr<i2c::Adapter>(held) : bus);
  });
  I2cGuest slow(folder / "x0");
  I2cGuest quick(folder / "x1");
  const std::vector messages{i2c::Message{testing::eeprom_address, false, {}}};
  auto slow_transfer =
      std::async(std::launch::async, [&] { return slow.driver.transfer(messages); });
  held->entered.get_future().wait();

  EXPECT_TRUE(quick.driver.transfer(messages).ok());
  EXPECT_FALSE(server.stop(10ms));

  held->let_go.set_value();
  EXPECT_TRUE(slow_transfer.get().ok());
  EXPECT_TRUE(server.stop(limit));
}

/// Makes a write of nothing available, whose header and status lie at `offset`.
void add_request(I2cGuest& guest, std::size_t offset, bool fail_next) {
  // VIRTIO 1.3, 5.18.6 "Device Operation": the address in bits 7..1, and
  // VIRTIO_I2C_FLAGS_FAIL_NEXT.
  const std::array<std::uint8_t, 8> header{0xa0, 0, 0, 0, static_cast<std::uint8_t>(fail_next)};
  std::memcpy(&guest.guest.memory()[offset], header.data(), header.size());
  const std::uint64_t address = guest.guest.guest_address() + offset;
  const std::array pieces{virtio::DriverQueue::Piece{address, header.size(), false},
                          virtio::DriverQueue::Piece{address + header.size(), 1, true}};
  ASSERT_TRUE(guest.ring->add(pieces));
}

TEST(Server, stop_lets_the_group_under_way_end_and_begins_no_other) {
  testing::TemporaryFolder folder;
  const auto held = std::make_shared<HeldAdapter>();
  Server server({.path = folder / "x"}, testing::i2c_devices(held));
  I2cGuest guest(folder / "x0");
  const std::size_t free = guest.ring->memory_bytes();
  add_request(guest, free, true);
  add_request(guest, free + 16, false);
  add_request(guest, free + 32, false);
  guest.guest.kick(0);
  held->entered.get_future().wait();

  EXPECT_FALSE(server.stop(0ms));
  held->let_go.set_value();
  EXPECT_TRUE(server.stop(limit));

  EXPECT_TRUE(guest.ring->take_used());
  EXPECT_TRUE(guest.ring->take_used());
  EXPECT_FALSE(guest.ring->take_used());
}

}  // namespace
}  // namespace vhost_device::io
