// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "tests/unit/vhost_user/wire.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::HasSubstr;
using virtio::test::open_files;

const Bytes get_features = header(1, version_1, 0);
const Bytes set_vring_num = header(8, version_1, 8) + state(0, 256);

std::vector<support::UniqueFd> some_fds(std::size_t count) {
  std::vector<support::UniqueFd> fds;
  for (std::size_t i = 0; i < count; ++i) fds.emplace_back(::eventfd(0, EFD_CLOEXEC));
  return fds;
}

/// Feeds as much as is wanted at a time, as a connection does. The number of pieces it took.
int feed_all(Decoder& decoder, const Bytes& bytes, std::size_t largest_piece = 4096) {
  int pieces = 0;
  for (std::size_t offset = 0; offset < bytes.size(); ++pieces) {
    const std::size_t size = std::min({decoder.wanted(), bytes.size() - offset, largest_piece});
    EXPECT_FALSE(decoder.feed(std::span(bytes).subspan(offset, size), {}));
    offset += size;
  }
  return pieces;
}

TEST(Decoder, at_first_wants_a_header) {
  const Decoder decoder;

  EXPECT_EQ(decoder.wanted(), 12U);
  EXPECT_TRUE(decoder.between_messages());
}

TEST(Decoder, after_a_header_wants_the_payload_it_announces) {
  Decoder decoder;

  feed_all(decoder, header(8, version_1, 8));

  EXPECT_EQ(decoder.wanted(), 8U);
  EXPECT_FALSE(decoder.between_messages());
}

TEST(Decoder, message_without_payload_is_whole_with_its_header) {
  Decoder decoder;

  feed_all(decoder, get_features);
  const auto message = decoder.take();

  ASSERT_TRUE(message);
  EXPECT_EQ(message->header.request, Request::get_features);
  EXPECT_EQ(message->header.flags, 1U);
  EXPECT_TRUE(message->payload.empty());
  EXPECT_EQ(decoder.wanted(), 12U);
}

TEST(Decoder, message_fed_byte_by_byte_comes_out_the_same) {
  Decoder decoder;

  const int pieces = feed_all(decoder, set_vring_num, 1);
  const auto message = decoder.take();

  EXPECT_EQ(pieces, 20);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->header.request, Request::set_vring_num);
  EXPECT_EQ(message->payload, state(0, 256));
}

TEST(Decoder, message_is_not_there_until_its_last_byte) {
  for (std::size_t size = 0; size < set_vring_num.size(); ++size) {
    Decoder decoder;

    feed_all(decoder, Bytes(set_vring_num.begin(),
                            set_vring_num.begin() + static_cast<std::ptrdiff_t>(size)));

    EXPECT_FALSE(decoder.take()) << size;
    EXPECT_EQ(decoder.between_messages(), size == 0) << size;
  }
}

TEST(Decoder, messages_one_after_the_other_come_out_each) {
  Decoder decoder;

  feed_all(decoder, set_vring_num);
  const auto first = decoder.take();
  feed_all(decoder, get_features);
  const auto second = decoder.take();

  EXPECT_EQ(first->header.request, Request::set_vring_num);
  EXPECT_EQ(second->header.request, Request::get_features);
  EXPECT_TRUE(second->payload.empty());
}

TEST(Decoder, descriptors_belong_to_the_message_they_came_with) {
  Decoder decoder;
  auto fds = some_fds(2);
  const int first_fd = fds[0].get();

  ASSERT_FALSE(decoder.feed(std::span(set_vring_num).first(12), std::move(fds)));
  ASSERT_FALSE(decoder.feed(std::span(set_vring_num).subspan(12), some_fds(1)));
  const auto first = decoder.take();
  feed_all(decoder, get_features);
  const auto second = decoder.take();

  EXPECT_EQ(first->fds.size(), 3U);
  EXPECT_EQ(first->fds[0].get(), first_fd);
  EXPECT_TRUE(second->fds.empty());
}

TEST(Decoder, cut_off_message_closes_its_descriptors) {
  const auto files_before = open_files();
  {
    Decoder decoder;
    ASSERT_FALSE(decoder.feed(std::span(set_vring_num).first(5), some_fds(3)));
    EXPECT_EQ(open_files(), files_before + 3);
  }
  EXPECT_EQ(open_files(), files_before);
}

TEST(Decoder, more_than_eight_descriptors_are_refused_and_closed) {
  const auto files_before = open_files();
  {
    Decoder decoder;

    const auto refusal = decoder.feed(std::span(set_vring_num).first(12), some_fds(9));

    ASSERT_TRUE(refusal);
    EXPECT_THAT(refusal->reason, HasSubstr("more than 8"));
  }
  EXPECT_EQ(open_files(), files_before);
}

TEST(Decoder, descriptors_of_all_pieces_count) {
  Decoder decoder;
  ASSERT_FALSE(decoder.feed(std::span(set_vring_num).first(12), some_fds(8)));

  EXPECT_TRUE(decoder.feed(std::span(set_vring_num).subspan(12), some_fds(1)));
}

TEST(Decoder, any_version_but_1_is_refused) {
  for (const std::uint32_t version : {0U, 2U, 3U}) {
    Decoder decoder;

    const auto refusal = decoder.feed(header(1, version, 0), {});

    ASSERT_TRUE(refusal) << version;
    EXPECT_THAT(refusal->reason, HasSubstr("VHOST_USER_GET_FEATURES has protocol version"));
  }
}

TEST(Decoder, payload_as_long_as_is_read_is_wanted) {
  Decoder decoder;

  EXPECT_FALSE(decoder.feed(header(5, version_1, 4096), {}));
  EXPECT_EQ(decoder.wanted(), 4096U);
}

TEST(Decoder, payload_longer_than_is_read_is_refused) {
  for (const std::uint32_t size : {4097U, 0x8000'0000U, 0xffff'ffffU}) {
    Decoder decoder;

    const auto refusal = decoder.feed(header(5, version_1, size), {});

    ASSERT_TRUE(refusal) << size;
    EXPECT_THAT(refusal->reason, HasSubstr("VHOST_USER_SET_MEM_TABLE"));
  }
}

TEST(Decoder, unknown_request_is_a_message_like_any_other) {
  Decoder decoder;

  feed_all(decoder, header(9999, version_1, 4) + u32(7));
  const auto message = decoder.take();

  ASSERT_TRUE(message);
  EXPECT_EQ(name(message->header.request), "unknown request 9999");
}

TEST(RequestName, of_known_numbers_is_the_specifications) {
  EXPECT_EQ(name(static_cast<Request>(1)), "VHOST_USER_GET_FEATURES");
  EXPECT_EQ(name(static_cast<Request>(21)), "VHOST_USER_SET_BACKEND_REQ_FD");
  EXPECT_EQ(name(static_cast<Request>(38)), "VHOST_USER_REM_MEM_REG");
  EXPECT_EQ(name(static_cast<Request>(44)), "VHOST_USER_GET_SHMEM_CONFIG");
}

TEST(RequestName, of_other_numbers_says_so) {
  EXPECT_EQ(name(static_cast<Request>(0)), "unknown request 0");
  EXPECT_EQ(name(static_cast<Request>(45)), "unknown request 45");
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
