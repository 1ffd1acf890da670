// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "backends/linux/adapters.hpp"

namespace vhost_device::linux_i2c {

/// A folder that looks like the host's sysfs and /dev, and is gone with the test.
class HostTree {
 public:
  HostTree() {
    std::string name = (std::filesystem::temp_directory_path() / "vhost-device-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
    std::filesystem::create_directories(paths().sysfs);
    std::filesystem::create_directories(paths().dev);
  }
  HostTree(const HostTree&) = delete;
  HostTree& operator=(const HostTree&) = delete;
  ~HostTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  [[nodiscard]] HostPaths paths() const { return {root_ / "sysfs", root_ / "dev"}; }

  /// As the kernel does: the name ends in a newline.
  void add_adapter(unsigned number, const std::string& name) const {
    const auto folder = adapter_folder(number);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "name") << name << '\n';
  }

  /// A regular file in the place of /dev/i2c-N.
  void add_node(unsigned number) const {
    std::ofstream(paths().dev / ("i2c-" + std::to_string(number))) << "";
  }

  /// A chip's folder, "3-0048", with a link to the driver.
  void bind(const std::string& chip, const std::string& driver) const {
    std::filesystem::create_directories(paths().sysfs / chip);
    std::filesystem::create_symlink("../../drivers/" + driver, paths().sysfs / chip / "driver");
  }

  /// A folder of sysfs without what `add_adapter` puts into it.
  void add_folder(const std::string& name) const {
    std::filesystem::create_directories(paths().sysfs / name);
  }

 private:
  [[nodiscard]] std::filesystem::path adapter_folder(unsigned number) const {
    return paths().sysfs / ("i2c-" + std::to_string(number));
  }

  std::filesystem::path root_;
};

/// What `call` throws as an `Error`; "nothing was thrown" otherwise.
template <typename Error, typename Call>
std::string text_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace vhost_device::linux_i2c
