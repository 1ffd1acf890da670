// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Front-ends that break the rules, on a real socket of a real server. Whatever they send, the
// server stays up, keeps no descriptor of theirs, and serves the next one.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "core/io/message_socket.hpp"
#include "core/vhost_user/requests.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

using testing::I2cGuest;
using testing::ServedBus;
using vhost_user::Header;
using vhost_user::OutgoingRequest;
namespace requests = vhost_user::requests;
using namespace std::chrono_literals;

constexpr auto limit = 5s;

/// A request for each number that the back-end knows, with descriptors where it takes some.
std::vector<OutgoingRequest> every_request(int memory, int event) {
  const vhost_user::SharedRegion region{
      .region = {.guest_address = 0, .size = 4096, .user_address = 0x1000, .mmap_offset = 0},
      .file = memory};
  const std::array regions{region};
  const std::array<std::byte, 4> config{};
  return {requests::get_features(),
          requests::set_features(0),
          requests::set_owner(),
          requests::reset_owner(),
          requests::get_protocol_features(),
          requests::set_protocol_features(0),
          requests::get_queue_num(),
          requests::set_mem_table(regions),
          requests::get_max_mem_slots(),
          requests::add_mem_reg(region),
          requests::rem_mem_reg(region.region),
          requests::set_vring_num(0, 4),
          requests::set_vring_addr({}),
          requests::set_vring_base(0, 0),
          requests::get_vring_base(0),
          requests::set_vring_enable(0, true),
          requests::set_vring_kick(0, event),
          requests::set_vring_call(0, event),
          requests::set_vring_err(0, event),
          requests::get_config(0, 4),
          requests::set_config(0, config)};
}

struct HostileFrontEnd : ::testing::Test {
  HostileFrontEnd() {
    EXPECT_EQ(::ftruncate(memory.get(), 4096), 0);
    descriptors = testing::open_descriptors();
  }

  void expect_next_guest_is_served() const {
    I2cGuest guest(served.socket());
    EXPECT_TRUE(guest.eeprom_works(std::byte{0x77}));
  }

  /// The server closes what the front-ends before left; the test's own end may still be open.
  void expect_nothing_kept() const {
    expect_next_guest_is_served();
    EXPECT_TRUE(testing::descriptors_fall_to(descriptors + 1)) << testing::open_descriptors();
  }

  /// One request, whose answer, if there is one, may be anything.
  static vhost_user::Script script_of(const OutgoingRequest& request) {
    vhost_user::Script script;
    script.add(
        [request] { return request; },
        [](const OutgoingRequest&, const vhost_user::Message&) -> std::optional<virtio::Refusal> {
          return std::nullopt;
        });
    return script;
  }

  ServedBus served;
  support::UniqueFd memory{::memfd_create("hostile", MFD_CLOEXEC)};
  support::UniqueFd event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::size_t descriptors = 0;
};

TEST_F(HostileFrontEnd, every_message_cut_short_at_every_byte_is_survived) {
  for (const OutgoingRequest& request : every_request(memory.get(), event.get())) {
    for (std::size_t length = 1; length < request.bytes.size(); ++length) {
      FrontEndConnection connection(served.socket(), limit);
      ASSERT_TRUE(connection.send_raw(std::span(request.bytes).first(length), request.fds));
    }
    expect_next_guest_is_served();
  }
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, message_in_pieces_of_a_byte_is_understood) {
  FrontEndConnection connection(served.socket(), limit);
  const OutgoingRequest region = requests::add_mem_reg(
      {.region = {.guest_address = 0, .size = 4096, .user_address = 0x1000, .mmap_offset = 0},
       .file = memory.get()});
  const OutgoingRequest features = requests::get_features();

  connection.run(script_of(
      requests::set_protocol_features(vhost_user::protocol_feature::configure_mem_slots)));
  ASSERT_TRUE(connection.send_raw(std::span(region.bytes).first(1), region.fds));
  for (const std::byte& byte : std::span(region.bytes).subspan(1)) {
    ASSERT_TRUE(connection.send_raw(std::span(&byte, 1), {}));
  }
  for (const std::byte& byte : features.bytes) {
    ASSERT_TRUE(connection.send_raw(std::span(&byte, 1), {}));
  }

  const vhost_user::Message reply = connection.receive_message();
  EXPECT_EQ(reply.header.request, vhost_user::Request::get_features);
  EXPECT_EQ(reply.payload.size(), sizeof(std::uint64_t));
}

