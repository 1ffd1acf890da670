// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <pthread.h>

#include <atomic>

namespace vhost_device::python {

/// The one object of a class that a process has. It is never destroyed, since guests' threads may
/// outlive the interpreter. A process that is forked off gets one of its own: the threads that
/// served the old one, and held its locks, are its parent's.
template <class T>
class ProcessWide {
 public:
  static T& instance() { return *object(); }

 private:
  static std::atomic<T*>& object() {
    static std::atomic<T*> the_object{new T};
    [[maybe_unused]] static const int at_fork =
        ::pthread_atfork(nullptr, nullptr, [] { object() = new T; });
    return the_object;
  }
};

}  // namespace vhost_device::python
