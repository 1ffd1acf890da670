// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// A stand-in for /dev/i2c-7, to be preloaded (LD_PRELOAD) into any program that uses i2c-dev, so
// that daemons can be run and compared where there is no adapter. What is behind it is in
// i2c_stand_in_bus.hpp. From the environment:
//
//   I2C_STAND_IN_SYSFS         a folder that is taken for /sys/bus/i2c/devices; i2c-7/name in it
//   has
//                              the adapter's name
//   I2C_STAND_IN_MAX_MESSAGES  the most messages of a transaction, where not the kernel's 42
//
// Opening it opens /dev/null, at the same cost. An ioctl is answered from memory without the
// kernel.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/support/i2c_stand_in_bus.hpp"

namespace {

using vhost_device::stand_in::Bus;

constexpr std::string_view node = "/dev/i2c-7";
constexpr std::string_view sysfs = "/sys/bus/i2c/devices";
constexpr unsigned i2c_major = 89;  // Documentation/admin-guide/devices.txt
constexpr unsigned minor_number = 7;

/// The function behind ours, by its name.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

Bus& bus() {
  static Bus the_bus([] {
    const char* const text = std::getenv("I2C_STAND_IN_MAX_MESSAGES");
    return text == nullptr ? I2C_RDWR_IOCTL_MAX_MSGS : static_cast<unsigned>(std::atoi(text));
  }());
  return the_bus;
}

/// The descriptors that are the stand-in's, and what I2C_SLAVE said last.
struct OpenFile {
  std::atomic<bool> is_ours = false;
  std::atomic<std::uint16_t> address = 0;
};

OpenFile* file_of(int descriptor) {
  static std::array<OpenFile, 4096> files;
  if (descriptor < 0 || static_cast<std::size_t>(descriptor) >= files.size()) return nullptr;
  return &files[static_cast<std::size_t>(descriptor)];
}

bool is_ours(int descriptor) {
  const OpenFile* const file = file_of(descriptor);
  return file != nullptr && file->is_ours.load(std::memory_order_acquire);
}

/// A path, redirected where it is in sysfs.
class Path {
 public:
  explicit Path(const char* path) : path_(path) {
    static const char* const folder = std::getenv("I2C_STAND_IN_SYSFS");
    const std::string_view text = path == nullptr ? "" : path;
    if (folder == nullptr || !text.starts_with(sysfs)) return;
    const std::string_view rest = text.substr(sysfs.size());
    if (!rest.empty() && rest.front() != '/') return;
    std::snprintf(buffer_.data(), buffer_.size(), "%s%.*s", folder, static_cast<int>(rest.size()),
                  rest.data());
    path_ = buffer_.data();
  }

  [[nodiscard]] const char* get() const { return path_; }
  [[nodiscard]] bool is_node() const { return path_ != nullptr && path_ == node; }

 private:
  std::array<char, 1024> buffer_{};
  const char* path_;
};

/// Opens by `open(path)`; the stand-in's node by opening something else.
template <typename Open>
int open_by(const char* name, Open open) {
  const Path path(name);
  if (!path.is_node()) return open(path.get());
  const int descriptor = open("/dev/null");
  if (OpenFile* const file = file_of(descriptor)) {
    file->is_ours.store(true, std::memory_order_release);
  }
  return descriptor;
}

template <typename Status>
void describe(Status* status) {
  status->st_mode = S_IFCHR | 0660;
  status->st_rdev = makedev(i2c_major, minor_number);
}

int answer(int result) {
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

int control(OpenFile& file, unsigned long request, void* argument) {
  switch (request) {
    case I2C_RDWR:
      return answer(bus().transfer(*static_cast<const i2c_rdwr_ioctl_data*>(argument)));
    case I2C_SLAVE:
    case I2C_SLAVE_FORCE:
      file.address = static_cast<std::uint16_t>(reinterpret_cast<std::uintptr_t>(argument));
      return 0;
    case I2C_FUNCS:
      *static_cast<unsigned long*>(argument) = Bus::functionality;
      return 0;
    case I2C_SMBUS:
      return answer(bus().smbus(file.address, *static_cast<const i2c_smbus_ioctl_data*>(argument)));
    case I2C_TIMEOUT:
    case I2C_RETRIES:
      return 0;
    default:
      return answer(-ENOTTY);
  }
}

/// The permissions of a call that creates.
mode_t mode_of(int flags, va_list arguments) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(arguments, mode_t) : mode_t{0};
}

}  // namespace

// Each is known to the libraries by two names.
#define STAND_IN_OPEN(function)                                                      \
  int function(const char* path, int flags, ...) {                                   \
    static auto* const real = next<int(const char*, int, ...)>(#function);           \
    va_list arguments;                                                               \
    va_start(arguments, flags);                                                      \
    const mode_t mode = mode_of(flags, arguments);                                   \
    va_end(arguments);                                                               \
    return open_by(path, [&](const char* name) { return real(name, flags, mode); }); \
  }

#define STAND_IN_OPENAT(function)                                                            \
  int function(int folder, const char* path, int flags, ...) {                               \
    static auto* const real = next<int(int, const char*, int, ...)>(#function);              \
    va_list arguments;                                                                       \
    va_start(arguments, flags);                                                              \
    const mode_t mode = mode_of(flags, arguments);                                           \
    va_end(arguments);                                                                       \
    return open_by(path, [&](const char* name) { return real(folder, name, flags, mode); }); \
  }

#define STAND_IN_STAT(function, type)                                           \
  int function(const char* path, type* status) noexcept {                       \
    static auto* const real = next<int(const char*, type*)>(#function);         \
    const Path name(path);                                                      \
    const int result = real(name.is_node() ? "/dev/null" : name.get(), status); \
    if (result == 0 && name.is_node()) describe(status);                        \
    return result;                                                              \
  }

#define STAND_IN_FSTAT(function, type)                          \
  int function(int descriptor, type* status) noexcept {         \
    static auto* const real = next<int(int, type*)>(#function); \
    const int result = real(descriptor, status);                \
    if (result == 0 && is_ours(descriptor)) describe(status);   \
    return result;                                              \
  }

extern "C" {

STAND_IN_OPEN(open)
STAND_IN_OPEN(open64)
STAND_IN_OPENAT(openat)
STAND_IN_OPENAT(openat64)
STAND_IN_STAT(stat, struct stat)
STAND_IN_STAT(stat64, struct stat64)
STAND_IN_STAT(lstat, struct stat)
STAND_IN_STAT(lstat64, struct stat64)
STAND_IN_FSTAT(fstat, struct stat)
STAND_IN_FSTAT(fstat64, struct stat64)

DIR* opendir(const char* path) {
  static auto* const real = next<DIR*(const char*)>("opendir");
  return real(Path(path).get());
}

ssize_t readlink(const char* path, char* buffer, size_t size) noexcept {
  static auto* const real = next<ssize_t(const char*, char*, size_t)>("readlink");
  return real(Path(path).get(), buffer, size);
}

int close(int descriptor) {
  static auto* const real = next<int(int)>("close");
  if (OpenFile* const file = file_of(descriptor)) file->is_ours = false;
  return real(descriptor);
}

int ioctl(int descriptor, unsigned long request, ...) noexcept {
  static auto* const real = next<int(int, unsigned long, ...)>("ioctl");
  va_list arguments;
  va_start(arguments, request);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return is_ours(descriptor) ? control(*file_of(descriptor), request, argument)
                             : real(descriptor, request, argument);
}

}  // extern "C"
