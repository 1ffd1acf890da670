// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "backends/sim/bus/line.hpp"
#include "backends/sim/devices/registry.hpp"
#include "backends/sim/registers/register_device.hpp"

namespace vhost_device::sim {

struct Pca953xRow;

/// The PCA953x, PCA955x and TCA64xx: 8, 16 or 24 pins behind a bus, with an interrupt.
///
/// Datasheets: PCA9534/9538/9554, NXP PCA9534 rev. 3, PCA9538 rev. 6, PCA9554 rev. 9;
/// PCA9535/9539/9555, NXP PCA9535 rev. 6, PCA9539 rev. 9, PCA9555 rev. 10; TCA6408A, TI SCPS192;
/// TCA6416A, TI SCPS194; TCA6424A, TI SCPS193D; TCA9539, TI SCPS202; TCA9554, TI SCPS233. Four
/// registers for each port of 8 pins: input, output (power-up ff), polarity inversion (00),
/// configuration (ff: inputs). Several bytes in one message go to, or come from, one register (8
/// pins), its pair (16 pins), or the three of its kind if bit 7 of the command byte asks for it (24
/// pins; without it, the same one).
///
/// A pin that the chip drives is at the chip's level, whatever else drives it. One that nobody
/// drives is high where the part has pull-ups (PCA9554, PCA9555), and low where it has none.
///
/// Not modelled: bit 7 being set after power-up (24 pins), the bus time-out, the RESET pin as a
/// level (`reset` is a pulse of it).
class Pca953x final : public RegisterDevice {
 public:
  /// The chip as it is after power-up, with nothing connected. Throws std::invalid_argument for an
  /// unknown part and an address that it cannot have.
  Pca953x(std::string_view part, i2c::Address address);

  [[nodiscard]] unsigned pins() const;

  /// From outside: drives a pin to a level, or lets go of it. Throws std::invalid_argument for a
  /// pin that the part does not have; so do the other members with a `pin`.
  void drive(unsigned pin, std::optional<Level> level);

  /// What the chip drives a pin to; nothing if it is an input.
  [[nodiscard]] std::optional<Level> output(unsigned pin);

  /// What a probe on the pin would see.
  [[nodiscard]] Level level(unsigned pin);

  /// The INT pin, open drain with a pull-up: low from an input's change until its port is read, or
  /// it is back at where it was.
  [[nodiscard]] Level interrupt_level();

  /// As a pulse at the RESET pin does it, and power-up. The pins stay driven as they are.
  void reset();

 private:
  std::uint32_t on_read(const Register& reg, std::uint32_t value) override;
  std::uint32_t next_pointer(const PointerRules& rules, const Register* reg,
                             std::uint32_t pointer) const override;
  void visit_state(StateVisitor& visitor) override;
  void check_state() const override;

  [[nodiscard]] std::uint32_t bits_of(unsigned kind) const;
  [[nodiscard]] std::uint32_t levels() const;
  [[nodiscard]] std::uint32_t bit_of(unsigned pin) const;

  const Pca953xRow& row_;
  std::uint32_t driven_ = 0;       // from outside, a bit for each pin
  std::uint32_t driven_high_ = 0;  // of those
  std::uint32_t seen_ = 0;         // the levels when their ports were last read
};

extern const Family pca953x_family;

}  // namespace vhost_device::sim