TEST_F(HostileFrontEnd, every_message_alone_and_out_of_order_is_survived) {
  for (const OutgoingRequest& request : every_request(memory.get(), event.get())) {
    FrontEndConnection connection(served.socket(), limit);
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
  }
  for (const OutgoingRequest& first : every_request(memory.get(), event.get())) {
    FrontEndConnection connection(served.socket(), limit);
    bool open = connection.send_raw(first.bytes, first.fds);
    for (const OutgoingRequest& then : every_request(memory.get(), event.get())) {
      open = open && connection.send_raw(then.bytes, then.fds);
    }
  }
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, every_message_that_is_a_byte_too_long_closes_the_connection) {
  for (OutgoingRequest request : every_request(memory.get(), event.get())) {
    request.bytes.push_back(std::byte{0});
    const auto size = static_cast<std::uint32_t>(request.bytes.size() - sizeof(Header));
    std::memcpy(request.bytes.data() + offsetof(Header, size), &size, sizeof size);
    FrontEndConnection connection(served.socket(), limit);
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
    EXPECT_TRUE(connection.wait_until_closed()) << vhost_user::name(request.request);
  }
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, every_message_with_surplus_descriptors_closes_the_connection) {
  for (OutgoingRequest request : every_request(memory.get(), event.get())) {
    request.fds.assign(16, memory.get());
    FrontEndConnection connection(served.socket(), limit);
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
    EXPECT_TRUE(connection.wait_until_closed()) << vhost_user::name(request.request);
  }
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, every_message_without_its_descriptors_closes_the_connection) {
  for (OutgoingRequest request : every_request(memory.get(), event.get())) {
    if (request.fds.empty()) continue;
    request.fds.clear();
    FrontEndConnection connection(served.socket(), limit);
    ASSERT_TRUE(connection.send_raw(request.bytes, {}));
    EXPECT_TRUE(connection.wait_until_closed()) << vhost_user::name(request.request);
  }
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, payload_of_four_gibibytes_closes_the_connection) {
  FrontEndConnection connection(served.socket(), limit);
  const Header header{
      .request = vhost_user::Request::set_mem_table, .flags = Header::version, .size = 0xffff'ffff};

  ASSERT_TRUE(connection.send_raw(std::as_bytes(std::span(&header, 1)), {}));

  EXPECT_TRUE(connection.wait_until_closed());
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, unknown_request_closes_the_connection) {
  FrontEndConnection connection(served.socket(), limit);
  const Header header{
      .request = static_cast<vhost_user::Request>(4711), .flags = Header::version, .size = 0};

  ASSERT_TRUE(connection.send_raw(std::as_bytes(std::span(&header, 1)), {}));

  EXPECT_TRUE(connection.wait_until_closed());
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, that_never_reads_its_answers_is_closed) {
  FrontEndConnection connection(served.socket(), limit);
  const OutgoingRequest request = requests::get_features();
  constexpr int more_than_any_socket_buffer = 100'000;

  bool open = true;
  for (int i = 0; open && i < more_than_any_socket_buffer; ++i) {
    open = connection.send_raw(request.bytes, {});
  }

  EXPECT_FALSE(open);
  expect_nothing_kept();
}

TEST_F(HostileFrontEnd, memory_that_shrinks_under_a_running_queue_is_survived) {
  {
    I2cGuest guest(served.socket());
    ASSERT_TRUE(guest.eeprom_works(std::byte{1}));
    ASSERT_EQ(::ftruncate(guest.guest.memory_file(), 0), 0);
    guest.guest.kick(0);
    EXPECT_TRUE(guest.guest.wait_for_error(0, limit));
  }
  expect_next_guest_is_served();
}

/// Files that are neither eventfds nor pipes, by what they are.
struct NoNotifier {
  const char* name;
  const char* path;
};

struct HostileNotifier : HostileFrontEnd, ::testing::WithParamInterface<NoNotifier> {};

TEST_P(HostileNotifier, in_the_place_of_an_eventfd_closes_the_connection) {
  const support::UniqueFd file(::open(GetParam().path, O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(file);
  for (const OutgoingRequest& request :
       {requests::set_vring_kick(0, file.get()), requests::set_vring_call(0, file.get()),
        requests::set_vring_err(0, file.get())}) {
    FrontEndConnection connection(served.socket(), limit);
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
    EXPECT_TRUE(connection.wait_until_closed()) << vhost_user::name(request.request);
  }
  expect_nothing_kept();
}

INSTANTIATE_TEST_SUITE_P(Files, HostileNotifier,
                         ::testing::Values(NoNotifier{"Device", "/dev/null"},
                                           NoNotifier{"Folder", "/"},
                                           NoNotifier{"RegularFile", "/proc/self/exe"}),
                         [](const auto& file) { return std::string(file.param.name); });

// Held by the back-end, it would keep the connection from ever ending.
TEST_F(HostileFrontEnd, own_end_of_the_connection_as_a_notifier_closes_it) {
  FrontEndConnection connection(served.socket(), limit);
  const OutgoingRequest request = requests::set_vring_err(0, connection.descriptor());

  ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));

  EXPECT_TRUE(connection.wait_until_closed());
  expect_nothing_kept();
}

/// An end of a socketpair, which User Mode Linux sends to be signalled.
support::UniqueFd end_of_socketpair() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  ::close(ends[0]);
  return support::UniqueFd(ends[1]);
}

