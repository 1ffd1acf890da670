// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// One request by itself, and several that are not joined.

#include <algorithm>

#include "core/i2c/address.hpp"
#include "core/i2c/virtio_i2c_format.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

constexpr std::size_t some_bytes = 4;

void write_and_read_back(Bench& bench) {
  const auto peer = bench.start();
  for (const unsigned seed : {1U, 2U}) {
    bench.set_scratch(*peer, Bench::pattern(seed));
    expect(bench.scratch(*peer) == Bench::pattern(seed), "other bytes were read than written");
  }
}

void read_by_itself(Bench& bench) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(3));
  expect_ok(peer->exchange(bench.point(bench.bus().scratch())), "setting the pointer");
  const Answer answer = peer->exchange(bench.read(some_bytes));
  expect_ok(answer, "the read");
  const auto expected = Bench::pattern(3);
  expect(std::ranges::equal(answer.data, std::span(expected).first(some_bytes)),
         "other bytes were read than are there");
}

void long_read(Bench& bench) {
  constexpr std::size_t whole = 128;  // all of the smallest EEPROM
  constexpr std::size_t part = 16;
  const auto peer = bench.start();
  const std::vector<std::byte> at_once = bench.contents(*peer, 0, whole);
  std::vector<std::byte> in_parts;
  for (std::size_t offset = 0; offset < whole; offset += part) {
    const auto bytes = bench.contents(*peer, offset, part);
    in_parts.insert(in_parts.end(), bytes.begin(), bytes.end());
  }
  expect(at_once == in_parts, "one long read and several short ones differ");
}

void answered_ok(Bench& bench, const Request& request) {
  expect_ok(bench.start()->exchange(request), "the request");
}

void answered_error(Bench& bench, const Request& request) {
  expect_error(bench.start()->exchange(request), "the request");
}

void reserved_flag(Bench& bench) {
  const auto peer = bench.start();
  for (unsigned bit = 2; bit < 32; ++bit) {
    Request request = bench.quick_write();
    request.flags = 1U << bit;
    expect_error(peer->exchange(request), "a request with reserved flag " + std::to_string(bit));
  }
}

void address_formats(Bench& bench) {
  const auto peer = bench.start();
  Request request = bench.quick_write();
  const std::uint16_t good = request.address_field;
  for (const unsigned wrong : {good | 1U, good | 0x0100U, good | 0x8000U}) {
    request.address_field = static_cast<std::uint16_t>(wrong);
    expect_error(peer->exchange(request), "a malformed address");
  }
}

void ten_bit_address(Bench& bench) {
  Request request = bench.quick_write();
  request.address_field = i2c::format::encode_address(*i2c::Address::ten_bit(0x2a5));
  answered_error(bench, request);
}

void used_length(Bench& bench) {
  const auto peer = bench.start();
  const Answers answers =
      peer->exchange({bench.absent_write(), bench.point(0), bench.read(some_bytes)});
  expect(answers[0].used_length == 1 && answers[1].used_length == 1,
         "used.len of a write is not 1, which is its status");
  expect(answers[2].used_length == some_bytes + 1,
         "used.len of a read is not its length and one for the status");
}

void used_length_of_failed_read(Bench& bench) {
  const auto peer = bench.start();
  const Answer answer = peer->exchange(read_from(bench.bus().absent, some_bytes));
  expect_error(answer, "a read where nobody is");
  const auto written = std::ranges::find(answer.data, Answer::untouched) - answer.data.begin();
  const auto most =
      static_cast<std::size_t>(written) == some_bytes ? some_bytes + 1 : std::size_t(written);
  expect(answer.used_length <= most,
         "used.len says that bytes at the start of buf were written, which were not");
}

void leaves_requests_alone(Bench& bench) {
  const auto peer = bench.start();
  const Answers answers = peer->exchange(
      {bench.point(0), bench.read(some_bytes), bench.absent_write(), bench.absent_read()});
  expect(std::ranges::none_of(answers, &Answer::disturbed),
         "the header, buf of a write, or memory beside the request has changed");
}

