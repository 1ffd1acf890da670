// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// Devicetree blobs: loaded or refused, with nothing on the bus after a refusal.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "backends/sim/board/board.hpp"
#include "backends/sim/board/device_tree.hpp"
#include "backends/sim/board/populate.hpp"

namespace {

using namespace vhost_device::sim;

void load(const std::vector<std::byte>& blob, std::string_view selector) {
  Bus bus;
  try {
    // Images of chips are looked for in a folder that is not there.
    populate(bus, DeviceTree(blob), selector, "/nonexistent");
  } catch (const BoardError&) {
    if (!bus.devices().empty()) std::abort();
  }
}

/// Absolute names of images lead out of the folder that is not there, to any file of the machine.
bool names_a_file(std::span<const std::uint8_t> input) {
  constexpr std::string_view property = "vhost-device,image";
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  return text.find(property) != text.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span input(data, size);
  if (names_a_file(input)) return 0;
  const auto bytes = std::as_bytes(input);
  const std::vector<std::byte> blob(bytes.begin(), bytes.end());
  load(blob, "");
  load(blob, "i2c");
  load(blob, "i2c1");
  load(blob, "/soc/i2c@3f804000");
  return 0;
}
