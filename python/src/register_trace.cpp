// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "backends/sim/bus/clock.hpp"
#include "core/i2c/trace/text_format.hpp"
#include "core/i2c/trace/trace_file.hpp"
#include "core/i2c/trace/trace_format.hpp"
#include "core/i2c/trace/tracer.hpp"
#include "python/src/anything.hpp"
#include "python/src/construction.hpp"
#include "python/src/duration.hpp"
#include "python/src/gil.hpp"
#include "python/src/log_queue.hpp"
#include "python/src/registration.hpp"
#include "python/src/text.hpp"

namespace py = pybind11;

namespace vhost_device::python {
namespace {

using i2c::MessageOutcome;
using i2c::TraceFile;
using i2c::Tracer;
using i2c::Transaction;

/// A transaction that Python has. It is const, which Python's own classes are not.
struct TracedTransaction {
  std::shared_ptr<const Transaction> transaction;

  const Transaction* operator->() const { return transaction.get(); }
};

/// A message, and the transaction that it is part of.
struct Message {
  std::shared_ptr<const Transaction> transaction;
  std::size_t index;

  const i2c::TracedMessage* operator->() const { return &transaction->messages[index]; }
};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string line_of(const Transaction& transaction) {
  i2c::TraceLabels labels;
  labels.buses.resize(transaction.bus + 1, labels.buses.front());
  std::string line;
  i2c::TextFormat(std::move(labels)).add(transaction, line);
  line.pop_back();
  return line;
}

std::optional<std::string> error_of(const Transaction& transaction) {
  if (transaction.result.ok()) return std::nullopt;
  return describe_error(transaction);
}

std::optional<std::string> error_of(const Message& message) {
  switch (message->outcome) {
    case MessageOutcome::done:
      break;
    case MessageOutcome::failed:
      return error_of(*message.transaction);
    case MessageOutcome::not_reached:
      return "not sent";
  }
  return std::nullopt;
}

py::typing::List<Message> messages_of(const TracedTransaction& traced) {
  py::typing::List<Message> messages;
  for (std::size_t i = 0; i < traced->messages.size(); ++i) {
    messages.append(Message{traced.transaction, i});
  }
  return messages;
}

py::typing::List<py::str> notes_of(const TracedTransaction& traced) {
  py::typing::List<py::str> notes;
  for (const i2c::Note& note : traced->notes) notes.append(to_text(note.text));
  return notes;
}

py::bytes data_of(const Message& message) {
  return {reinterpret_cast<const char*>(message->data.data()), message->data.size()};
}

std::string represent(const Message& message) {
  const bool failed = message->outcome == MessageOutcome::failed;
  const i2c::TransferError error = message.transaction->result.error;
  const bool nack = failed && (error == i2c::TransferError::address_nack ||
                               error == i2c::TransferError::data_nack);
  std::string text;
  append_message(*message.operator->(), nack, text);
  return "<" + text + (message->outcome == MessageOutcome::not_reached ? " not sent>" : ">");
}

std::vector<TracedTransaction> transactions_of(const Tracer& tracer) {
  std::vector<TracedTransaction> traced;
  for (auto& transaction : tracer.transactions()) traced.push_back({std::move(transaction)});
  return traced;
}

i2c::TraceLabels labels_for(std::string bus) {
  i2c::TraceLabels labels;
  labels.buses = {std::move(bus)};
  return labels;
}

/// Everything that is recorded, as a file of the type that `path` ends with. Without the GIL.
std::string format(const Tracer& tracer, const std::filesystem::path& path, std::string name) {
  std::string text;
  const auto format =
      make_trace_format(i2c::trace_file_type(path.native()), labels_for(std::move(name)));
  format->begin(text);
  const std::uint64_t dropped = tracer.dropped();
  if (dropped > 0) format->add_gap(dropped, text);
  for (const auto& transaction : tracer.transactions()) format->add(*transaction, text);
  return text;
}

py::bytes text_of(const Tracer& tracer, std::string name) {
  std::string text;
  {
    const ReleaseGil release;
    text = format(tracer, {}, std::move(name));
  }
  return {text.data(), text.size()};
}

void save(const Tracer& tracer, const std::filesystem::path& path, std::string name) {
  const ReleaseGil release;
  const std::string text = format(tracer, path, std::move(name));
  i2c::OutputFile file = i2c::OutputFile::open(path.native());
  const std::size_t end = text.size();
  int error = file.empty();
  if (error == 0) error = file.write(text, {&end, 1}).error;
  if (error == 0) error = file.close();
  if (error != 0) throw std::system_error(error, std::generic_category(), path.native());
}

/// A file that a tracer writes to until it is closed, or forgotten.
class LiveTrace {
 public:
  LiveTrace(std::shared_ptr<Tracer> tracer, const std::filesystem::path& path, std::string name)
      : tracer_(std::move(tracer)) {
    TraceFile::Options options;
    options.name = "trace " + path.native();
    options.on_warning = [](const std::string& text) {
      log_queue::push(log_queue::Level::warning, text);
    };
    file_ = std::make_shared<TraceFile>(
        i2c::OutputFile::open(path.native()),
        make_trace_format(i2c::trace_file_type(path.native()), labels_for(std::move(name))),
        std::move(options));
    file_->begin();
    tracer_->add_sink(file_);
  }
  LiveTrace(const LiveTrace&) = delete;
  LiveTrace& operator=(const LiveTrace&) = delete;

  ~LiveTrace() {
    const ReleaseGil release;
    tracer_->remove_sink(*file_);
    file_.reset();
  }

  [[nodiscard]] bool close(double limit_s) {
    tracer_->remove_sink(*file_);
    return file_->close(to_limit(limit_s));
  }

