// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/sim_board/support.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <system_error>

#include "backends/sim/board/device_tree_file.hpp"

namespace vhost_device::sim::testing {

std::filesystem::path TemporaryFolder::write(std::string_view name,
                                             std::string_view content) const {
  const std::filesystem::path file = path() / name;
  std::ofstream stream(file, std::ios::binary);
  stream << content;
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
  return file;
}

std::filesystem::path TemporaryFolder::write_program(std::string_view name,
                                                     std::string_view content) const {
  const std::filesystem::path file = write(name, content);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file;
}

std::string board_source(std::string_view in_root) {
  return "/dts-v1/;\n/ {\n" + std::string(in_root) + "\n};\n";
}

std::string bus_source(std::string_view on_bus) {
  return board_source("i2c { #address-cells = <1>; #size-cells = <0>;\n" + std::string(on_bus) +
                      "\n};");
}

std::vector<std::byte> compile(std::string_view source) {
  const TemporaryFolder folder;
  return read_device_tree(folder.write("test.dts", source));
}

DeviceTree tree_of(std::string_view in_root) { return DeviceTree(compile(board_source(in_root))); }

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::vector<std::string> chips_on(const Bus& bus) {
  std::vector<std::string> chips;
  for (const auto& device : bus.devices()) {
    chips.push_back(to_string(device->addresses().front()) + ' ' + device->name());
  }
  return chips;
}

std::vector<int> write_read(Bus& bus, unsigned address, std::initializer_list<std::uint8_t> sent,
                            std::size_t length) {
  const i2c::Address target = i2c::Address::seven_bit(address).value();
  std::vector<std::uint8_t> output(sent);
  std::vector<std::uint8_t> input(length);
  const std::array messages{i2c::Message{target, false, std::as_writable_bytes(std::span(output))},
                            i2c::Message{target, true, std::as_writable_bytes(std::span(input))}};
  const i2c::TransferResult result = bus.transfer(messages);
  EXPECT_EQ(to_string(result.error), "no error");
  return {input.begin(), input.end()};
}

void write(Bus& bus, unsigned address, std::initializer_list<std::uint8_t> sent) {
  std::vector<std::uint8_t> output(sent);
  const std::array messages{i2c::Message{i2c::Address::seven_bit(address).value(), false,
                                         std::as_writable_bytes(std::span(output))}};
  EXPECT_EQ(to_string(bus.transfer(messages).error), "no error");
}

}  // namespace vhost_device::sim::testing
