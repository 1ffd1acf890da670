// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// The same requests in other descriptors.

#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

using Sizes = std::vector<std::size_t>;

constexpr std::size_t data_bytes = BusDescription::scratch_bytes;
constexpr std::size_t header_bytes = 8;

/// How the write of the scratch area, setting the pointer and reading it are framed.
struct Variant {
  const char* name;
  const char* requirement;
  Framing write;
  Framing point;
  Framing read;
};

void same_outcome(Bench& bench, const Variant& variant) {
  const auto peer = bench.start();
  bench.set_scratch(*peer, Bench::pattern(1));
  expect_ok(peer->exchange(bench.store(Bench::pattern(2)).framed(variant.write)), "the write");
  bench.await_ready(*peer);
  const Answers answers =
      peer->exchange({bench.point(bench.bus().scratch()).framed(variant.point).joined(),
                      bench.read(data_bytes).framed(variant.read)});
  expect_ok(answers[0], "setting the pointer");
  expect_ok(answers[1], "the read");
  expect(answers[1].data == Bench::pattern(2), "other bytes were read than written");
  expect(!answers[0].disturbed && !answers[1].disturbed,
         "memory beside what the device may write has changed");
  expect(answers[1].used_length == data_bytes + 1, "used.len is not the length of the read and 1");
}

void zero_length(Bench& bench, const Framing& framing) {
  const auto peer = bench.start();
  expect_ok(peer->exchange(bench.quick_write().framed(framing)), "a write without buf");
  expect_ok(peer->exchange(bench.read(0).framed(framing)), "a read without buf");
  expect_error(peer->exchange(write_to(bench.bus().absent, {}).framed(framing)),
               "a write without buf, to nobody");
}

void failed(Bench& bench) {
  const auto peer = bench.start();
  const Framing one_each{.readable = {header_bytes + 1}, .writable = {}, .indirect = false};
  expect_error(peer->exchange(bench.absent_write().framed(one_each)), "a write to nobody");
  const Framing shared{.readable = {header_bytes}, .writable = {2}, .indirect = false};
  expect_error(peer->exchange(bench.absent_read().framed(shared)), "a read from nobody");
}

void long_read(Bench& bench) {
  constexpr std::size_t length = 120;
  const auto peer = bench.start();
  const auto expected = bench.contents(*peer, 0, length);
  const Framing parts{.readable = {3}, .writable = Sizes(40, 3), .indirect = false};
  expect_ok(peer->exchange(bench.point(0)), "setting the pointer");
  const Answer answer = peer->exchange(bench.read(length).framed(parts));
  expect_ok(answer, "the read");
  expect(answer.data == expected, "other bytes were read than in one piece");
  expect(!answer.disturbed, "memory beside what the device may write has changed");
}

std::vector<Variant> variants() {
  const Framing linux_driver{};
  const Framing header_in_two{.readable = {3, 5}, .writable = {}, .indirect = false};
  const Framing header_in_bytes{
      .readable = Sizes(header_bytes, 1), .writable = {}, .indirect = false};
  const Framing data_in_bytes{.readable =
                                  [] {
                                    Sizes sizes{header_bytes};
                                    sizes.resize(1 + data_bytes, 1);
                                    return sizes;
                                  }(),
                              .writable = {},
                              .indirect = false};
  const Framing across{.readable = {header_bytes - 1, 2}, .writable = {}, .indirect = false};
  const Framing with_status{.readable = {}, .writable = {data_bytes + 1}, .indirect = false};
  const Framing half_with_status{.readable = {}, .writable = {3}, .indirect = false};
  return {
      {"framing/as-linux", "Serves header, buf and status in a descriptor each.", linux_driver,
       linux_driver, linux_driver},
      {"framing/header-in-two", "Serves a header that is cut in two.", header_in_two, header_in_two,
       header_in_two},
      {"framing/header-in-bytes", "Serves a header of eight descriptors.", header_in_bytes,
       header_in_bytes, header_in_bytes},
      {"framing/data-in-bytes",
       "Serves buf in a descriptor for each byte.",
       data_in_bytes,
       {},
       {.readable = {}, .writable = Sizes(data_bytes, 1), .indirect = false}},
      {"framing/across-header-and-data",
       "Serves a descriptor with the header's end and buf's start.", across, across, header_in_two},
      {"framing/data-with-status", "Serves buf of a read and the status in one descriptor.",
       linux_driver, linux_driver, with_status},
      {"framing/data-cut-before-status",
       "Serves a part of buf, and the rest of it with the status.", linux_driver, linux_driver,
       half_with_status},
  };
}

}  // namespace

std::vector<Case> framing_cases() {
  constexpr auto clause = "VIRTIO 1.3, 2.7.4.1";
  std::vector<Case> cases;
  for (const Variant& variant : variants()) {
    cases.push_back({variant.name, Level::must, clause, variant.requirement,
                     [variant](Bench& bench) { same_outcome(bench, variant); }});
  }
  cases.push_back(
      {"framing/header-with-data", Level::must, clause,
       "Serves the header and buf of a write in one descriptor.", [](Bench& bench) {
         const std::size_t pointer = bench.bus().pointer_bytes;
         const Framing write{
             .readable = {header_bytes + pointer + data_bytes}, .writable = {}, .indirect = false};
         const Framing point{
             .readable = {header_bytes + pointer}, .writable = {}, .indirect = false};
         const Framing read{.readable = {}, .writable = {data_bytes + 1}, .indirect = false};
         same_outcome(bench, {"", "", write, point, read});
       }});
  cases.push_back({"framing/zero-length", Level::must, clause,
                   "Serves requests without buf, whose header is cut in two.", [](Bench& bench) {
                     zero_length(bench, {.readable = {4}, .writable = {}, .indirect = false});
                   }});
  cases.push_back({"framing/failed", Level::must, clause,
                   "Answers ERR in the status byte wherever that lies.", failed});
  cases.push_back({"framing/long-read-in-parts", Level::must, clause,
                   "Serves a read in forty descriptors.", long_read});
  return cases;
}

}  // namespace vhost_device::conformance
