// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/adapter_file.hpp"

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

namespace vhost_device::linux_i2c {
namespace {

static_assert(AdapterFile::max_messages == I2C_RDWR_IOCTL_MAX_MSGS);

constexpr unsigned i2c_major = 89;  // Documentation/admin-guide/devices.txt
constexpr std::chrono::milliseconds timeout_step{10};
constexpr int longest_timeout = INT_MAX / 10;  // in steps: the kernel makes milliseconds of it

/// Like ioctl, but 0 or an errno.
template <typename Argument>
int control(int descriptor, unsigned long request, Argument argument) {
  return ::ioctl(descriptor, request, argument) < 0 ? errno : 0;
}

i2c_msg to_kernel(const i2c::Message& message) {
  const unsigned flags =
      (message.read ? I2C_M_RD : 0U) | (message.address.is_ten_bit() ? I2C_M_TEN : 0U);
  return {.addr = message.address.value(),
          .flags = static_cast<__u16>(flags),
          .len = static_cast<__u16>(message.data.size()),
          .buf = reinterpret_cast<__u8*>(message.data.data())};
}

}  // namespace

std::string open_problem(const std::filesystem::path& node, int error) {
  std::string text = node.native() + " cannot be opened: " + std::generic_category().message(error);
  switch (error) {
    case EACCES:
    case EPERM:
      return text +
             "; run this as root, or as a member of the group that may open it (i2c on most "
             "systems)";
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return text + "; load the module i2c-dev (modprobe i2c-dev)";
    default:
      return text;
  }
}

AdapterFile::AdapterFile(const std::filesystem::path& node) noexcept
    : file_(::open(node.c_str(), O_RDWR | O_CLOEXEC)) {
  if (!file_) open_error_ = errno;
}

bool AdapterFile::is_adapter(unsigned number) const {
  struct stat status {};
  return ::fstat(file_.get(), &status) == 0 && S_ISCHR(status.st_mode) &&
         major(status.st_rdev) == i2c_major && minor(status.st_rdev) == number;
}

int AdapterFile::read_functionality(i2c::Functionality& functionality) const {
  unsigned long functions = 0;
  const int error = control(file_.get(), I2C_FUNCS, &functions);
  if (error == 0) functionality = static_cast<i2c::Functionality>(functions);
  return error;
}

int AdapterFile::set_timeout(std::chrono::milliseconds timeout) const {
  const auto steps =
      timeout / timeout_step + (timeout % timeout_step > timeout_step.zero() ? 1 : 0);
  if (steps < 1 || steps > longest_timeout) return EINVAL;
  return control(file_.get(), I2C_TIMEOUT, static_cast<unsigned long>(steps));
}

int AdapterFile::set_retries(unsigned retries) const {
  return control(file_.get(), I2C_RETRIES, static_cast<unsigned long>(retries));
}

int AdapterFile::choose(i2c::Address address, bool force) const {
  return control(file_.get(), force ? I2C_SLAVE_FORCE : I2C_SLAVE,
                 static_cast<unsigned long>(address.value()));
}

int AdapterFile::transfer(std::span<const i2c::Message> messages, std::size_t& completed) const {
  completed = 0;
  if (messages.size() > max_messages) return EMSGSIZE;
  std::array<i2c_msg, max_messages> kernel_messages;  // not cleared: only what is used is filled
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].data.size() > max_message_bytes) return EMSGSIZE;
    kernel_messages[i] = to_kernel(messages[i]);
  }
  i2c_rdwr_ioctl_data group{.msgs = kernel_messages.data(),
                            .nmsgs = static_cast<__u32>(messages.size())};
  const int count = ::ioctl(file_.get(), I2C_RDWR, &group);
  if (count < 0) return errno;
  completed = std::min(static_cast<std::size_t>(count), messages.size());
  return completed < messages.size() ? EIO : 0;
}

int AdapterFile::call(SmbusCall& call) const {
  i2c_smbus_ioctl_data arguments{.read_write = call.direction,
                                 .command = call.command,
                                 .size = call.protocol,
                                 .data = &call.data};
  return control(file_.get(), I2C_SMBUS, &arguments);
}

}  // namespace vhost_device::linux_i2c
