// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/virtio/bus_error_guard.hpp"

#include <gtest/gtest.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/virtio/guest_memory.hpp"
#include "tests/unit/virtio/shared_memory.hpp"

namespace vhost_device::virtio {
namespace {

using test::SharedMemory;

const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));

/// Sixteen pages at guest address 0 that the front-end is going to shorten.
class ShortenedMemory : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(memory_.add({0, 16 * page, 0, 0}, shared_.file()), std::nullopt);
    std::ranges::fill(shared_.bytes(), std::byte{0x77});
  }

  [[nodiscard]] std::byte read(std::uint64_t address) const { return *memory_.at(address, 1); }
  void write(std::uint64_t address, std::byte value) const { *memory_.at(address, 1) = value; }

  SharedMemory shared_{16 * page};
  GuestMemory memory_;
};

TEST_F(ShortenedMemory, reads_of_what_is_lost_are_zero) {
  shared_.truncate(4 * page);

  EXPECT_EQ(read(4 * page), std::byte{0});
  EXPECT_EQ(read(16 * page - 1), std::byte{0});
}

TEST_F(ShortenedMemory, what_is_left_is_still_shared) {
  shared_.truncate(4 * page);
  EXPECT_EQ(read(15 * page), std::byte{0});

  write(4 * page - 1, std::byte{0x12});

  EXPECT_EQ(shared_.bytes()[4 * page - 1], std::byte{0x12});
  EXPECT_EQ(read(0), std::byte{0x77});
}

TEST_F(ShortenedMemory, writes_to_what_is_lost_do_no_harm) {
  shared_.truncate(0);

  for (std::uint64_t address = 0; address < 16 * page; address += page / 2) {
    write(address, std::byte{0x34});
  }

  EXPECT_EQ(read(15 * page), std::byte{0x34});
}

TEST_F(ShortenedMemory, touching_pages_backwards_does_no_harm) {
  shared_.truncate(0);

  for (std::uint64_t address = 16 * page; address > 0; address -= page) {
    EXPECT_EQ(read(address - 1), std::byte{0});
  }
}

TEST_F(ShortenedMemory, other_memory_still_works) {
  const SharedMemory other(page);
  other.bytes()[1] = std::byte{0x56};
  ASSERT_EQ(memory_.add({0x100000, page, 0, 0}, other.file()), std::nullopt);
  shared_.truncate(0);
  EXPECT_EQ(read(0), std::byte{0});

  write(0x100000, std::byte{0x55});

  EXPECT_EQ(other.bytes()[0], std::byte{0x55});
  EXPECT_EQ(read(0x100001), std::byte{0x56});
}

TEST_F(ShortenedMemory, loss_is_known_once_it_is_touched) {
  EXPECT_FALSE(memory_.lost());
  shared_.truncate(0);

  EXPECT_EQ(read(0), std::byte{0});

  EXPECT_TRUE(memory_.lost());
}

TEST_F(ShortenedMemory, loss_is_forgotten_with_the_memory) {
  shared_.truncate(0);
  EXPECT_EQ(read(0), std::byte{0});
  const SharedMemory other(page);
  const MemoryRegion region{0, page, 0, 0};

  ASSERT_EQ(memory_.replace({&region, 1}, test::files(other, 1)), std::nullopt);

  EXPECT_FALSE(memory_.lost());
}

TEST_F(ShortenedMemory, region_at_an_odd_offset_is_guarded_to_its_ends) {
  ASSERT_EQ(memory_.add({0x100000, 3 * page, 0, 5 * page + 123}, shared_.file()), std::nullopt);
  shared_.truncate(0);

  EXPECT_EQ(read(0x100000 + 3 * page - 1), std::byte{0});
  EXPECT_EQ(read(0x100000), std::byte{0});
}

/// Memory in huge pages, of which the machine may have none: then each touch is an error of the bus
/// already. What the guard puts in their place has to be aligned as they are.
class HugePages : public testing::Test {
 protected:
  static constexpr std::size_t huge_page = 2U << 20;

  void SetUp() override {
    const support::UniqueFd file(::memfd_create("probe", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB));
    if (!file) GTEST_SKIP() << "this kernel has no huge pages of 2 MiB";
    shared_.emplace(3 * huge_page, MFD_HUGETLB | MFD_HUGE_2MB);
  }

  /// How many mappings of huge pages this process has.
  static std::ptrdiff_t mappings() {
    std::ifstream maps("/proc/self/maps");
    const std::string text{std::istreambuf_iterator<char>(maps), {}};
    const std::string name = "memfd:guest memory";
    std::ptrdiff_t count = 0;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
      ++count;
    return count;
  }

  std::optional<SharedMemory> shared_;
};

TEST_F(HugePages, region_at_any_offset_is_usable) {
  GuestMemory memory;
  ASSERT_EQ(memory.add({0, huge_page, 0, huge_page + 4096}, shared_->file()), std::nullopt);

  for (std::uint64_t address = 0; address < huge_page; address += 4096) {
    *memory.at(address, 1) = std::byte{0x61};
  }

  EXPECT_EQ(*memory.at(0, 1), std::byte{0x61});
  EXPECT_EQ(*memory.at(huge_page - 4096, 1), std::byte{0x61});
}

