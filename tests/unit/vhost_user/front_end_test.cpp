// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/front_end.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "core/vhost_user/decoder.hpp"
#include "tests/unit/vhost_user/fake_device.hpp"
#include "tests/unit/vhost_user/rig.hpp"

namespace vhost_device::vhost_user::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;
using Order = FrontEnd::Order;
using Start = FakeDevice::Start;

Message decode(const std::vector<std::byte>& bytes, std::vector<support::UniqueFd> fds) {
  Decoder decoder;
  EXPECT_FALSE(decoder.feed(std::span(bytes).first(12), std::move(fds)));
  EXPECT_FALSE(decoder.feed(std::span(bytes).subspan(12), {}));
  return *decoder.take();
}

/// "SET_VRING_NUM 0000000004000000", with "?" in front of what is to be acknowledged.
std::string describe_request(const Message& message) {
  const bool asked = (message.header.flags & 0x8) != 0;
  const std::string payload = hex(message.payload);
  return (asked ? "?" : "") + name(message.header.request).substr(11) +
         (payload.empty() ? "" : " ") + payload;
}

/// A front-end and a session with nothing but the wire between them.
class Wire {
 public:
  explicit Wire(virtio::Device& device) : session_(device) {}

  /// Runs a script to its end; what was sent.
  Lines run(Script script) {
    Lines lines;
    while (const auto request = script.next()) {
      std::vector<support::UniqueFd> fds;
      for (const int fd : request->fds) fds.emplace_back(::dup(fd));
      Message message = decode(request->bytes, std::move(fds));
      lines.push_back(describe_request(message));
      deliver(script, *request, session_.on_message(std::move(message)));
    }
    return lines;
  }

  Service service(std::uint16_t index) {
    Service service = session_.service(index);
    static_cast<void>(session_.wait_for_kick(index));
    return service;
  }

  std::string refusal;  ///< Of the last reply or by the session; empty: none.

 private:
  void deliver(Script& script, const OutgoingRequest& request, const std::vector<Action>& actions) {
    int replies = 0;
    for (const Action& action : actions) {
      if (const auto* close = std::get_if<action::Close>(&action)) refusal = close->reason;
      if (const auto* send = std::get_if<action::Send>(&action)) {
        ++replies;
        if (const auto refused = script.on_reply(decode(send->bytes, {}))) {
          refusal = refused->reason;
        }
      }
    }
    EXPECT_EQ(replies, request.expects_reply ? 1 : 0);
  }

  Session session_;
};

class FrontEndTest : public testing::Test {
 protected:
  std::vector<FrontEnd::QueueFds> queues(std::size_t count) {
    return std::vector(count, FrontEnd::QueueFds{event_.get(), event_.get(), event_.get()});
  }

  std::vector<SharedRegion> memory() {
    return {{{Rig::guest_base, Rig::memory_size, Rig::user_base, 0}, file_.get()}};
  }

  static FrontEnd::Ring ring(std::uint16_t index) {
    const AddressFields addresses = Rig::ring_addresses(index);
    return {4, addresses.descriptors, addresses.available, addresses.used};
  }

  virtio::test::SharedMemory memory_{Rig::memory_size};
  support::UniqueFd file_{memory_.file()};
  support::UniqueFd event_{::eventfd(0, EFD_CLOEXEC)};
};

const std::string ring_0 =
    "00000000"
    "00000000"
    "00000000127f0000"
    "50000000127f0000"
    "40000000127f0000"
    "0000000000000000";
const std::string whole_memory =
    "0000000000000000"
    "0000100000000000"
    "00000000127f0000"
    "0000000000000000";

// As captured from QEMU 7.2.22; QEMU 10 does the same.
const Lines connecting{
    "GET_FEATURES",
    "GET_PROTOCOL_FEATURES",
    "SET_PROTOCOL_FEATURES 0980000000000000",
    "GET_QUEUE_NUM",
    "GET_MAX_MEM_SLOTS",
    "SET_OWNER",
    "GET_FEATURES",
    "SET_VRING_CALL 0000000000000000",
    "SET_VRING_ERR 0000000000000000",
};

TEST_F(FrontEndTest, connecting_sends_what_qemu_sends) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {});

  EXPECT_EQ(wire.run(front_end.connect()), connecting);
  EXPECT_EQ(wire.refusal, "");
  EXPECT_EQ(front_end.features(), 0x1'3000'0003U);
  EXPECT_EQ(front_end.protocol_features(), 0x8009U);
  EXPECT_EQ(front_end.max_memory_regions(), 509U);
}

