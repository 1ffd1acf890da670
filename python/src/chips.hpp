// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include <array>

namespace vhost_device::python {

// One line per chip, here and in the table below.
void register_ads1015(pybind11::module_& module);
void register_adxl345(pybind11::module_& module);
void register_at24(pybind11::module_& module);
void register_bmp280(pybind11::module_& module);
void register_ds1307(pybind11::module_& module);
void register_ee1004(pybind11::module_& module);
void register_eeprom(pybind11::module_& module);
void register_ina2xx(pybind11::module_& module);
void register_jc42(pybind11::module_& module);
void register_lm75(pybind11::module_& module);
void register_mcp4725(pybind11::module_& module);
void register_mpu6050(pybind11::module_& module);
void register_pca953x(pybind11::module_& module);
void register_pca954x(pybind11::module_& module);
void register_pcf8563(pybind11::module_& module);
void register_pmbus(pybind11::module_& module);
void register_sht3x(pybind11::module_& module);
void register_tmp102(pybind11::module_& module);

inline constexpr auto chip_registrations = std::to_array<void (*)(pybind11::module_&)>({
    &register_eeprom,  // what others derive from
    &register_ads1015,
    &register_adxl345,
    &register_at24,
    &register_bmp280,
    &register_ds1307,
    &register_ee1004,
    &register_ina2xx,
    &register_jc42,
    &register_lm75,
    &register_mcp4725,
    &register_mpu6050,
    &register_pca953x,
    &register_pca954x,
    &register_pcf8563,
    &register_pmbus,
    &register_sht3x,
    &register_tmp102,
});

}  // namespace vhost_device::python
