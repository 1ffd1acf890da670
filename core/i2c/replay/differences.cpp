// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/differences.hpp"

namespace vhost_device::i2c {

bool Differences::add(const std::string& text) {
  ++count_;
  if (const auto known = places_.find(text); known != places_.end()) {
    ++kinds_[known->second].count;
    return false;
  }
  if (kinds_.size() >= max_kinds) {
    ++not_kept_;
    return false;
  }
  places_.emplace(text, kinds_.size());
  kinds_.push_back({text, 1});
  return true;
}

}  // namespace vhost_device::i2c
