// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/vhost_user/wire.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr virtio::MemoryRegion region{0x1000, 0x2000, 0x7f00'0000'0000, 0x30};
constexpr RegionFields region_fields{0x1000, 0x2000, 0x7f00'0000'0000, 0x30};

Message reply(Request request, const Bytes& payload, std::uint32_t flags = 5) {
  Message message;
  message.header = {request, flags, static_cast<std::uint32_t>(payload.size())};
  message.payload = payload;
  return message;
}

template <typename T>
std::string refusal_of(const Answer<T>& answer) {
  const auto* refusal = std::get_if<virtio::Refusal>(&answer);
  return refusal != nullptr ? refusal->reason : "";
}

TEST(Requests, that_carry_nothing_are_a_header) {
  EXPECT_EQ(requests::get_features().bytes, header(1, 1, 0));
  EXPECT_EQ(requests::set_owner().bytes, header(3, 1, 0));
  EXPECT_EQ(requests::reset_owner().bytes, header(4, 1, 0));
  EXPECT_EQ(requests::get_protocol_features().bytes, header(15, 1, 0));
  EXPECT_EQ(requests::get_queue_num().bytes, header(17, 1, 0));
  EXPECT_EQ(requests::get_max_mem_slots().bytes, header(36, 1, 0));
}

TEST(Requests, that_carry_a_number_have_eight_bytes) {
  EXPECT_EQ(requests::set_features(0x1'0000'0001).bytes, header(2, 1, 8) + u64(0x1'0000'0001));
  EXPECT_EQ(requests::set_protocol_features(0x8009).bytes, header(16, 1, 8) + u64(0x8009));
}

TEST(Requests, that_carry_a_ring_state_have_index_and_number) {
  EXPECT_EQ(requests::set_vring_num(1, 1024).bytes, header(8, 1, 8) + state(1, 1024));
  EXPECT_EQ(requests::set_vring_base(1, 7).bytes, header(10, 1, 8) + state(1, 7));
  EXPECT_EQ(requests::get_vring_base(1).bytes, header(11, 1, 8) + state(1, 0));
  EXPECT_EQ(requests::set_vring_enable(1, true).bytes, header(18, 1, 8) + state(1, 1));
  EXPECT_EQ(requests::set_vring_enable(1, false).bytes, header(18, 1, 8) + state(1, 0));
}

TEST(Requests, with_ring_addresses_have_the_used_ring_before_the_available_one) {
  const OutgoingRequest request = requests::set_vring_addr(
      {.index = 1, .flags = 0, .descriptors = 0x10, .used = 0x30, .available = 0x20, .log = 0});

  EXPECT_EQ(request.bytes,
            header(9, 1, 40) + u32(1) + u32(0) + u64(0x10) + u64(0x30) + u64(0x20) + u64(0));
}

TEST(Requests, with_a_descriptor_pass_it_along) {
  const OutgoingRequest kick = requests::set_vring_kick(1, 10);
  const OutgoingRequest call = requests::set_vring_call(2, 11);
  const OutgoingRequest error = requests::set_vring_err(3, 12);

  EXPECT_EQ(kick.bytes, header(12, 1, 8) + u64(1));
  EXPECT_EQ(call.bytes, header(13, 1, 8) + u64(2));
  EXPECT_EQ(error.bytes, header(14, 1, 8) + u64(3));
  EXPECT_THAT(kick.fds, ElementsAre(10));
  EXPECT_THAT(call.fds, ElementsAre(11));
  EXPECT_THAT(error.fds, ElementsAre(12));
}

TEST(Requests, without_a_descriptor_say_so_in_bit_8) {
  const OutgoingRequest call = requests::set_vring_call(2, -1);

  EXPECT_EQ(call.bytes, header(13, 1, 8) + u64(0x102));
  EXPECT_THAT(call.fds, IsEmpty());
}

TEST(Requests, with_a_memory_table_pass_a_file_for_each_region) {
  const std::vector<SharedRegion> regions{{region, 20}, {region, 21}};

  const OutgoingRequest request = requests::set_mem_table(regions);

  EXPECT_EQ(request.bytes, header(5, 1, 72) + memory_table({region_fields, region_fields}));
  EXPECT_THAT(request.fds, ElementsAre(20, 21));
}

TEST(Requests, with_one_region_begin_with_eight_bytes_of_padding) {
  const OutgoingRequest added = requests::add_mem_reg({region, 20});
  const OutgoingRequest removed = requests::rem_mem_reg(region);

  EXPECT_EQ(added.bytes, header(37, 1, 40) + single_region(region_fields));
  EXPECT_THAT(added.fds, ElementsAre(20));
  EXPECT_EQ(removed.bytes, header(38, 1, 40) + single_region(region_fields));
  EXPECT_THAT(removed.fds, IsEmpty());
}

