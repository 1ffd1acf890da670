// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/socket_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "core/io/unix_address.hpp"
#include "tests/unit/io/served_bus.hpp"

namespace vhost_device::io {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct SocketFileTest : ::testing::Test {
  testing::TemporaryFolder folder;
  fs::path path = folder / "a.sock";

  /// What a process that was killed leaves behind.
  void leave_stale_socket() const {
    const support::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = UnixAddress::from_path(path);
    ASSERT_EQ(::bind(fd.get(), address->get(), address->size()), 0);
  }
};

TEST_F(SocketFileTest, file_has_exactly_the_mode_asked_for) {
  const mode_t old_mask = ::umask(0);
  const SocketFile closed(path, 0600);
  const SocketFile open(folder / "b.sock", 0666);
  ::umask(old_mask);

  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder / "b.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0666U);
}

TEST_F(SocketFileTest, file_goes_with_its_owner) {
  { const SocketFile socket(path, 0600); }

  EXPECT_FALSE(fs::exists(path));
}

TEST_F(SocketFileTest, stale_socket_is_replaced) {
  leave_stale_socket();

  const SocketFile socket(path, 0600);

  EXPECT_TRUE(fs::is_socket(path));
}

TEST_F(SocketFileTest, live_socket_is_refused_and_left_alone) {
  const SocketFile first(path, 0600);

  EXPECT_THAT([&] { SocketFile(path, 0600); },
              ThrowsMessage<SocketError>(HasSubstr("another process listens there")));
  EXPECT_TRUE(fs::is_socket(path));
}

TEST_F(SocketFileTest, file_of_another_kind_is_refused_and_left_alone) {
  std::ofstream(path) << "precious";

  EXPECT_THAT([&] { SocketFile(path, 0600); },
              ThrowsMessage<SocketError>(HasSubstr("not a socket")));
  EXPECT_EQ(fs::file_size(path), 8U);
}

TEST_F(SocketFileTest, path_that_is_too_long_is_refused_with_the_limit) {
  const fs::path longest = folder / std::string(200, 'x').c_str();

  EXPECT_THAT([&] { SocketFile(longest, 0600); }, ThrowsMessage<SocketError>(HasSubstr("107")));
}

TEST_F(SocketFileTest, folder_that_is_not_there_is_named) {
  const fs::path nowhere = folder / "none/a.sock";

  EXPECT_THAT([&] { SocketFile(nowhere, 0600); },
              ThrowsMessage<SocketError>(HasSubstr(nowhere.string())));
}

TEST_F(SocketFileTest, socket_that_another_process_put_in_its_place_stays) {
  {
    const SocketFile socket(path, 0600);
    fs::remove(path);
    leave_stale_socket();
  }

  EXPECT_TRUE(fs::is_socket(path));
}

TEST_F(SocketFileTest, link_that_is_left_over_is_replaced) {
  fs::create_symlink("a.sock0", path);

  { const SocketLink link(path, "a.sock0"); }

  EXPECT_FALSE(fs::is_symlink(path));
}

TEST_F(SocketFileTest, stale_socket_in_the_place_of_a_link_is_replaced) {
  leave_stale_socket();

  const SocketLink link(path, "a.sock0");

  EXPECT_TRUE(fs::is_symlink(path));
}

TEST_F(SocketFileTest, live_socket_in_the_place_of_a_link_is_refused) {
  const SocketFile live(path, 0600);

  EXPECT_THAT([&] { SocketLink(path, "a.sock0"); },
              ThrowsMessage<SocketError>(HasSubstr("another process listens there")));
}

TEST_F(SocketFileTest, files_of_a_relative_path_are_removed_from_any_folder) {
  const fs::path before = fs::current_path();
  fs::current_path(path.parent_path());
  {
    const SocketFile socket("a.sock0", 0600);
    const SocketLink link("a.sock", "a.sock0");
    fs::current_path(before);
  }

  EXPECT_FALSE(fs::exists(folder / "a.sock0"));
  EXPECT_FALSE(fs::is_symlink(path));
}

TEST_F(SocketFileTest, link_in_the_place_of_another_file_is_refused) {
  std::ofstream(path) << "precious";

  EXPECT_THAT([&] { SocketLink(path, "a.sock0"); },
              ThrowsMessage<SocketError>(HasSubstr(path.string())));
  EXPECT_EQ(fs::file_size(path), 8U);
}

}  // namespace
}  // namespace vhost_device::io
