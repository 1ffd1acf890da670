// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/fault_injector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/i2c/trace/notes.hpp"
#include "tests/unit/i2c/faults.hpp"

namespace vhost_device::i2c {
namespace {

using namespace std::chrono_literals;
using testing::Bytes;
using testing::bytes;
using ::testing::Each;
using testing::ended;
using testing::Faults;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST_F(Faults, without_any_everything_goes_through) {
  EXPECT_TRUE(write_read(bytes({1})).ok());
  EXPECT_EQ(received, bytes({0xa0, 0xa1, 0xa2}));
}

TEST_F(Faults, nack_of_an_address_reaches_nobody) {
  injector->add({.kind = FaultKind::nack, .address = wire->chip});

  EXPECT_EQ(write(bytes({1})), ended(0, TransferError::address_nack));
  EXPECT_THAT(wire->transactions, Each(IsEmpty()));
}

TEST_F(Faults, each_is_noted_for_traces) {
  injector->add({.kind = FaultKind::flip, .read = false, .mask = 1});
  injector->add({.kind = FaultKind::nack, .read = true});
  NoteScope scope;
  EXPECT_FALSE(write_read(bytes({1})).ok());

  const std::vector<Note> notes = scope.take();
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].text, "fault: flip at 0x50");
  EXPECT_EQ(notes[1].text, "fault: nack at 0x50");
  EXPECT_EQ(notes[1].message, 1U);
}

TEST_F(Faults, nack_of_another_address_changes_nothing) {
  injector->add({.kind = FaultKind::nack, .address = Address::seven_bit(0x51)});

  EXPECT_TRUE(write(bytes({1})).ok());
}

TEST_F(Faults, nack_of_a_byte_lets_those_before_it_through) {
  injector->add({.kind = FaultKind::nack, .byte = 2});

  const TransferResult result = write(bytes({1, 2, 3, 4}));
  EXPECT_EQ(result, ended(0, TransferError::data_nack));
  EXPECT_EQ(result.acknowledged, 2U);
  EXPECT_EQ(sent(0), bytes({1, 2}));
}

TEST_F(Faults, nack_of_the_first_byte_reaches_nobody) {
  injector->add({.kind = FaultKind::nack, .byte = 0});

  const TransferResult result = write(bytes({1, 2}));
  EXPECT_EQ(result, ended(0, TransferError::data_nack));
  EXPECT_EQ(result.acknowledged, 0U);
  EXPECT_THAT(wire->transactions, Each(IsEmpty()));
}

TEST_F(Faults, nack_of_the_first_byte_leaves_the_messages_before_it) {
  injector->add({.kind = FaultKind::nack, .byte = 0});
  Bytes data = bytes({1});
  received.assign(2, std::byte{0});
  const Message messages[]{{wire->chip, true, received}, {wire->chip, false, data}};

  EXPECT_EQ(injector->transfer(messages), ended(1, TransferError::data_nack));
  ASSERT_EQ(wire->transactions.size(), 1U);
  EXPECT_EQ(wire->transactions[0].size(), 1U);
  EXPECT_EQ(received, bytes({0xa0, 0xa1}));
}

TEST_F(Faults, nack_of_a_byte_that_is_not_sent_changes_nothing) {
  injector->add({.kind = FaultKind::nack, .byte = 2});

  EXPECT_TRUE(write(bytes({1, 2})).ok());
  EXPECT_TRUE(read().ok());
}

TEST_F(Faults, nack_of_reads_ends_a_transaction_at_its_repeated_start) {
  injector->add({.kind = FaultKind::nack, .read = true});

  EXPECT_EQ(write_read(bytes({7})), ended(1, TransferError::address_nack));
  EXPECT_EQ(sent(0), bytes({7}));
  EXPECT_EQ(wire->transactions.at(0).size(), 1U);
}

TEST_F(Faults, times_is_how_often_it_happens) {
  const auto number = injector->add({.kind = FaultKind::nack, .times = 2});

  EXPECT_FALSE(write(bytes({1})).ok());
  EXPECT_FALSE(write(bytes({1})).ok());
  EXPECT_TRUE(write(bytes({1})).ok());
  EXPECT_EQ(injector->hits(number), 2U);
  EXPECT_EQ(injector->remove(number), 2U);
}

