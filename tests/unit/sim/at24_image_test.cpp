// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "backends/sim/bus/bus.hpp"
#include "backends/sim/devices/at24.hpp"
#include "tests/unit/sim/controller.hpp"
#include "tests/unit/sim/files.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

class At24Image : public ::testing::Test {
 protected:
  At24Image() { bus.attach(chip); }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "image.bin";
  std::shared_ptr<At24> chip = std::make_shared<At24>("24c02", at(0x50));
  Bus bus;
  Controller controller{bus};
};

TEST_F(At24Image, shorter_file_fills_the_start) {
  write_file(file, "hello");

  chip->load_image(file);

  EXPECT_EQ(chip->read_data(0, 6), bytes({'h', 'e', 'l', 'l', 'o', 0xff}));
}

TEST_F(At24Image, file_of_the_chips_size_fills_it) {
  write_file(file, std::string(256, 'x'));

  chip->load_image(file);

  EXPECT_EQ(chip->read_data(255, 1), bytes({'x'}));
}

TEST_F(At24Image, longer_file_is_refused_and_changes_nothing) {
  write_file(file, std::string(257, 'x'));

  EXPECT_THAT([&] { chip->load_image(file); },
              ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("image.bin"), HasSubstr("256"))));
  EXPECT_EQ(chip->read_data(0, 1), bytes({0xff}));
}

TEST_F(At24Image, missing_file_is_refused_with_the_reason) {
  EXPECT_THAT(
      [&] { chip->load_image(file); },
      ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("image.bin"), HasSubstr("No such file"))));
}

TEST_F(At24Image, folder_in_the_place_of_a_file_is_refused) {
  EXPECT_THROW(chip->load_image(folder.path()), std::runtime_error);
  EXPECT_THROW(chip->save_to(folder.path()), std::runtime_error);
}

TEST_F(At24Image, save_makes_the_whole_file) {
  chip->write_data(0, bytes({'a', 'b'}));

  chip->save_to(file);

  EXPECT_EQ(read_file(file), "ab" + std::string(254, '\xff'));
}

TEST_F(At24Image, save_cuts_a_longer_file) {
  write_file(file, std::string(300, 'x'));

  chip->save_to(file);

  EXPECT_EQ(read_file(file), std::string(256, '\xff'));
}

TEST_F(At24Image, what_the_guest_writes_is_in_the_file_when_the_write_cycle_begins) {
  chip->save_to(file);

  controller.write(0x50, bytes({0x10, 'h', 'i'}));

  EXPECT_TRUE(chip->busy());
  EXPECT_EQ(read_file(file).substr(0x0f, 4), "\xffhi\xff");
  EXPECT_THAT(chip->last_error(), IsEmpty());
}

TEST_F(At24Image, what_a_script_writes_is_in_the_file) {
  chip->save_to(file);

  chip->write_data(100, bytes({'h', 'i'}));

  EXPECT_EQ(read_file(file).substr(100, 2), "hi");
}

TEST_F(At24Image, write_protected_chip_saves_nothing_of_the_guest) {
  chip->save_to(file);
  chip->set_write_protect(true);

  controller.write(0x50, bytes({0x10, 'h', 'i'}));

  EXPECT_EQ(read_file(file), std::string(256, '\xff'));
}

/// Lets no file of this process grow, or be written, beyond a size.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(At24Image, failure_to_save_is_kept_and_does_not_reach_the_guest) {
  chip->save_to(file);
  const FileSizeLimit limit(16);

  EXPECT_EQ(controller.write(0x50, bytes({0x10, 'h', 'i'})), ok());

  EXPECT_THAT(chip->last_error(), StartsWith("File too large"));
  EXPECT_EQ(chip->read_data(0x10, 2), bytes({'h', 'i'}));
}

