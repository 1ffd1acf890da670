// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/io/socket_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/io/folder_lock.hpp"
#include "core/io/unix_address.hpp"

namespace vhost_device::io {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void fail(const fs::path& path, const std::string& why) {
  throw SocketError("socket " + path.string() + ": " + why);
}

UnixAddress to_address(const fs::path& path) {
  if (const auto address = UnixAddress::from_path(path)) return *address;
  if (path.empty()) fail(path, "the path is empty");
  fail(path, "the path has " + std::to_string(path.native().size()) +
                 " bytes, and a socket's may have " + std::to_string(UnixAddress::max_length) +
                 "; choose a shorter one");
}

support::UniqueFd open_socket(const fs::path& path, int extra_flags) {
  support::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | extra_flags, 0));
  if (!fd) fail(path, "cannot make a socket: " + reason(errno));
  return fd;
}

/// Whether a process listens on the socket file at `path`. A full backlog is an answer too.
bool is_live(const fs::path& path, const UnixAddress& address) {
  const support::UniqueFd probe = open_socket(path, SOCK_NONBLOCK);
  if (::connect(probe.get(), address.get(), address.size()) == 0) return true;
  switch (errno) {
    case ECONNREFUSED:
    case ENOENT:
      return false;
    case EACCES:
    case EPERM:
      fail(path, "a socket of another user is there; remove it or choose another path");
    default:
      return true;
  }
}

/// Makes room for a socket at `path`, or says why not.
void remove_stale(const fs::path& path, const UnixAddress& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    fail(path, reason(errno));
  }
  if (!S_ISSOCK(status.st_mode)) {
    fail(path, "a file that is not a socket is there; remove it or choose another path");
  }
  if (is_live(path, address)) {
    fail(path,
         "another process listens there; stop it or choose another path (fuser shows which it is)");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    fail(path, "cannot remove the stale socket: " + reason(errno));
  }
}

}  // namespace

std::optional<OwnFile::Id> OwnFile::id_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return Id{status.st_dev, status.st_ino};
}

OwnFile::OwnFile(const fs::path& path) : path_(fs::absolute(path)), id_(id_of(path_)) {}

OwnFile::~OwnFile() {
  if (!path_.empty() && id_ && id_of(path_) == id_) ::unlink(path_.c_str());
}

SocketFile::SocketFile(fs::path path, mode_t mode) : path_(std::move(path)) {
  const UnixAddress address = to_address(path_);
  const FolderLock lock(path_.parent_path());  // until it listens
  remove_stale(path_, address);
  fd_ = open_socket(path_, 0);
  // On Linux the file gets the mode of the socket's inode less the umask: it can never be opened by
  // someone who should not, not even for a moment, as it could with a chmod alone.
  ::fchmod(fd_.get(), mode & 0600U);
  if (::bind(fd_.get(), address.get(), address.size()) != 0) {
    fail(path_, "cannot bind: " + reason(errno));
  }
  file_ = OwnFile(path_);
  std::string problem;
  if (::chmod(path_.c_str(), mode) != 0) problem = "cannot set its mode: " + reason(errno);
  if (problem.empty() && ::listen(fd_.get(), SOMAXCONN) != 0) {
    problem = "cannot listen: " + reason(errno);
  }
  if (!problem.empty()) fail(path_, problem);
}

support::UniqueFd SocketFile::duplicate() const {
  support::UniqueFd copy(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy) fail(path_, "cannot duplicate its descriptor: " + reason(errno));
  return copy;
}

SocketLink::SocketLink(const fs::path& path, const fs::path& target) {
  const FolderLock lock(path.parent_path());
  std::error_code error;
  if (fs::is_symlink(path, error) && fs::read_symlink(path, error) == target) {
    fs::remove(path, error);
  } else if (fs::symlink_status(path, error).type() == fs::file_type::socket) {
    remove_stale(path, to_address(path));
  }
  fs::create_symlink(target, path, error);
  if (error == std::errc::file_exists) {
    fail(path, "something is there that is not our link to " + target.string() +
                   "; remove it or choose another path");
  }
  if (error) fail(path, "cannot make a link to " + target.string() + ": " + error.message());
  file_ = OwnFile(path);
}

}  // namespace vhost_device::io