TEST_F(FrontEndTest, starting_and_stopping_sends_what_qemu_7_2_sends) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {.order = Order::qemu_7_2});
  wire.run(front_end.connect());

  EXPECT_THAT(wire.run(front_end.start(memory(), {ring(0)})),
              ElementsAreArray({
                  std::string("SET_VRING_CALL 0000000000000000"),
                  std::string("SET_FEATURES 0300007001000000"),
                  "?ADD_MEM_REG 0000000000000000" + whole_memory,
                  std::string("SET_VRING_NUM 0000000004000000"),
                  std::string("SET_VRING_BASE 0000000000000000"),
                  "SET_VRING_ADDR " + ring_0,
                  std::string("SET_VRING_KICK 0000000000000000"),
                  std::string("SET_VRING_ENABLE 0000000001000000"),
                  std::string("SET_VRING_CALL 0000000000000000"),
              }));
  EXPECT_THAT(wire.run(front_end.stop()),
              ElementsAre("SET_VRING_ENABLE 0000000000000000", "GET_VRING_BASE 0000000000000000",
                          "SET_VRING_CALL 0000000000000000"));
  EXPECT_EQ(wire.refusal, "");
}

TEST_F(FrontEndTest, starting_and_stopping_sends_what_qemu_10_sends) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {.order = Order::qemu_10});
  wire.run(front_end.connect());

  EXPECT_THAT(wire.run(front_end.start(memory(), {ring(0)})),
              ElementsAreArray({
                  std::string("SET_FEATURES 0300007001000000"),
                  "?ADD_MEM_REG 0000000000000000" + whole_memory,
                  std::string("SET_VRING_NUM 0000000004000000"),
                  std::string("SET_VRING_BASE 0000000000000000"),
                  "SET_VRING_ADDR " + ring_0,
                  std::string("SET_VRING_KICK 0000000000000000"),
                  std::string("SET_VRING_CALL 0000000000000000"),
                  std::string("?SET_VRING_ENABLE 0000000001000000"),
                  std::string("SET_VRING_CALL 0000000000000000"),
              }));
  EXPECT_THAT(wire.run(front_end.stop()),
              ElementsAre("?SET_VRING_ENABLE 0000000000000000", "GET_VRING_BASE 0000000000000000"));
  EXPECT_EQ(wire.refusal, "");
}

TEST_F(FrontEndTest, without_memory_slots_sends_the_table_at_each_start) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {.protocol_features = protocol_feature::mq});
  wire.run(front_end.connect());
  const std::string table = "SET_MEM_TABLE 0100000000000000" + whole_memory;

  const Lines first = wire.run(front_end.start(memory(), {ring(0)}));
  wire.run(front_end.stop());
  const Lines second = wire.run(front_end.start(memory(), {ring(0)}));

  EXPECT_EQ(first.at(1), table);
  EXPECT_EQ(second.at(1), table);
  EXPECT_EQ(front_end.max_memory_regions(), 8U);
  EXPECT_EQ(wire.refusal, "");
}

TEST_F(FrontEndTest, with_memory_slots_sends_what_has_changed) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {});
  wire.run(front_end.connect());
  wire.run(front_end.start(memory(), {ring(0)}));
  auto more = memory();
  more.push_back({{1ULL << 32, 4096, 1ULL << 40, 0}, file_.get()});
  const std::string second =
      "0000000001000000"
      "0010000000000000"
      "0000000000010000"
      "0000000000000000";

  EXPECT_THAT(wire.run(front_end.change_memory(memory())), IsEmpty());
  EXPECT_THAT(wire.run(front_end.change_memory(more)),
              ElementsAre("?ADD_MEM_REG 0000000000000000" + second));
  EXPECT_THAT(wire.run(front_end.change_memory(memory())),
              ElementsAre("?REM_MEM_REG 0000000000000000" + second));
  EXPECT_EQ(wire.refusal, "");
}

TEST_F(FrontEndTest, without_protocol_features_keeps_to_the_first_protocol) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {});
  Script script = front_end.connect();
  const auto request = script.next();
  Message offered;
  offered.header = {Request::get_features, 5, 8};
  offered.payload = u64(0x1'3000'0001);  // no bit 30
  ASSERT_FALSE(script.on_reply(offered));

  EXPECT_EQ(request->request, Request::get_features);
  EXPECT_EQ(script.next()->request, Request::set_owner);
}

