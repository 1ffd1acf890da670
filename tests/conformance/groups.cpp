// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// Requests that are joined by VIRTIO_I2C_FLAGS_FAIL_NEXT.

#include <algorithm>

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

void transaction(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(5));
  expect(bench.scratch(*peer) == Bench::pattern(5), "the read did not follow the write");
}

void four_messages(Bench& bench) {
  const auto peer = bench.start();
  const std::size_t scratch = bench.bus().scratch();
  const auto pattern = Bench::pattern(6);
  bench.set_scratch(*peer, pattern);
  const Answers answers = peer->exchange({bench.point(scratch + 4).joined(), bench.read(2).joined(),
                                          bench.point(scratch).joined(), bench.read(2)});
  for (const Answer& answer : answers) expect_ok(answer, "a message of four");
  expect(answers[1].data == std::vector(pattern.begin() + 4, pattern.begin() + 6) &&
             answers[3].data == std::vector(pattern.begin(), pattern.begin() + 2),
         "other bytes were read than are there");
}

/// A group whose second of three messages nobody acknowledges, and whose third writes.
struct FailedGroup {
  Answers answers;
  bool last_was_executed = false;
};

FailedGroup run_failing_group(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(7));
  FailedGroup group;
  group.answers = peer->exchange({bench.point(bench.bus().scratch()).joined(),
                                  bench.absent_write().joined(), bench.store(Bench::pattern(8))});
  bench.await_ready(*peer);
  group.last_was_executed = bench.scratch(*peer) != Bench::pattern(7);
  return group;
}

void failure_is_reported(Bench& bench) {
  expect_error(run_failing_group(bench).answers[1], "the message that nobody acknowledged");
}

void rest_is_not_executed(Bench& bench) {
  expect(!run_failing_group(bench).last_was_executed,
         "the message behind the failed one was put on the bus");
}

void rest_has_error(Bench& bench) {
  expect_error(run_failing_group(bench).answers[2], "the message behind the failed one");
}

void before_failure(Bench& bench) {
  const Answers answers = run_failing_group(bench).answers;
  const bool whole_group = std::ranges::all_of(answers, &Answer::error);
  if (whole_group) bench.came_back("the group failed as a whole, which is allowed");
  expect(whole_group || answers[0].ok(), "the message before the failed one has " +
                                             answers[0].text() + ", the failed one " +
                                             answers[1].text());
}

void first_fails(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(9));
  const Answers answers =
      peer->exchange({bench.absent_write().joined(), bench.store(Bench::pattern(10))});
  expect_error(answers[0], "the message that nobody acknowledged");
  bench.await_ready(*peer);
  expect(bench.scratch(*peer) == Bench::pattern(9),
         "the message behind the failed one was put on the bus");
}

void last_fails(Bench& bench) {
  const auto peer = bench.start();
  expect_error(peer->exchange({bench.point(0).joined(), bench.absent_read()})[1],
               "the message that nobody acknowledged");
  expect_ok(peer->exchange(bench.good_request()), "the request after the group");
}

void next_group_is_independent(Bench& bench) {
  const auto peer = bench.start();
  const Answers answers =
      peer->exchange({bench.absent_write().joined(), bench.point(0), bench.point(0).joined(),
                      bench.read(1), bench.good_request()});
  expect_error(answers[0], "the message that nobody acknowledged");
  expect_ok(answers[2], "the first message of the next group");
  expect_ok(answers[3], "the second message of the next group");
  expect_ok(answers[4], "the request after both groups");
}

void split_over_kicks(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(11));
  expect_ok(peer->exchange(bench.point(bench.bus().scratch()).joined()), "the first half");
  const Answer second = peer->exchange(bench.read(BusDescription::scratch_bytes));
  expect_ok(second, "the second half");
  expect(second.data == Bench::pattern(11), "the halves do not belong together");
}

void failure_crosses_kicks(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(12));
  expect_error(peer->exchange(bench.absent_write().joined()), "the first half");
  const Answer second = peer->exchange(bench.store(Bench::pattern(13)));
  bench.await_ready(*peer);
  expect(bench.scratch(*peer) == Bench::pattern(12), "the second half was put on the bus");
  expect_error(second, "the second half");
  expect_ok(peer->exchange(bench.good_request()), "the request after the group");
}

void never_ended(Bench& bench) {
  expect_ok(bench.start()->exchange(bench.point(0).joined()), "a group without an end");
  expect_ok(bench.start()->exchange(bench.good_request()), "a request of the next driver");
}

void failed_and_never_ended(Bench& bench) {
  expect_error(bench.start()->exchange(bench.absent_write().joined()), "a group without an end");
  expect_ok(bench.start()->exchange(bench.good_request()), "a request of the next driver");
}

}  // namespace

std::vector<Case> group_cases() {
  constexpr auto flag = "VIRTIO 1.3, 5.16.6.1, FAIL_NEXT";
  constexpr auto status = "VIRTIO 1.3, 5.16.6.2";
  constexpr auto device = "VIRTIO 1.3, 5.16.6.4";
  return {
      {"group/write-then-read", Level::must, "VIRTIO 1.3, 5.16.6.1",
       "Carries a write and a read that are joined out as one transaction.", transaction},
      {"group/four-messages", Level::must, "VIRTIO 1.3, 5.16.6.1",
       "Carries four joined messages out in order.", four_messages},
      {"group/failure-is-reported", Level::must, device,
       "Gives ERR to the first message of a group that failed.", failure_is_reported},
      {"group/rest-is-not-executed", Level::must, flag,
       "Does not execute the messages behind a failed one.", rest_is_not_executed},
      {"group/rest-has-error", Level::should, device,
       "Gives ERR to the messages behind a failed one.", rest_has_error},
      {"group/before-failure", Level::should, status,
       "Gives OK to the messages before the failed one, or ERR to the whole group.",
       before_failure},
      {"group/first-fails", Level::must, flag,
       "Does not execute the second message when the first one failed.", first_fails},
      {"group/last-fails", Level::must, device, "Gives ERR to a last message that failed.",
       last_fails},
      {"group/next-is-independent", Level::must, status,
       "Carries a group out although one before it in the same batch failed.",
       next_group_is_independent},
      {"group/split-over-kicks", Level::should, flag,
       "Answers what is there of a group, as Linux's driver breaks off when the ring is full.",
       split_over_kicks},
      {"group/failure-crosses-kicks", Level::must, flag,
       "Does not execute the rest of a failed group that comes with a later kick.",
       failure_crosses_kicks},
      {"group/never-ended", Level::robust, flag,
       "Lets no group without an end reach into the next driver's requests.", never_ended},
      {"group/failed-and-never-ended", Level::robust, flag,
       "Lets no failed group without an end reach into the next driver's requests.",
       failed_and_never_ended},
  };
}

}  // namespace vhost_device::conformance