TEST_F(At24Image, failure_to_save_is_told_once_and_so_is_its_end) {
  std::vector<std::string> warnings;
  bus.on_warning([&](const std::string& text) { warnings.push_back(text); });
  chip->set_write_cycle(std::chrono::milliseconds(0));
  chip->save_to(file);
  {
    const FileSizeLimit limit(16);
    controller.write(0x50, bytes({0x10, 'h', 'i'}));
    controller.write(0x50, bytes({0x20, 'h', 'o'}));
  }
  controller.write(0x50, bytes({0x30, '!'}));

  EXPECT_THAT(warnings, ElementsAre(AllOf(StartsWith("24c02 at 0x50"), HasSubstr("File too large")),
                                    HasSubstr("saved again")));
  EXPECT_THAT(chip->last_error(), IsEmpty());
}

TEST_F(At24Image, what_could_not_be_saved_is_saved_with_the_next_write) {
  chip->set_write_cycle(std::chrono::milliseconds(0));
  chip->save_to(file);
  {
    const FileSizeLimit limit(16);
    controller.write(0x50, bytes({0x10, 'h', 'i'}));
  }
  controller.write(0x50, bytes({0x30, '!'}));

  EXPECT_EQ(read_file(file).substr(0x10, 2), "hi");
  EXPECT_EQ(read_file(file).substr(0x30, 1), "!");
}

TEST_F(At24Image, file_that_cannot_be_saved_to_leaves_the_one_before_in_use) {
  chip->save_to(file);

  EXPECT_THROW(chip->save_to(folder.path()), std::runtime_error);
  chip->write_data(0, bytes({'x'}));

  EXPECT_EQ(read_file(file).substr(0, 1), "x");
}

TEST_F(At24Image, pipe_in_the_place_of_a_file_is_refused_without_waiting) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);

  EXPECT_THAT([&] { chip->load_image(file); },
              ThrowsMessage<std::runtime_error>(HasSubstr("not a regular file")));
}

TEST_F(At24Image, failure_to_save_at_first_is_an_error) {
  const FileSizeLimit limit(16);

  EXPECT_THAT([&] { chip->save_to(file); },
              ThrowsMessage<std::runtime_error>(HasSubstr("File too large")));
}

TEST_F(At24Image, file_that_another_chip_saves_to_is_refused_and_stays_as_it_is) {
  write_file(file, "hello");
  chip->keep_in(file);
  At24 other("24c02", at(0x51));

  EXPECT_THAT([&] { other.save_to(file); },
              ThrowsMessage<std::runtime_error>(
                  AllOf(HasSubstr("image.bin"), HasSubstr("another chip"), HasSubstr("expected"))));
  EXPECT_THROW(other.keep_in(file), std::runtime_error);
  EXPECT_THAT(read_file(file), StartsWith("hello"));
}

TEST_F(At24Image, file_that_another_chip_saves_to_can_be_loaded) {
  chip->save_to(file);
  chip->write_data(0, bytes({'a', 'b'}));
  At24 other("24c02", at(0x51));

  other.load_image(file);

  EXPECT_EQ(other.read_data(0, 2), bytes({'a', 'b'}));
}

TEST_F(At24Image, file_of_a_chip_that_ends_meanwhile_is_waited_for) {
  auto first = std::make_shared<At24>("24c02", at(0x51));
  first->save_to(file);
  auto second = std::async(std::launch::async, [&] { chip->keep_in(file); });

  first->write_data(0, bytes({'a', 'b'}));
  first.reset();
  second.get();

  EXPECT_EQ(chip->read_data(0, 2), bytes({'a', 'b'}));
}

TEST_F(At24Image, saving_to_the_same_file_once_more_writes_all_of_it) {
  chip->save_to(file);
  write_file(file, "damaged");

  chip->save_to(folder.path() / "." / "image.bin");

  EXPECT_EQ(read_file(file), std::string(256, '\xff'));
}

TEST_F(At24Image, file_is_free_when_its_chip_saves_to_another_one) {
  chip->save_to(file);
  chip->save_to(folder.path() / "other.bin");

  EXPECT_NO_THROW(At24("24c02", at(0x51)).save_to(file));
}

}  // namespace
}  // namespace vhost_device::sim
