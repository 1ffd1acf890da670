// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/sim/bus/mux.hpp"
#include "python/src/construction.hpp"
#include "python/src/gil.hpp"
#include "python/src/registration.hpp"
#include "python/src/script.hpp"
#include "python/src/supervised_attach.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

/// One wire of a mux, which it keeps alive.
class Channel {
 public:
  Channel(std::shared_ptr<sim::Mux> mux, std::size_t index) : mux_(std::move(mux)), index_(index) {}

  [[nodiscard]] const std::shared_ptr<sim::Mux>& mux() const { return mux_; }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] sim::Mux::Channel& wire() const { return mux_->channel(index_); }

 private:
  std::shared_ptr<sim::Mux> mux_;
  std::size_t index_;
};

// Makes protected members known to the bindings.
struct Access : sim::Device {
  using sim::Device::lock;
  using sim::Device::supervisor;
};

std::shared_ptr<ScriptSupervisor> supervisor_of(const sim::Device& device) {
  const ReleaseGil release;
  const auto guard = (device.*&Access::lock)();
  return std::static_pointer_cast<ScriptSupervisor>((device.*&Access::supervisor)());
}

py::object attach(const Channel& channel, const py::object& chip) {
  if (!py::isinstance<sim::Device>(chip)) {
    throw py::type_error(std::string(py::repr(chip)) +
                         " is no chip; expected a Device, such as Lm75(address=0x48)");
  }
  auto device = share(chip.cast<sim::Device&>());
  attach_supervised(device, supervisor_of(*channel.mux()), [&] { channel.wire().attach(device); });
  return chip;
}

std::string represent(const Channel& channel) {
  return "<channel " + std::to_string(channel.index()) + " of " + channel.mux()->name() + " at " +
         to_string(channel.mux()->addresses().front()) + ">";
}

void register_channel(py::module_& module) {
  py::class_<Channel>(module, "Channel",
                      "One of a mux's wires. Chips on it are on the bus while the mux connects it.")
      .def(
          "attach", &attach, py::arg("device"),
          "Puts a chip on the channel and returns it. As Bus.attach(); an address is also taken by "
          "a chip\non the way to the bus, such as the mux itself, and by one behind a mux of this "
          "channel. Other\nchannels may have chips at the same address.")
      .def(
          "detach", [](const Channel& self, const sim::Device& chip) { self.wire().detach(chip); },
          py::arg("device"), WithoutGil(),
          "Takes a chip off, as Bus.detach(). ValueError when it is not on this channel.")
      .def(
          "clear", [](const Channel& self) { self.wire().clear(); }, WithoutGil(),
          "Takes every chip off.")
      .def_property_readonly(
          "devices",
          py::cpp_function([](const Channel& self) { return self.wire().devices(); }, WithoutGil()),
          "The chips in the order of their first addresses.")
      .def_property_readonly("mux", &Channel::mux, "Whose channel it is.")
      .def_property_readonly("index", &Channel::index, "Its number, from 0 on.")
      .def_property_readonly(
          "connected",
          py::cpp_function([](const Channel& self) { return self.wire().connected(); },
                           WithoutGil()),
          "Whether messages on the mux's own wire reach this one.")
      .def("__repr__", &represent);
  refuse_unconstructed<Channel>();
}

}  // namespace

void register_mux(py::module_& module) {
  py::class_<sim::Mux, sim::Device, py::smart_holder> mux(
      module, "Mux", "A chip with further wires, its channels, which it connects or not.");
  register_channel(module);
  mux.def_property_readonly("channel_count", &sim::Mux::channel_count, "How many channels it has.")
      .def(
          "channel",
          [](sim::Mux& self, std::size_t index) {
            static_cast<void>(self.channel(index));
            return Channel(share(self), index);
          },
          py::arg("index"), "A channel, from 0 on. IndexError when there is none.");
  refuse_unconstructed<sim::Mux>();
}

}  // namespace vhost_device::python