void in_order(Bench& bench) {
  constexpr std::size_t count = BusDescription::scratch_bytes;
  const auto peer = bench.start();
  const auto pattern = Bench::pattern(4);
  bench.set_scratch(*peer, pattern);
  std::vector<Request> requests;
  for (std::size_t i = 0; i < count; ++i) {
    requests.push_back(bench.point(bench.bus().scratch() + count - 1 - i));
    requests.push_back(bench.read(1));
  }
  const Answers answers = peer->exchange(requests);
  for (std::size_t i = 0; i < count; ++i) {
    const Answer& answer = answers[2 * i + 1];
    expect_ok(answer, "read " + std::to_string(i));
    expect(answer.data.front() == pattern[count - 1 - i],
           "read " + std::to_string(i) + " was not done right after the write before it");
  }
}

void own_status(Bench& bench) {
  const auto peer = bench.start();
  const Answers answers =
      peer->exchange({bench.good_request(), bench.absent_write(), bench.good_request(),
                      bench.absent_read(), bench.read(1)});
  expect(answers[0].ok() && answers[2].ok() && answers[4].ok(),
         "a good request beside a bad one failed");
  expect(answers[1].error() && answers[3].error(), "a request to nobody succeeded");
}

}  // namespace

std::vector<Case> request_cases() {
  const auto ok = [](Request (Bench::*make)() const) {
    return [make](Bench& bench) { answered_ok(bench, (bench.*make)()); };
  };
  const auto error = [](Request (Bench::*make)() const) {
    return [make](Bench& bench) { answered_error(bench, (bench.*make)()); };
  };
  constexpr auto operation = "VIRTIO 1.3, 5.16.6.1";
  constexpr auto device = "VIRTIO 1.3, 5.16.6.4";
  return {
      {"request/write-and-read-back", Level::must, device,
       "Puts the segment that was read into buf; what was written is read back.",
       write_and_read_back},
      {"request/read-by-itself", Level::must, operation,
       "Serves a read that is not joined to a write.", read_by_itself},
      {"request/long-read", Level::must, device, "Fills buf to its length, of whatever length.",
       long_read},
      {"request/zero-length-write", Level::must, "VIRTIO 1.3, 5.16.3",
       "Serves a write without buf, which a chip acknowledges.", ok(&Bench::quick_write)},
      {"request/zero-length-read", Level::must, "VIRTIO 1.3, 5.16.3",
       "Serves a read without buf, which a chip acknowledges.",
       [](Bench& bench) { answered_ok(bench, bench.read(0)); }},
      {"request/write-to-nobody", Level::must, operation,
       "Answers a write that no chip acknowledges with ERR.", error(&Bench::absent_write)},
      {"request/read-from-nobody", Level::must, operation,
       "Answers a read that no chip acknowledges with ERR.", error(&Bench::absent_read)},
      {"request/zero-length-write-to-nobody", Level::must, operation,
       "Answers a write without buf that no chip acknowledges with ERR.",
       [](Bench& bench) { answered_error(bench, write_to(bench.bus().absent, {})); }},
      {"request/ten-bit-address", Level::must, operation,
       "Takes a 10-bit address for one, at which nobody is here.", ten_bit_address},
      {"request/malformed-address", Level::robust, operation,
       "Answers an address that is in neither format with ERR.", address_formats},
      {"request/reserved-flags", Level::robust, operation,
       "Answers flags whose meaning it cannot know with ERR.", reserved_flag},
      {"request/used-length", Level::must, "VIRTIO 1.3, 2.7.8",
       "Sets used.len to the number of bytes that it wrote.", used_length},
      {"request/used-length-of-failed-read", Level::must, "VIRTIO 1.3, 2.7.8.2",
       "Has written at least used.len bytes, counted from the start of buf.",
       used_length_of_failed_read},
      {"request/left-alone", Level::must, "VIRTIO 1.3, 5.16.6.4 and 2.7.5.1",
       "Changes neither addr, flags nor buf of a write, nor anything beside the request.",
       leaves_requests_alone},
      {"request/order", Level::must, device, "Processes requests in order.", in_order},
      {"request/own-status", Level::must, "VIRTIO 1.3, 5.16.6.2",
       "Gives each of several requests that are not joined its own status.", own_status},
  };
}

}  // namespace vhost_device::conformance
