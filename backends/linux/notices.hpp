// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace vhost_device::linux_i2c {

/// What an operator is told of one adapter. A guest can cause it at any rate, and shall not fill a
/// log: so many texts are told in a period, the first beyond them is replaced by one that says so,
/// and when something is told in a later period, another says how many were left out.
///
/// Not thread-safe.
class Notices {
 public:
  using Handler = std::function<void(const std::string&)>;
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  static constexpr std::chrono::seconds period{60};

  /// `subject` begins the texts about what is left out. Periods are measured by `now`.
  Notices(std::string subject, std::size_t limit, Now now = std::chrono::steady_clock::now)
      : subject_(std::move(subject)), limit_(limit), now_(std::move(now)) {}

  /// Who is told; null for nobody.
  void set_handler(Handler handler) { handler_ = std::move(handler); }

  /// Tells what `text()` returns; not called when nobody is told.
  template <class Text>
  void tell(Text&& text) {
    if (admit()) handler_(std::forward<Text>(text)());
  }

 private:
  [[nodiscard]] bool admit();

  const std::string subject_;
  const std::size_t limit_;
  const Now now_;
  Handler handler_;
  std::chrono::steady_clock::time_point period_end_{};
  std::size_t count_ = 0;  // in this period, those left out among them
};

}  // namespace vhost_device::linux_i2c