TEST_F(HostileFrontEnd, end_of_a_socketpair_is_taken_for_signals) {
  const support::UniqueFd end = end_of_socketpair();
  FrontEndConnection connection(served.socket(), limit);
  for (const OutgoingRequest& request :
       {requests::set_vring_call(0, end.get()), requests::set_vring_err(0, end.get())}) {
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
  }

  ASSERT_TRUE(connection.send_raw(requests::get_features().bytes, {}));

  EXPECT_EQ(connection.receive_message().header.request, vhost_user::Request::get_features);
}

TEST_F(HostileFrontEnd, own_end_left_in_a_socketpair_does_not_keep_the_place) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  {
    FrontEndConnection connection(served.socket(), limit);
    const std::array own_end{connection.descriptor()};
    ASSERT_EQ(send(ends[0], std::array{std::byte{0}}, own_end), 0);
    const OutgoingRequest request = requests::set_vring_call(0, ends[1]);
    ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));
    ASSERT_TRUE(connection.send_raw(requests::get_features().bytes, {}));
    EXPECT_EQ(connection.receive_message().header.request, vhost_user::Request::get_features);
  }
  ::close(ends[0]);
  ::close(ends[1]);

  testing::I2cGuest next(served.socket());

  EXPECT_TRUE(next.eeprom_works(std::byte{1}));
}

TEST_F(HostileFrontEnd, end_of_a_socketpair_for_kicks_closes_the_connection) {
  const support::UniqueFd end = end_of_socketpair();
  FrontEndConnection connection(served.socket(), limit);
  const OutgoingRequest request = requests::set_vring_kick(0, end.get());

  ASSERT_TRUE(connection.send_raw(request.bytes, request.fds));

  EXPECT_TRUE(connection.wait_until_closed());
}

}  // namespace
}  // namespace vhost_device::io
