// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/bus/mux.hpp"
#include "backends/sim/devices/registry.hpp"

namespace vhost_device::sim {

struct Pca954xRow;

/// I2C multiplexers and switches of the PCA954x family. A multiplexer connects one channel or none,
/// a switch any of them.
///
/// | part | datasheet (NXP) | channels | kind | control register | at first | addresses |
/// |---|---|---|---|---|---|---|
/// | pca9540 | PCA9540B | 2 | multiplexer | enable B2, B1-B0 | none | 70 |
/// | pca9542 | PCA9542A | 2 | multiplexer | INT1-0, enable B2, B1-B0 | none | 70 to 77 |
/// | pca9543 | PCA9543A | 2 | switch | INT1-0, B1-B0 | none | 70 to 73 |
/// | pca9544 | PCA9544A | 4 | multiplexer | INT3-0, enable B2, B1-B0 | none | 70 to 77 |
/// | pca9545 | PCA9545A Rev. 9 | 4 | switch | INT3-0, B3-B0 | none | 70 to 73 |
/// | pca9546 | PCA9546A | 4 | switch | B3-B0 | none | 70 to 77 |
/// | pca9547 | PCA9547 Rev. 4 | 8 | multiplexer | enable B3, B2-B0 | channel 0 | 70 to 77 |
/// | pca9548 | PCA9548A | 8 | switch | B7-B0 | none | 70 to 77 |
///
/// What the model follows:
///
/// - 6.2: the control register is what is written, the last byte of several, and what is read.
/// - 6.2.1: a channel becomes active with the STOP after it was selected.
/// - 6.2.2 or 6.3, where there are interrupts: each channel has an input, low when it is active,
///   whether or not the channel is. Its bit, INT0 in bit 4, reads 1 while it is; writing does
///   nothing to it. The output is low while one of the inputs is.
/// - the RESET pin, where there is one, selects what is selected at first.
///
/// What they leave open: bits without a meaning read 0, and a read of several bytes repeats the
/// register. Not modelled: the pass gates' voltages, and what a stuck channel does to the bus.
class Pca954x final : public Mux {
 public:
  /// Throws std::invalid_argument for an unknown part and for an address that it cannot have.
  Pca954x(std::string_view part, i2c::Address address);

  /// The control register, as a read gives it.
  [[nodiscard]] std::uint8_t control() const;

  /// The channels that are connected, in order.
  [[nodiscard]] std::vector<std::size_t> selected() const;

  /// A pulse on the RESET pin; channels are connected and disconnected at once. Throws
  /// std::invalid_argument for a part without one.
  void reset();

  /// A channel's INT input. Throws std::out_of_range for what is no channel, and
  /// std::invalid_argument for a part without interrupts.
  [[nodiscard]] Level interrupt_input(std::size_t channel) const;
  void set_interrupt_input(std::size_t channel, Level level);

  /// The INT output: open drain with a pull-up. High for a part without one.
  [[nodiscard]] Level interrupt_output() const;

  void stop() override;

 private:
  Ack write(std::byte value) override;
  std::byte read() override;
  void visit_state(StateVisitor& visitor) override;

  void check_interrupt(std::size_t channel) const;
  [[nodiscard]] std::uint8_t control_byte() const;

  const Pca954xRow& row_;
  std::uint8_t selection_;       // the bits of the control register that are written
  std::uint8_t interrupts_ = 0;  // bit n: the input of channel n is low
};

extern const Family pca954x_family;

}  // namespace vhost_device::sim
