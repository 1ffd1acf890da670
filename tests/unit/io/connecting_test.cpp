// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A server that connects to sockets on which virtual machines listen.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <fstream>
#include <optional>

#include "core/io/connecting_source.hpp"
#include "core/io/front_end_connection.hpp"
#include "core/io/server.hpp"
#include "core/io/socket_file.hpp"
#include "core/vhost_user/requests.hpp"
#include "core/vhost_user/script.hpp"
#include "tests/unit/io/kept_lines.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

constexpr auto limit = 5s;

/// A virtual machine that listens.
class Machine {
 public:
  explicit Machine(const std::filesystem::path& path) : socket_(path, 0600) {}

  /// The next back-end that connects; none if none does in time.
  [[nodiscard]] std::optional<FrontEndConnection> accept() {
    const support::UniqueFd listening = socket_.duplicate();
    pollfd wanted{.fd = listening.get(), .events = POLLIN, .revents = 0};
    const int limit_ms = static_cast<int>(std::chrono::milliseconds(limit).count());
    if (::poll(&wanted, 1, limit_ms) != 1) return std::nullopt;
    return FrontEndConnection(
        support::UniqueFd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC)), limit);
  }

 private:
  SocketFile socket_;
};

/// What a back-end answers to GET_PROTOCOL_FEATURES.
std::uint64_t protocol_features(FrontEndConnection& connection) {
  std::uint64_t features = 0;
  const auto request = vhost_user::requests::get_protocol_features();
  EXPECT_TRUE(connection.send_raw(request.bytes, {}));
  features =
      std::get<std::uint64_t>(vhost_user::answers::u64(request, connection.receive_message()));
  return features;
}

struct ConnectingServer : ::testing::Test {
  [[nodiscard]] std::filesystem::path path() const { return folder / "vm.sock"; }
  [[nodiscard]] Server::GuestDeviceFactory devices() const { return testing::i2c_devices(bus); }

  TemporaryFolder folder;
  std::shared_ptr<sim::Bus> bus = std::make_shared<sim::Bus>();
};

TEST_F(ConnectingServer, serves_a_machine_that_listens) {
  Machine machine(path());
  Server server(Server::ConnectTo{{path()}}, devices());

  auto connection = machine.accept();

  ASSERT_TRUE(connection);
  EXPECT_NE(protocol_features(*connection), 0U);
  EXPECT_EQ(server.connected(), 1U);
}

TEST_F(ConnectingServer, offers_no_memory_slots) {
  Machine machine(path());
  const Server server(Server::ConnectTo{{path()}}, devices());
  auto connection = machine.accept();
  ASSERT_TRUE(connection);

  EXPECT_EQ(protocol_features(*connection) & vhost_user::protocol_feature::configure_mem_slots, 0U);
}

TEST_F(ConnectingServer, connects_again_when_the_connection_ends) {
  Machine machine(path());
  const Server server(Server::ConnectTo{{path()}}, devices());
  for (int i = 0; i < 3; ++i) {
    auto connection = machine.accept();
    ASSERT_TRUE(connection);
    EXPECT_NE(protocol_features(*connection), 0U);
  }
}

TEST_F(ConnectingServer, waits_for_a_machine_that_does_not_listen_yet) {
  const Server server(Server::ConnectTo{{path()}}, devices());
  EXPECT_EQ(server.connected(), 0U);

  Machine machine(path());

  EXPECT_TRUE(machine.accept());
}

TEST_F(ConnectingServer, finds_a_machine_that_was_started_anew) {
  std::optional<Machine> machine(path());
  const Server server(Server::ConnectTo{{path()}}, devices());
  ASSERT_TRUE(machine->accept());

  machine.reset();
  machine.emplace(path());

  EXPECT_TRUE(machine->accept());
}

