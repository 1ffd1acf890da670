// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/bench/paths/path.hpp"

#include <algorithm>

#include "core/i2c/virtio_i2c.hpp"
#include "tests/bench/paths/batch.hpp"
#include "tests/bench/paths/buses.hpp"
#include "tests/bench/paths/counted_service.hpp"

namespace vhost_device::bench {
namespace {

constexpr std::size_t batch_size = 64;
constexpr std::size_t pages = eeprom_bytes / page_bytes;

Step read_page(bool inverted) { return {.read = true, .data = page_contents(inverted)}; }

/// Brings the chips into a state in which what the work does can be seen.
void prepare(LocalGuest& guest, Work work) {
  // A write of the word address shows by the page that is read after it.
  const bool first_inverted = work == Work::write2 || work == Work::page_write;
  Batch::Transactions writes{{write_page(0, first_inverted)}};
  for (std::size_t page = 1; page < pages; ++page) {
    writes.push_back({write_page(page, work == Work::page_write)});
  }
  writes.push_back({point_at_page(work == Work::write2 ? 1 : 0)});
  Batch(guest, eeprom_address, std::move(writes)).run_uncounted();
}

/// Looks at what the writes have done.
void check_result(LocalGuest& guest, Work work, std::size_t count) {
  Batch::Transactions reads;
  if (work == Work::write2) reads.push_back({read_page(true)});
  if (work == Work::page_write) {
    reads.push_back({point_at_page(0)});
    reads.resize(1 + std::min(count, batch_size), {read_page(false)});
  }
  if (!reads.empty()) Batch(guest, eeprom_address, std::move(reads)).run_uncounted();
}

}  // namespace

const Path* find_path(std::string_view name) {
  const auto* const found = std::ranges::find(paths, name, &Path::name);
  return found == paths.end() ? nullptr : found;
}

void run_path(const Path& path, std::size_t count) {
  i2c::VirtioI2c device(make_bus(path.bus));
  LocalGuest guest(device, path.packed);
  prepare(guest, path.work);

  Batch::Transactions transactions;
  for (std::size_t i = 0; i < batch_size; ++i) transactions.push_back(steps_of(path.work, i));
  Batch batch(guest, default_address(path.work), std::move(transactions));
  for (std::size_t left = count; left > 0;) {
    const std::size_t size = std::min(left, batch_size);
    batch.run(size, [&guest] {
      vhost_user::Service result;
      counted_service(guest.session(), result);
      return result;
    });
    left -= size;
  }
  check_result(guest, path.work, count);
}

}  // namespace vhost_device::bench
