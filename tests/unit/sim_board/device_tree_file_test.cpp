// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/board/device_tree_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "backends/sim/board/device_tree.hpp"
#include "tests/unit/sim_board/support.hpp"

namespace vhost_device::sim {
namespace {

using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryFolder;

std::string error_for(const std::filesystem::path& file, const DeviceTreeCompiler& compiler = {}) {
  return error_of([&] { (void)read_device_tree(file, compiler); });
}

std::string text(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += static_cast<char>(byte);
  return text;
}

DeviceTreeCompiler compiler_of(const TemporaryFolder& folder, const std::string& script) {
  DeviceTreeCompiler compiler;
  compiler.program = folder.write_program("compiler", "#!/bin/sh\n" + script).string();
  return compiler;
}

TEST(DeviceTreeFile, source_is_compiled) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.dts", "/dts-v1/; / { x = <1>; };");
  EXPECT_TRUE(DeviceTree(read_device_tree(file)).property(DeviceTree::root, "x").has_value());
}

TEST(DeviceTreeFile, blob_is_taken_as_it_is_whatever_its_name) {
  const TemporaryFolder folder;
  const std::string blob = text(testing::compile("/dts-v1/; / { x = <1>; };"));
  EXPECT_EQ(text(read_device_tree(folder.write("a.dtb", blob))), blob);
  EXPECT_EQ(text(read_device_tree(folder.write("a.dts", blob))), blob);
}

TEST(DeviceTreeFile, source_may_include_files_beside_it) {
  const TemporaryFolder folder;
  folder.write("part.dtsi", "/ { x = <1>; };");
  const auto file = folder.write("a.dts", "/dts-v1/; /include/ \"part.dtsi\"");
  EXPECT_TRUE(DeviceTree(read_device_tree(file)).property(DeviceTree::root, "x").has_value());
}

TEST(DeviceTreeFile, name_that_looks_like_an_option_is_a_file) {
  const TemporaryFolder folder;
  folder.write("-q.dts", "/dts-v1/; / { };");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_NO_THROW((void)read_device_tree("-q.dts"));
  std::filesystem::current_path(before);
}

TEST(DeviceTreeFile, missing_file_is_an_error) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_for(folder.path() / "none.dts"), "cannot open: No such file or directory");
}

TEST(DeviceTreeFile, folder_is_an_error) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_for(folder.path()), "not a regular file");
}

TEST(DeviceTreeFile, fifo_is_an_error_and_not_waited_for) {
  const TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo.dts";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(error_for(fifo), "not a regular file");
}

TEST(DeviceTreeFile, larger_file_than_the_limit_is_an_error) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.dtb", "\xd0\x0d\xfe\xed");
  ASSERT_EQ(::truncate(file.c_str(), max_device_tree_size + 1), 0);
  EXPECT_EQ(error_for(file), "larger than 16 MiB");
}

TEST(DeviceTreeFile, dtb_without_the_magic_is_an_error) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_for(folder.write("a.dtb", "/dts-v1/; / { };")),
            "not a devicetree blob (expected d0 0d fe ed as its first bytes)");
}

TEST(DeviceTreeFile, source_that_does_not_compile_is_an_error_with_file_and_line) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.dts", "/dts-v1/;\n/ {\n\tx = <1>\n};\n");
  EXPECT_THAT(error_for(file), AllOf(StartsWith("not a devicetree source that dtc takes\n"),
                                     HasSubstr(file.string() + ":4."), HasSubstr("syntax error")));
}

TEST(DeviceTreeFile, empty_source_is_an_error) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_for(folder.write("a.dts", "")), StartsWith("not a devicetree source"));
}

TEST(DeviceTreeFile, source_for_the_preprocessor_is_an_error_that_says_so) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.dts", "/dts-v1/;\n#include <dt-bindings/i2c/i2c.h>\n/ { };\n");
  EXPECT_THAT(error_for(file), HasSubstr("C preprocessor"));
}

TEST(DeviceTreeFile, source_with_cells_properties_is_not_for_the_preprocessor) {
  const TemporaryFolder folder;
  const auto file = folder.write("a.dts", "/dts-v1/;\n/ {\n#address-cells = <1>\n};\n");
  EXPECT_THAT(error_for(file), ::testing::Not(HasSubstr("preprocessor")));
}

TEST(DeviceTreeFile, without_a_compiler_the_error_names_its_package) {
  const TemporaryFolder folder;
  DeviceTreeCompiler compiler;
  compiler.program = "no-such-compiler";
  EXPECT_THAT(error_for(folder.write("a.dts", "/dts-v1/; / { };"), compiler),
              AllOf(HasSubstr("no program no-such-compiler"), HasSubstr("device-tree-compiler")));
}

TEST(DeviceTreeFile, without_a_compiler_a_blob_is_still_read) {
  const TemporaryFolder folder;
  DeviceTreeCompiler compiler;
  compiler.program = "no-such-compiler";
  const auto file = folder.write("a.dtb", text(testing::compile("/dts-v1/; / { };")));
  EXPECT_NO_THROW((void)read_device_tree(file, compiler));
}

TEST(DeviceTreeFile, compiler_that_makes_nothing_is_an_error) {
  const TemporaryFolder folder;
  const DeviceTreeCompiler compiler = compiler_of(folder, "echo sorry >&2; exit 0");
  EXPECT_THAT(error_for(folder.write("a.dts", ""), compiler),
              ::testing::EndsWith("takes\n  sorry"));
}

TEST(DeviceTreeFile, compiler_that_hangs_is_an_error) {
  const TemporaryFolder folder;
  DeviceTreeCompiler compiler = compiler_of(folder, "exec tail -f /dev/null");
  compiler.limits.wall_time = std::chrono::milliseconds(50);
  EXPECT_THAT(error_for(folder.write("a.dts", ""), compiler), HasSubstr("took longer than 50 ms"));
}

TEST(DeviceTreeFile, compiler_that_crashes_is_an_error) {
  const TemporaryFolder folder;
  const DeviceTreeCompiler compiler = compiler_of(folder, "kill -SEGV $$");
  EXPECT_THAT(error_for(folder.write("a.dts", ""), compiler), HasSubstr("was ended by signal 11"));
}

TEST(DeviceTreeFile, blob_over_the_limit_is_an_error) {
  const TemporaryFolder folder;
  const DeviceTreeCompiler compiler = compiler_of(folder, "exec cat /dev/zero");
  EXPECT_EQ(error_for(folder.write("a.dts", ""), compiler), "the blob is larger than 16 MiB");
}

TEST(DeviceTreeFile, messages_of_the_compiler_are_printable_and_few) {
  const TemporaryFolder folder;
  const DeviceTreeCompiler compiler =
      compiler_of(folder, "printf 'red \\033[31m\\n' >&2; seq 100 >&2; exit 1");
  const std::string error = error_for(folder.write("a.dts", ""), compiler);
  EXPECT_THAT(error, HasSubstr("\n  red ?[31m\n  1\n"));
  EXPECT_THAT(error, ::testing::EndsWith("\n  11"));
}

}  // namespace
}  // namespace vhost_device::sim