TEST_F(ConnectingServer, serves_each_machine_on_its_socket) {
  Machine first(folder / "a");
  Machine second(folder / "b");
  Server server(Server::ConnectTo{{folder / "a", folder / "b"}}, devices());

  auto a = first.accept();
  auto b = second.accept();

  ASSERT_TRUE(a && b);
  EXPECT_NE(protocol_features(*a), 0U);
  EXPECT_NE(protocol_features(*b), 0U);
  EXPECT_EQ(server.connected(), 2U);
}

TEST_F(ConnectingServer, goes_on_after_a_connection_until_it_is_stopped) {
  Machine machine(path());
  Server server(Server::ConnectTo{{path()}}, devices());
  ASSERT_TRUE(machine.accept());

  EXPECT_FALSE(server.wait(0ms));
  EXPECT_TRUE(server.stop(limit));
  EXPECT_TRUE(server.wait(0ms));
}

TEST_F(ConnectingServer, stop_ends_the_connection) {
  Machine machine(path());
  Server server(Server::ConnectTo{{path()}}, devices());
  auto connection = machine.accept();
  ASSERT_TRUE(connection);

  EXPECT_TRUE(server.stop(limit));

  EXPECT_TRUE(connection->wait_until_closed());
}

TEST_F(ConnectingServer, stop_while_it_waits_leaves_the_socket_alone) {
  Server server(Server::ConnectTo{{path()}}, devices());
  const SocketFile socket(path(), 0600);

  EXPECT_TRUE(server.stop(limit));

  EXPECT_TRUE(std::filesystem::is_socket(path()));
  EXPECT_TRUE(server.socket_paths().empty());
}

// listen(2) on a Unix domain socket: one connection more than the backlog waits to be accepted.
TEST_F(ConnectingServer,
       machine_that_has_back_ends_already_is_waited_for_with_a_line_that_says_so) {
  const auto address = UnixAddress::from_path(path());
  const support::UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listening.get(), address->get(), UnixAddress::size()), 0);
  ASSERT_EQ(::listen(listening.get(), 0), 0);
  const support::UniqueFd other(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(other.get(), address->get(), UnixAddress::size()), 0);
  testing::KeptLines kept;
  boost::asio::io_context context;
  const auto source = std::make_shared<ConnectingSource>(path());
  source->start(context, std::make_shared<GuestLog>("vm.sock"),
                [](FrontEndSource::Socket /*socket*/) { FAIL() << "it was connected to"; });

  for (int tries = 0; tries < 2; ++tries) context.run_one();

  source->stop();
  EXPECT_THAT(kept.take(), ::testing::ElementsAre(HasSubstr("other back-ends have connected")));
}

TEST_F(ConnectingServer, path_too_long_for_a_socket_is_refused) {
  const std::string name(108, 'x');  // sockaddr_un has 108 bytes, a zero at the end among them

  EXPECT_THAT([&] { Server(Server::ConnectTo{{name}}, devices()); },
              ThrowsMessage<SocketError>(HasSubstr("108 bytes")));
}

TEST_F(ConnectingServer, empty_path_is_refused) {
  EXPECT_THROW(Server(Server::ConnectTo{{""}}, devices()), SocketError);
}

TEST_F(ConnectingServer, file_that_is_no_socket_is_refused) {
  std::ofstream(path()) << "a file";

  EXPECT_THAT([&] { Server(Server::ConnectTo{{path()}}, devices()); },
              ThrowsMessage<SocketError>(HasSubstr("not a socket")));
}

TEST_F(ConnectingServer, socket_given_twice_is_refused) {
  EXPECT_THAT(
      [&] {
        Server(Server::ConnectTo{{path(), path()}}, devices());
      },
      ThrowsMessage<SocketError>(HasSubstr("twice")));
}

TEST_F(ConnectingServer, no_socket_at_all_is_refused) {
  EXPECT_THROW(Server(Server::ConnectTo{}, devices()), SocketError);
}

}  // namespace
}  // namespace vhost_device::io