TEST_F(FrontEndTest, driver_that_accepts_less_has_less) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {.features = 0x1'0000'0001});
  wire.run(front_end.connect());

  const Lines lines = wire.run(front_end.start(memory(), {ring(0)}));

  EXPECT_EQ(front_end.features(), 0x1'0000'0001U);
  EXPECT_EQ(lines.front(), "SET_FEATURES 0100004001000000");
}

TEST_F(FrontEndTest, back_end_with_fewer_queues_is_refused) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(2), {});

  const Lines lines = wire.run(front_end.connect());

  EXPECT_THAT(wire.refusal, HasSubstr("has 1 queues, 2 are needed"));
  EXPECT_EQ(lines.back(), "GET_QUEUE_NUM");
}

TEST_F(FrontEndTest, acknowledged_failure_ends_the_script) {
  FakeDevice device(1, 0);
  Wire wire(device);
  FrontEnd front_end(queues(1), {});
  wire.run(front_end.connect());
  auto bad = memory();
  bad.front().region.size *= 2;  // longer than the file

  const Lines lines = wire.run(front_end.start(bad, {ring(0)}));

  EXPECT_THAT(wire.refusal, HasSubstr("the back-end refused VHOST_USER_ADD_MEM_REG"));
  EXPECT_EQ(lines.size(), 2U);
}

class FrontEndWithGuest : public FrontEndTest, public testing::WithParamInterface<Order> {
 protected:
  FrontEndWithGuest() { lay_out_rings(); }

  void lay_out_rings() {
    for (std::size_t index = 0; index < 2; ++index) {
      drivers.at(index).emplace(memory_.bytes().subspan(index * Rig::ring_stride),
                                Rig::guest_base + index * Rig::ring_stride, 4,
                                virtio::DriverRing::Options{.event_idx = true});
    }
  }

  /// One request through queue `index` and back.
  bool request_is_served(std::uint16_t index) {
    const virtio::DriverRing::Piece piece{Rig::buffer_address, 1, true};
    static_cast<void>(drivers[index]->add({&piece, 1}));
    return wire.service(index).interrupt && drivers[index]->take_used().has_value();
  }

  FakeDevice device{2, 0};
  Wire wire{device};
  FrontEnd front_end{queues(2), {.order = GetParam()}};
  std::array<std::optional<virtio::DriverRing>, 2> drivers;
};

TEST_P(FrontEndWithGuest, started_has_all_queues_served) {
  wire.run(front_end.connect());
  wire.run(front_end.start(memory(), {ring(0), ring(1)}));

  EXPECT_TRUE(request_is_served(0));
  EXPECT_TRUE(request_is_served(1));
  EXPECT_EQ(wire.refusal, "");
}

TEST_P(FrontEndWithGuest, stopped_and_started_again_goes_on_where_it_was) {
  wire.run(front_end.connect());
  wire.run(front_end.start(memory(), {ring(0), ring(1)}));
  EXPECT_TRUE(request_is_served(0));
  wire.run(front_end.stop());
  EXPECT_EQ(front_end.base(0), 1U);
  EXPECT_EQ(front_end.base(1), 0U);

  wire.run(front_end.start(memory(), {ring(0), ring(1)}));

  EXPECT_TRUE(request_is_served(0));
  EXPECT_TRUE(request_is_served(1));
  EXPECT_THAT(device.starts,
              ElementsAre(Start{0, false}, Start{1, false}, Start{0, true}, Start{1, false}));
  EXPECT_EQ(wire.refusal, "");
}

TEST_P(FrontEndWithGuest, reset_starts_from_the_beginning) {
  wire.run(front_end.connect());
  wire.run(front_end.start(memory(), {ring(0), ring(1)}));
  EXPECT_TRUE(request_is_served(0));
  wire.run(front_end.stop());

  front_end.reset();
  lay_out_rings();
  wire.run(front_end.start(memory(), {ring(0), ring(1)}));

  EXPECT_TRUE(request_is_served(0));
  EXPECT_THAT(device.starts,
              ElementsAre(Start{0, false}, Start{1, false}, Start{0, false}, Start{1, false}));
  EXPECT_EQ(wire.refusal, "");
}

INSTANTIATE_TEST_SUITE_P(Orders, FrontEndWithGuest,
                         testing::Values(Order::qemu_7_2, Order::qemu_10));

}  // namespace
}  // namespace vhost_device::vhost_user::test