TEST_F(HugePages, mapping_is_given_back) {
  const std::ptrdiff_t before = mappings();
  {
    GuestMemory memory;
    ASSERT_EQ(memory.add({0, huge_page, 0, huge_page + 4096}, shared_->file()), std::nullopt);
    *memory.at(huge_page - 1, 1) = std::byte{0x62};
  }

  EXPECT_EQ(mappings(), before);
}

TEST(BusErrorGuard, more_ranges_than_one_chunk_are_guarded) {
  const SharedMemory shared(page);
  std::vector<GuestMemory> memories(4);
  for (std::uint64_t i = 0; i < 4 * GuestMemory::max_regions; ++i) {
    ASSERT_EQ(memories[i % 4].add({i / 4 * page, page, 0, 0}, shared.file()), std::nullopt);
  }
  shared.truncate(0);

  EXPECT_EQ(*memories[3].at((GuestMemory::max_regions - 1) * page, 1), std::byte{0});
  EXPECT_EQ(*memories[0].at(0, 1), std::byte{0});
}

TEST(BusErrorGuard, memory_lost_by_many_threads_at_once_is_replaced) {
  constexpr int threads = 4;
  constexpr int rounds = 200;
  std::atomic<int> good = 0;
  const auto lose_memory = [&good] {
    for (int round = 0; round < rounds; ++round) {
      const SharedMemory shared(2 * page);
      GuestMemory memory;
      const bool added = memory.add({0, 2 * page, 0, 0}, shared.file()) == std::nullopt;
      shared.truncate(page);
      good +=
          static_cast<int>(added && *memory.at(2 * page - 1, 1) == std::byte{0} && memory.lost());
    }
  };

  std::vector<std::jthread> workers;
  workers.reserve(threads);
  for (int i = 0; i < threads; ++i) workers.emplace_back(lose_memory);
  workers.clear();

  EXPECT_EQ(good, threads * rounds);
}

/// In the child of a death test, where the guard is not installed yet. Each child runs in a process
/// started anew, so that what the tests above have installed is not there.
class BusErrorGuardDeath : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static void install_guard_behind(void (*handler)(int)) {
    ::signal(SIGBUS, handler);
    static const SharedMemory shared(page);
    static GuestMemory memory;
    if (memory.add({0, page, 0, 0}, shared.file())) std::abort();
  }

  static void touch_lost_memory_of_nobody() {
    const SharedMemory shared(page);
    shared.truncate(0);
    *static_cast<volatile std::byte*>(shared.bytes().data()) = std::byte{1};
  }

  static void touch_lost_memory_of_a_guest() {
    const SharedMemory shared(page);
    GuestMemory memory;
    if (memory.add({0, page, 0, 0}, shared.file())) std::abort();
    shared.truncate(0);
    *static_cast<volatile std::byte*>(memory.at(0, 1)) = std::byte{1};
  }

  static void exit_with_42(int) { ::_exit(42); }
};

TEST_F(BusErrorGuardDeath, fault_elsewhere_goes_to_the_previous_handler) {
  EXPECT_EXIT(
      {
        install_guard_behind(exit_with_42);
        touch_lost_memory_of_nobody();
      },
      testing::ExitedWithCode(42), "");
}

TEST_F(BusErrorGuardDeath, fault_elsewhere_without_a_previous_handler_ends_the_process) {
  EXPECT_EXIT(
      {
        install_guard_behind(SIG_DFL);
        touch_lost_memory_of_nobody();
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(BusErrorGuardDeath, fault_elsewhere_ends_the_process_even_when_ignored) {
  EXPECT_EXIT(
      {
        install_guard_behind(SIG_IGN);
        touch_lost_memory_of_nobody();
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(BusErrorGuardDeath, fault_in_a_range_that_is_gone_is_not_ours) {
  EXPECT_EXIT(
      {
        install_guard_behind(exit_with_42);
        touch_lost_memory_of_a_guest();
        touch_lost_memory_of_nobody();
      },
      testing::ExitedWithCode(42), "");
}

TEST_F(BusErrorGuardDeath, signal_that_was_sent_goes_to_the_previous_handler) {
  EXPECT_EXIT(
      {
        install_guard_behind(exit_with_42);
        ::raise(SIGBUS);
      },
      testing::ExitedWithCode(42), "");
}

TEST_F(BusErrorGuardDeath, signal_that_was_sent_without_a_previous_handler_ends_the_process) {
  EXPECT_EXIT(
      {
        install_guard_behind(SIG_DFL);
        ::raise(SIGBUS);
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(BusErrorGuardDeath, signal_that_was_sent_and_is_ignored_stays_ignored) {
  EXPECT_EXIT(
      {
        install_guard_behind(SIG_IGN);
        ::raise(SIGBUS);
        touch_lost_memory_of_a_guest();
        ::_exit(7);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace vhost_device::virtio