TEST_F(Faults, removed_fault_does_not_happen_any_more) {
  const auto number = injector->add({.kind = FaultKind::nack});
  injector->remove(number);

  EXPECT_TRUE(write(bytes({1})).ok());
}

TEST_F(Faults, condition_chooses_the_messages) {
  injector->add({.kind = FaultKind::nack, .when = [](const Message& message) {
                   return message.data.front() == std::byte{9};
                 }});

  EXPECT_TRUE(write(bytes({1})).ok());
  EXPECT_FALSE(write(bytes({9})).ok());
}

TEST_F(Faults, stuck_sda_ends_everything_until_the_bus_is_cleared) {
  injector->add({.kind = FaultKind::stuck_sda});

  EXPECT_EQ(read(), ended(0, TransferError::timeout));
  EXPECT_EQ(read(), ended(0, TransferError::timeout));
  EXPECT_THAT(wire->transactions, IsEmpty());
  EXPECT_TRUE(injector->clear_bus());
  EXPECT_TRUE(read().ok());
}

TEST_F(Faults, hits_of_what_was_cleared_are_known_until_it_is_removed) {
  const auto stuck = injector->add({.kind = FaultKind::stuck_sda});
  EXPECT_EQ(read(), ended(0, TransferError::timeout));
  injector->clear_bus();
  const auto nack = injector->add({.kind = FaultKind::nack});
  EXPECT_EQ(read(), ended(0, TransferError::address_nack));
  injector->clear_faults();

  EXPECT_EQ(injector->hits(stuck), 1U);
  EXPECT_EQ(injector->hits(nack), 1U);
  EXPECT_EQ(injector->remove(stuck), 1U);
  EXPECT_EQ(injector->hits(stuck), 0U);
}

TEST_F(Faults, stuck_scl_cannot_be_cleared_but_released) {
  const auto number = injector->add({.kind = FaultKind::stuck_scl});

  EXPECT_FALSE(injector->clear_bus());
  EXPECT_EQ(read(), ended(0, TransferError::timeout));
  injector->remove(number);
  EXPECT_TRUE(read().ok());
}

TEST_F(Faults, flip_inverts_bits_of_what_is_read) {
  injector->add({.kind = FaultKind::flip, .byte = 1, .mask = 0x0f});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(received, bytes({0xa0, 0xae, 0xa2}));
}

TEST_F(Faults, flip_inverts_bits_of_what_the_chip_gets_and_not_of_what_was_sent) {
  injector->add({.kind = FaultKind::flip, .read = false, .mask = 0x80});
  Bytes data = bytes({1, 2});
  const Message message{wire->chip, false, data};

  EXPECT_TRUE(injector->transfer({&message, 1}).ok());
  EXPECT_EQ(sent(0), bytes({0x81, 0x82}));
  EXPECT_EQ(data, bytes({1, 2}));
}

TEST_F(Faults, short_read_leaves_the_rest_high) {
  injector->add({.kind = FaultKind::short_read, .length = 1});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(received, bytes({0xa0, 0xff, 0xff}));
}

TEST_F(Faults, bad_pec_spoils_the_last_byte_of_a_read) {
  injector->add({.kind = FaultKind::bad_pec});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(received, bytes({0xa0, 0xa1, 0x5d}));
}

TEST_F(Faults, changed_bytes_and_an_end_may_come_together) {
  injector->add({.kind = FaultKind::flip, .read = false, .mask = 0xff});
  injector->add({.kind = FaultKind::nack, .read = true});

  EXPECT_EQ(write_read(bytes({0x0f})), ended(1, TransferError::address_nack));
  EXPECT_EQ(sent(0), bytes({0xf0}));
}

std::vector<bool> outcomes(FaultInjector& injector, Address chip) {
  std::vector<bool> all;
  for (int i = 0; i < 200; ++i) {
    const Message message{chip, false, {}};
    all.push_back(injector.transfer({&message, 1}).ok());
  }
  return all;
}

