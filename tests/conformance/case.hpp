// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vhost_device::conformance {

class Bench;

/// How much a clause asks for.
enum class Level {
  must,    ///< "MUST" in VIRTIO, "must" in the vhost-user protocol, or said of how it works.
  should,  ///< "SHOULD", "MAY", or what front-ends in use rely on without a clause.
  robust,  ///< A front-end or driver breaks the rules: nobody but itself may suffer.
};

[[nodiscard]] constexpr std::string_view to_string(Level level) {
  switch (level) {
    case Level::must:
      return "must";
    case Level::should:
      return "should";
    case Level::robust:
      return "robust";
  }
  return "";
}

/// On which formats of the virtqueue a case makes sense.
enum class Rings {
  any,     ///< On each that is offered.
  split,   ///< It is about split rings.
  packed,  ///< It is about packed rings.
  none,    ///< It has little to do with rings, and is run once.
};

/// One thing that a back-end has to do, and how to find out whether it does.
struct Case {
  std::string name;  ///< "area/subject", in lower case with hyphens.
  Level level = Level::must;
  std::string clause;       ///< Document and section.
  std::string requirement;  ///< What a back-end has to do, in our words.
  /// Returns when the back-end conforms. Throws Failed, NotApplicable, or anything else, which
  /// counts as Failed.
  std::function<void(Bench&)> run;
  Rings rings = Rings::any;

  [[nodiscard]] std::string area() const { return name.substr(0, name.find('/')); }
};

/// The back-end does not do what it has to.
class Failed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The back-end does not offer what the case is about, and need not.
class NotApplicable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void expect(bool condition, const std::string& otherwise) {
  if (!condition) throw Failed(otherwise);
}

/// The cases of each area, in the order in which they are run.
[[nodiscard]] std::vector<Case> negotiation_cases();
[[nodiscard]] std::vector<Case> request_cases();
[[nodiscard]] std::vector<Case> framing_cases();
[[nodiscard]] std::vector<Case> indirect_cases();
[[nodiscard]] std::vector<Case> group_cases();
[[nodiscard]] std::vector<Case> ring_cases();
[[nodiscard]] std::vector<Case> in_order_cases();
[[nodiscard]] std::vector<Case> notification_cases();
[[nodiscard]] std::vector<Case> life_cases();
[[nodiscard]] std::vector<Case> memory_cases();
[[nodiscard]] std::vector<Case> message_cases();
[[nodiscard]] std::vector<Case> hostile_setup_cases();
[[nodiscard]] std::vector<Case> hostile_ring_cases();
[[nodiscard]] std::vector<Case> hostile_request_cases();

/// All of them.
[[nodiscard]] std::vector<Case> all_cases();

}  // namespace vhost_device::conformance