TEST(Requests, for_configuration_space_carry_as_many_bytes_as_they_are_about) {
  const Bytes content = u32(0x44332211);

  EXPECT_EQ(requests::get_config(2, 4).bytes, header(24, 1, 16) + config(2, Bytes(4)));
  EXPECT_EQ(requests::set_config(2, content).bytes, header(25, 1, 16) + config(2, content));
}

TEST(Requests, expect_a_reply_where_the_specification_has_one) {
  EXPECT_TRUE(requests::get_features().expects_reply);
  EXPECT_TRUE(requests::get_vring_base(0).expects_reply);
  EXPECT_TRUE(requests::get_config(0, 1).expects_reply);
  EXPECT_FALSE(requests::set_owner().expects_reply);
  EXPECT_FALSE(requests::set_vring_enable(0, true).expects_reply);
}

TEST(Requests, to_be_acknowledged_have_bit_3_in_their_flags) {
  const OutgoingRequest request =
      requests::with_acknowledgement(requests::set_vring_enable(0, true));

  EXPECT_EQ(request.bytes, header(18, 0x9, 8) + state(0, 1));
  EXPECT_TRUE(request.expects_reply);
}

TEST(Answers, number_is_understood) {
  const auto answer =
      answers::u64(requests::get_features(), reply(Request::get_features, u64(0x1234)));

  EXPECT_EQ(std::get<std::uint64_t>(answer), 0x1234U);
}

TEST(Answers, to_another_request_is_refused) {
  EXPECT_THAT(
      refusal_of(answers::u64(requests::get_features(), reply(Request::get_queue_num, u64(1)))),
      HasSubstr("is one to VHOST_USER_GET_QUEUE_NUM"));
}

TEST(Answers, with_other_flags_than_version_and_reply_are_refused) {
  for (const std::uint32_t flags : {0U, 1U, 4U, 6U, 0xdU}) {
    EXPECT_THAT(refusal_of(answers::u64(requests::get_features(),
                                        reply(Request::get_features, u64(1), flags))),
                HasSubstr("flags"))
        << flags;
  }
}

TEST(Answers, of_another_size_are_refused) {
  for (const std::size_t size : {0U, 4U, 7U, 9U, 16U}) {
    EXPECT_THAT(refusal_of(answers::u64(requests::get_features(),
                                        reply(Request::get_features, Bytes(size)))),
                HasSubstr("expected 8"))
        << size;
  }
}

TEST(Answers, with_descriptors_are_refused) {
  Message message = reply(Request::get_features, u64(1));
  message.fds.emplace_back(::dup(0));

  EXPECT_THAT(refusal_of(answers::u64(requests::get_features(), message)),
              HasSubstr("descriptors"));
}

TEST(Answers, acknowledgement_of_success_is_0_and_of_failure_anything_else) {
  const OutgoingRequest request = requests::with_acknowledgement(requests::set_owner());

  EXPECT_FALSE(answers::acknowledgement(request, reply(Request::set_owner, u64(0))));
  EXPECT_TRUE(answers::acknowledgement(request, reply(Request::set_owner, u64(1))));
  EXPECT_TRUE(answers::acknowledgement(request, reply(Request::set_owner, u64(1ULL << 63))));
}

TEST(Answers, base_is_understood) {
  const auto answer = answers::vring_base(requests::get_vring_base(1),
                                          reply(Request::get_vring_base, state(1, 0x8003'8003)));

  EXPECT_EQ(std::get<std::uint32_t>(answer), 0x8003'8003U);
}

TEST(Answers, base_of_another_queue_is_refused) {
  const OutgoingRequest request = requests::get_vring_base(1);

  EXPECT_NE(refusal_of(answers::vring_base(request, reply(Request::get_vring_base, state(0, 1)))),
            "");
}

TEST(Answers, configuration_space_is_the_bytes_behind_the_header) {
  const Bytes content = u32(0x44332211);

  const auto answer =
      answers::config(requests::get_config(2, 4), reply(Request::get_config, config(2, content)));

  EXPECT_EQ(std::get<Bytes>(answer), content);
}

TEST(Answers, empty_configuration_space_is_a_failure) {
  EXPECT_THAT(
      refusal_of(answers::config(requests::get_config(2, 4), reply(Request::get_config, {}))),
      HasSubstr("refused"));
}

TEST(Answers, configuration_space_of_another_size_is_refused) {
  EXPECT_THAT(refusal_of(answers::config(requests::get_config(2, 4),
                                         reply(Request::get_config, config(2, Bytes(5))))),
              HasSubstr("expected 16"));
}

}  // namespace
}  // namespace vhost_device::vhost_user::test