TEST_F(Faults, probability_is_drawn_alike_from_the_same_seed) {
  const auto outcomes_of = [&](std::optional<std::uint64_t> seed) {
    injector->clear_faults(seed);
    injector->add({.kind = FaultKind::nack, .probability = 0.5});
    return outcomes(*injector, wire->chip);
  };
  const auto first = outcomes_of(42);

  EXPECT_EQ(outcomes_of(42), first);
  EXPECT_EQ(outcomes_of(std::nullopt), first);
  EXPECT_NE(outcomes_of(43), first);
  EXPECT_THAT(first, ::testing::Contains(true));
  EXPECT_THAT(first, ::testing::Contains(false));
}

TEST_F(Faults, what_cannot_be_is_refused) {
  EXPECT_THAT([&] { injector->add({.probability = 1.5}); },
              ThrowsMessage<std::invalid_argument>("nack: probability 1.5: expected 0 to 1"));
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::stretch, .duration = -1ns}); },
              ThrowsMessage<std::invalid_argument>("stretch: duration -1 ns: expected 0 or more"));
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::flip}); },
              ThrowsMessage<std::invalid_argument>("flip: mask 0x00: expected 0x01 to 0xff"));
}

TEST_F(Faults, what_would_never_happen_is_refused) {
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::stuck_sda, .address = wire->chip}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("every address and direction")));
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::stuck_scl, .read = true}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("every address and direction")));
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::nack, .read = true, .byte = 0}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("leave `read` or `byte` out")));
  EXPECT_THAT([&] { injector->add({.kind = FaultKind::short_read, .read = false}); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("short_read: it befalls reads")));
}

TEST_F(Faults, condition_that_uses_its_own_injector_loses_the_arbitration) {
  std::vector<TransferResult> results;
  injector->add({.kind = FaultKind::nack, .when = [&](const Message&) {
                   results.push_back(read());
                   return false;
                 }});

  EXPECT_EQ(write_read(bytes({0x01})), ended(2, TransferError::none));

  const auto lost = ended(0, TransferError::arbitration_lost);
  EXPECT_EQ(results, (std::vector{lost, lost}));
  EXPECT_EQ(wire->transactions.size(), 1U);
}

/// A condition that uses the injector when it ends.
struct Ending {
  explicit Ending(FaultInjector& its_injector) : injector(its_injector) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { injector.clear_bus(); }
  FaultInjector& injector;
};

TEST_F(Faults, condition_that_ends_may_use_the_injector) {
  const auto condition = [this] {
    return [ending = std::make_shared<Ending>(*injector)](const Message&) { return false; };
  };
  const auto number = injector->add({.kind = FaultKind::nack, .when = condition()});
  injector->add({.kind = FaultKind::stuck_sda, .when = condition()});
  injector->add({.kind = FaultKind::nack, .when = condition()});

  injector->remove(number);
  injector->clear_bus();
  injector->clear_faults();

  EXPECT_TRUE(read().ok());
}

TEST_F(Faults, condition_may_add_a_fault) {
  injector->add({.kind = FaultKind::nack, .when = [&](const Message&) {
                   injector->add({.kind = FaultKind::lose_arbitration});
                   return false;
                 }});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(read(), ended(0, TransferError::arbitration_lost));
}

TEST_F(Faults, fault_that_its_condition_releases_does_not_befall_the_message) {
  std::uint64_t number = 0;
  std::uint64_t hits_when_released = 1;
  number = injector->add({.kind = FaultKind::nack, .when = [&](const Message&) {
                            hits_when_released = injector->remove(number);
                            return true;
                          }});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(hits_when_released, 0U);
}

TEST_F(Faults, fault_that_its_condition_clears_does_not_befall_the_message) {
  const auto number = injector->add({.kind = FaultKind::nack, .when = [&](const Message&) {
                                       injector->clear_faults();
                                       return true;
                                     }});

  EXPECT_TRUE(read().ok());
  EXPECT_EQ(injector->hits(number), 0U);
}

}  // namespace
}  // namespace vhost_device::i2c