  [[nodiscard]] std::uint64_t dropped() const { return file_->dropped(); }

 private:
  std::shared_ptr<Tracer> tracer_;
  std::shared_ptr<TraceFile> file_;
};

void register_message(py::class_<Message>& type) {
  type.def_property_readonly("address", [](const Message& message) { return message->address; })
      .def_property_readonly("read", [](const Message& message) { return message->read; })
      .def_property_readonly(
          "length", [](const Message& message) { return message->length; },
          "In bytes, as it was asked for.")
      .def_property_readonly(
          "data", &data_of,
          "What was on the wire: the last byte may be one that was refused. Where nobody knows how "
          "far a\nwrite came, all that was to be sent.")
      .def_property_readonly(
          "acknowledged", [](const Message& message) { return message->acknowledged; },
          "How many bytes went through; None where nobody knows.")
      .def_property_readonly(
          "ok", [](const Message& message) { return message->outcome == MessageOutcome::done; },
          "Whether the message went through.")
      .def_property_readonly(
          "error", [](const Message& message) { return error_of(message); },
          "Why it did not: \"address NACK\", \"data NACK at byte 2\" (counted from 0), \"timeout\" "
          "...,\nor \"not sent\" for one behind a message that failed. None if it did.")
      .def_property_readonly(
          "register_name", [](const Message& message) { return to_text(message->register_name); },
          "Of the register that a write begins with, for chips whose registers are known.")
      .def_property_readonly(
          "transaction",
          [](const Message& message) { return TracedTransaction{message.transaction}; },
          "The one that it is part of.")
      .def("__repr__", [](const Message& message) { return to_text(represent(message)); });
  refuse_unconstructed<Message>();
}

void register_transaction(py::class_<TracedTransaction>& type) {
  type.def_property_readonly(
          "number", [](const TracedTransaction& traced) { return traced->number; },
          "Counts from 0, in the order in which they ended.")
      .def_property_readonly(
          "start", [](const TracedTransaction& traced) { return seconds(traced->start); },
          "In seconds on the bus's clock.")
      .def_property_readonly(
          "end", [](const TracedTransaction& traced) { return seconds(traced->end); },
          "In seconds on the bus's clock.")
      .def_property_readonly("start_ns",
                             [](const TracedTransaction& traced) { return traced->start.count(); })
      .def_property_readonly("end_ns",
                             [](const TracedTransaction& traced) { return traced->end.count(); })
      .def_property_readonly("messages", &messages_of)
      .def_property_readonly("ok",
                             [](const TracedTransaction& traced) { return traced->result.ok(); })
      .def_property_readonly(
          "error", [](const TracedTransaction& traced) { return error_of(*traced.transaction); },
          "Why it failed: \"address NACK\", \"timeout\" ... None if it did not.")
      .def_property_readonly("notes", &notes_of, "Such as faults that were put into it.")
      .def("__str__",
           [](const TracedTransaction& traced) { return to_text(line_of(*traced.transaction)); })
      .def("__repr__", [](const TracedTransaction& traced) {
        return to_text("<Transaction " + line_of(*traced.transaction) + ">");
      });
  refuse_unconstructed<TracedTransaction>();
}

}  // namespace

void register_trace(py::module_& module) {
  // Each is in the signatures of the other.
  py::class_<TracedTransaction> transaction(
      module, "Transaction",
      "A transaction that was recorded: from START to STOP. str() is its line of text.");
  py::class_<Message> message(module, "TracedMessage", "A message that was recorded.");
  register_transaction(transaction);
  register_message(message);

  py::class_<LiveTrace>(module, "LiveTrace", "The C++ half of vhost_device.trace.LiveTrace.")
      .def("close", &LiveTrace::close, py::arg("limit_s"), WithoutGil())
      .def_property_readonly("dropped", py::cpp_function(&LiveTrace::dropped, WithoutGil()));
  refuse_unconstructed<LiveTrace>();

  py::class_<Tracer, i2c::Adapter, py::smart_holder>(module, "Tracer",
                                                     "The C++ half of vhost_device.trace.Tracer.")
      .def(py::init([](i2c::Adapter& wrapped, sim::Clock& its_clock) {
             const auto clock = share(its_clock);
             return std::make_shared<Tracer>(
                 share(wrapped), [clock] { return clock->now(); }, Tracer::Options());
           }),
           py::arg("adapter"), py::arg("clock"))
      .def("_transactions", &transactions_of, WithoutGil())
      .def_property_readonly("_dropped", py::cpp_function(&Tracer::dropped, WithoutGil()))
      .def("_clear", &Tracer::clear, WithoutGil())
      .def_property("_limit", py::cpp_function(&Tracer::limit, WithoutGil()),
                    [](Tracer& tracer, const IntArgument& limit) {
                      constexpr auto most = std::numeric_limits<std::ptrdiff_t>::max();
                      const auto bytes = to_int<std::ptrdiff_t>(limit, "limit", 0, most);
                      const ReleaseGil release;
                      tracer.set_limit(static_cast<std::size_t>(bytes));
                    })
      .def_property("_enabled", &Tracer::enabled,
                    [](Tracer& tracer, const BoolArgument& enabled) {
                      tracer.set_enabled(to_bool(enabled, "enabled"));
                    })
      .def("_text", &text_of, py::arg("name"))
      .def("_save", &save, py::arg("path"), py::arg("name"))
      .def(
          "_write_to",
          [](Tracer& tracer, const std::filesystem::path& path, std::string name) {
            auto shared = share(tracer);
            const ReleaseGil release;
            return std::make_unique<LiveTrace>(std::move(shared), path, std::move(name));
          },
          py::arg("path"), py::arg("name"));
  refuse_unconstructed<Tracer>();
}

}  // namespace vhost_device::python
