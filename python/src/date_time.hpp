// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "backends/sim/devices/calendar.hpp"

namespace pybind11::detail {

/// A datetime.datetime without a time zone; its fraction of a second is left out. Reading one with
/// a time zone throws a Python ValueError: a clock chip has none.
template <>
class type_caster<vhost_device::sim::DateTime> {
 public:
  PYBIND11_TYPE_CASTER(vhost_device::sim::DateTime, const_name("datetime.datetime"));

  bool load(handle source, bool /*convert*/) {
    if (!isinstance(source, datetime_type())) return false;
    if (!source.attr("tzinfo").is_none()) {
      throw value_error("time " + std::string(str(source)) +
                        ": expected one without a time zone, as the chip has none");
    }
    const auto field = [&](const char* which) { return source.attr(which).cast<unsigned>(); };
    value = {source.attr("year").cast<int>(),
             field("month"),
             field("day"),
             field("hour"),
             field("minute"),
             field("second")};
    return true;
  }

  static handle cast(const vhost_device::sim::DateTime& time, return_value_policy /*policy*/,
                     handle /*parent*/) {
    return datetime_type()(time.year, time.month, time.day, time.hour, time.minute, time.second)
        .release();
  }

 private:
  static object datetime_type() { return module_::import("datetime").attr("datetime"); }
};

}  // namespace pybind11::detail
