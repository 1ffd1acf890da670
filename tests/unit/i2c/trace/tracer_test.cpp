// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/tracer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "tests/unit/i2c/trace/traced_bus.hpp"

namespace vhost_device::i2c {
namespace {

using std::chrono::nanoseconds;
using testing::at;
using testing::bytes;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TracerTest : public ::testing::Test, protected testing::TracedBus {};

/// Keeps what it hears.
class ListSink final : public TraceSink {
 public:
  void put(const std::shared_ptr<const Transaction>& transaction) override {
    heard.push_back(transaction);
  }
  std::vector<std::shared_ptr<const Transaction>> heard;
};

TEST_F(TracerTest, transfer_is_recorded_with_its_times_and_bytes_of_both_directions) {
  now = nanoseconds(1000);
  wire->inside = [this] { now += nanoseconds(250); };

  ASSERT_TRUE(write_read(0x48, bytes({0x01, 0x60}), 3).ok());

  const auto transaction = last();
  EXPECT_EQ(transaction->start, nanoseconds(1000));
  EXPECT_EQ(transaction->end, nanoseconds(1250));
  ASSERT_THAT(transaction->messages, SizeIs(2));
  const TracedMessage& sent = transaction->messages[0];
  EXPECT_EQ(sent.address, at(0x48));
  EXPECT_FALSE(sent.read);
  EXPECT_THAT(sent.data, ElementsAreArray(bytes({0x01, 0x60})));
  const TracedMessage& received = transaction->messages[1];
  EXPECT_TRUE(received.read);
  EXPECT_THAT(received.data, ElementsAreArray(bytes({0xa5, 0xa5, 0xa5})));
}

TEST_F(TracerTest, sent_bytes_are_those_of_the_beginning) {
  auto data = bytes({0x11});
  wire->inside = [&] { data[0] = std::byte{0x22}; };
  const Message message{at(0x48), false, data};

  ASSERT_TRUE(tracer.transfer({&message, 1}).ok());

  EXPECT_THAT(last()->messages[0].data, ElementsAreArray(bytes({0x11})));
}

TEST_F(TracerTest, address_nack_leaves_nothing_on_the_wire_and_later_messages_unreached) {
  fail(0, TransferError::address_nack);

  EXPECT_EQ(write_read(0x48, bytes({0x01}), 2), (TransferResult{0, TransferError::address_nack}));

  const auto& messages = last()->messages;
  EXPECT_EQ(messages[0].outcome, MessageOutcome::failed);
  EXPECT_EQ(messages[0].acknowledged, 0U);
  EXPECT_EQ(messages[0].length, 1U);
  EXPECT_THAT(messages[0].data, IsEmpty());
  EXPECT_EQ(messages[1].outcome, MessageOutcome::not_reached);
  EXPECT_THAT(messages[1].data, IsEmpty());
}

TEST_F(TracerTest, data_nack_at_a_known_byte_keeps_the_bytes_up_to_that_one) {
  fail(0, TransferError::data_nack, 1);

  EXPECT_FALSE(write(0x48, bytes({1, 2, 3, 4})).ok());

  const TracedMessage& message = last()->messages[0];
  EXPECT_THAT(message.data, ElementsAreArray(bytes({1, 2})));
  EXPECT_EQ(message.acknowledged, 1U);
  EXPECT_EQ(describe_error(*last()), "data NACK at byte 1");
}

TEST_F(TracerTest, data_nack_at_an_unknown_byte_keeps_what_was_to_be_sent) {
  fail(0, TransferError::data_nack);

  EXPECT_FALSE(write(0x48, bytes({1, 2, 3})).ok());

  const TracedMessage& message = last()->messages[0];
  EXPECT_THAT(message.data, ElementsAreArray(bytes({1, 2, 3})));
  EXPECT_EQ(message.acknowledged, std::nullopt);
  EXPECT_EQ(describe_error(*last()), "data NACK");
}

TEST_F(TracerTest, number_of_acknowledged_bytes_beyond_the_message_is_unknown) {
  fail(0, TransferError::data_nack, 7);

  EXPECT_FALSE(write(0x48, bytes({1, 2, 3})).ok());

  EXPECT_EQ(last()->messages[0].acknowledged, std::nullopt);
}

TEST_F(TracerTest, exception_is_recorded_as_an_error_and_goes_on) {
  wire->inside = [] { throw std::runtime_error("gone"); };

  EXPECT_THROW(static_cast<void>(write(0x48, bytes({1}))), std::runtime_error);

  EXPECT_EQ(last()->result, (TransferResult{0, TransferError::io_error}));
}

TEST_F(TracerTest, memory_stays_below_its_limit_and_the_oldest_go_first) {
  constexpr std::size_t limit = 10'000;
  tracer.set_limit(limit);

  for (std::uint8_t i = 0; i < 100; ++i) ASSERT_TRUE(write(i, bytes({i})).ok());

  const auto kept = tracer.transactions();
  std::size_t used = 0;
  for (const auto& transaction : kept) used += transaction->size();
  EXPECT_LE(used, limit);
  EXPECT_EQ(kept.size() + tracer.dropped(), 100U);
  EXPECT_GT(kept.size(), 10U);
  EXPECT_EQ(kept.back()->number, 99U);
  EXPECT_EQ(kept.front()->number, tracer.dropped());
}

TEST_F(TracerTest, transaction_over_the_limit_is_dropped_with_all_before_it) {
  tracer.set_limit(5'000);
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  ASSERT_TRUE(write(0x48, testing::Bytes(6'000)).ok());

  EXPECT_THAT(tracer.transactions(), IsEmpty());
  EXPECT_EQ(tracer.dropped(), 2U);
}

TEST_F(TracerTest, clear_forgets_and_numbers_go_on) {
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  tracer.clear();
  ASSERT_TRUE(write(0x48, bytes({2})).ok());

  ASSERT_THAT(tracer.transactions(), SizeIs(1));
  EXPECT_EQ(last()->number, 1U);
}

TEST_F(TracerTest, disabled_tracer_records_nothing_and_still_transfers) {
  tracer.set_enabled(false);

  EXPECT_TRUE(write(0x48, bytes({1})).ok());

  EXPECT_THAT(tracer.transactions(), IsEmpty());
}

TEST_F(TracerTest, sink_hears_without_any_memory_until_it_is_removed) {
  tracer.set_limit(0);
  const auto sink = std::make_shared<ListSink>();
  tracer.add_sink(sink);
  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  tracer.remove_sink(*sink);
  ASSERT_TRUE(write(0x48, bytes({2})).ok());

  EXPECT_THAT(sink->heard, SizeIs(1));
  EXPECT_THAT(tracer.transactions(), IsEmpty());
}

TEST_F(TracerTest, note_from_below_is_kept_with_its_transaction) {
  wire->inside = [] { add_note("a fault", 0); };
  ASSERT_TRUE(write(0x48, bytes({1})).ok());
  wire->inside = [] {};
  ASSERT_TRUE(write(0x48, bytes({2})).ok());

  const auto transactions = tracer.transactions();

  ASSERT_THAT(transactions[0]->notes, SizeIs(1));
  EXPECT_EQ(transactions[0]->notes[0].text, "a fault");
  EXPECT_EQ(transactions[0]->notes[0].message, 0U);
  EXPECT_THAT(transactions[1]->notes, IsEmpty());
}

TEST_F(TracerTest, note_reaches_every_tracer_above) {
  const std::shared_ptr<Adapter> lower(&tracer, [](Adapter*) {});
  Tracer upper(lower, [] { return nanoseconds(0); }, {});
  wire->inside = [] { add_note("seen by both"); };
  const Message message{at(0x48), false, {}};

  ASSERT_TRUE(upper.transfer({&message, 1}).ok());

  EXPECT_THAT(last()->notes, SizeIs(1));
  EXPECT_THAT(upper.transactions().back()->notes, SizeIs(1));
}

TEST_F(TracerTest, notes_of_a_transaction_are_bounded) {
  wire->inside = [] {
    for (std::size_t i = 0; i < max_notes + 10; ++i) add_note(std::string(5000, 'x'));
  };

  ASSERT_TRUE(write(0x48, bytes({1})).ok());

  ASSERT_THAT(last()->notes, SizeIs(max_notes));
  EXPECT_THAT(last()->notes[0].text, SizeIs(max_note_length));
}

TEST(Notes, note_without_a_tracer_is_lost_quietly) {
  add_note("nobody hears");

  EXPECT_FALSE(notes_are_wanted());
}

TEST_F(TracerTest, register_that_the_bus_names_is_its_messages) {
  wire->inside = [] {
    name_register(0, "configuration");
    name_register(7, "of no message");
  };

  ASSERT_TRUE(write_read(0x48, bytes({3}), 2).ok());

  EXPECT_EQ(last()->messages[0].register_name, "configuration");
  EXPECT_EQ(last()->messages[1].register_name, "");
}

TEST_F(TracerTest, threads_record_every_transaction_once) {
  constexpr std::size_t thread_count = 4;
  constexpr std::size_t each = 200;
  const auto sink = std::make_shared<ListSink>();
  tracer.add_sink(sink);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < thread_count; ++i) {
    threads.emplace_back([this, i] {
      for (std::size_t n = 0; n < each; ++n) {
        static_cast<void>(write(static_cast<unsigned>(i), bytes({1})));
        static_cast<void>(tracer.transactions().size());
      }
    });
  }

  for (auto& thread : threads) thread.join();

  EXPECT_EQ(tracer.transactions().size(), thread_count * each);
  ASSERT_EQ(sink->heard.size(), thread_count * each);
  for (std::size_t i = 0; i < sink->heard.size(); ++i) EXPECT_EQ(sink->heard[i]->number, i);
}

}  // namespace
}  // namespace vhost_device::i2c
