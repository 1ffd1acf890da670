// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "backends/sim/bus/device.hpp"
#include "python/src/script.hpp"

namespace vhost_device::python {

/// A stimulus that is a Python function of a chip and of time.
class PythonStimulus final : public sim::Stimulus, private Script {
 public:
  /// `function(chip, seconds)` sets the chip's property. The seconds are counted from `start`; if
  /// that is empty, from `now`, and anew when the chip comes to another clock. `unattended` hears
  /// of its exceptions while the chip is on no bus. With the GIL held.
  PythonStimulus(sim::Device& chip, std::string property, pybind11::function function,
                 std::shared_ptr<ScriptSupervisor> unattended, std::optional<sim::Time> start,
                 sim::Time now)
      : chip_(chip),
        property_(std::move(property)),
        function_(std::move(function)),
        unattended_(std::move(unattended)),
        counts_from_joining_(!start),
        start_(start.value_or(now)) {}
  ~PythonStimulus() override;

  void apply(sim::Time now, const std::shared_ptr<void>& supervisor) override;
  [[nodiscard]] std::string_view subject() const override { return property_; }
  void clock_changed(sim::Time now) override {
    if (counts_from_joining_) start_ = now;
  }

 private:
  void supervise(std::shared_ptr<ScriptSupervisor>& /*supervisor*/,
                 ScriptHooks /*hooks*/) override {}

  void attend(const std::shared_ptr<ScriptSupervisor>& supervisor);

  sim::Device& chip_;  // which owns this
  const std::string property_;
  pybind11::function function_;
  std::shared_ptr<ScriptSupervisor> unattended_;
  const bool counts_from_joining_;
  sim::Time start_;  // guarded by the bus's lock
};

}  // namespace vhost_device::python
