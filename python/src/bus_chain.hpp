// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "backends/sim/bus/bus.hpp"
#include "core/i2c/fault_injector.hpp"
#include "core/i2c/trace/tracer.hpp"

namespace vhost_device::python {

/// Manual time passes only when it is told to: there a stretch takes none of it.
inline i2c::FaultInjector::Options fault_options(const sim::Clock* clock) {
  i2c::FaultInjector::Options options;
  if (dynamic_cast<const sim::ManualClock*>(clock) != nullptr) {
    options.wait = [](std::chrono::nanoseconds) {};
  }
  return options;
}

/// A simulated bus as Python has it: a chain of adapters with the bus at its end, so that whoever
/// transfers, a guest or a script, goes through all of them.
class BusChain final : public i2c::Adapter {
 public:
  explicit BusChain(const std::shared_ptr<const sim::Clock>& clock)
      : bus_(std::make_shared<sim::Bus>(clock)),
        injector_(std::make_shared<i2c::FaultInjector>(bus_, fault_options(clock.get()))),
        tracer_(std::make_shared<i2c::Tracer>(
            injector_, [clock] { return clock->now(); }, i2c::Tracer::Options())) {}

  [[nodiscard]] const std::shared_ptr<sim::Bus>& bus() const { return bus_; }
  [[nodiscard]] const std::shared_ptr<i2c::FaultInjector>& injector() const { return injector_; }
  [[nodiscard]] const std::shared_ptr<i2c::Tracer>& tracer() const { return tracer_; }

  [[nodiscard]] i2c::Functionality functionality() const override {
    return tracer_->functionality();
  }

 private:
  [[nodiscard]] i2c::TransferResult do_transfer(std::span<const i2c::Message> messages) override {
    return tracer_->transfer(messages);
  }

  // From the end of the chain to its beginning.
  const std::shared_ptr<sim::Bus> bus_;
  const std::shared_ptr<i2c::FaultInjector> injector_;
  const std::shared_ptr<i2c::Tracer> tracer_;
};

}  // namespace vhost_device::python
