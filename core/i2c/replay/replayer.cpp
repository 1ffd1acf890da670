// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/replay/replayer.hpp"

#include <mutex>
#include <utility>

namespace vhost_device::i2c {

Replayer::Replayer(Recording recording, ReplayOrder order)
    : recording_(std::move(recording)),
      addresses_(addresses_of(recording_)),
      order_(order),
      mode_(order == ReplayOrder::strict ? make_strict_replay(recording_)
                                         : make_state_replay(recording_)) {}

TransferResult Replayer::do_transfer(std::span<const Message> messages) {
  std::string difference;
  TransferResult result;
  bool is_told = false;
  {
    const std::scoped_lock lock(mutex_);
    ++count_;
    result = mode_->transfer(messages, difference);
    is_told = !difference.empty() && differences_.add(difference);
  }
  if (is_told && handler_) handler_(difference);
  return result;
}

std::vector<Difference> Replayer::differences() const {
  const std::scoped_lock lock(mutex_);
  return differences_.kinds();
}

std::uint64_t Replayer::difference_count() const {
  const std::scoped_lock lock(mutex_);
  return differences_.count();
}

void Replayer::rewind() {
  const std::scoped_lock lock(mutex_);
  mode_->rewind();
  differences_.clear();
  count_ = 0;
}

std::string Replayer::report() const {
  const std::scoped_lock lock(mutex_);
  std::string text = std::to_string(count_) + " transactions, " +
                     std::to_string(differences_.count()) + " of them new";
  if (const std::string progress = mode_->progress(); !progress.empty()) text += "; " + progress;
  text += '\n';
  for (const auto& [what, count] : differences_.kinds()) {
    text += "  " + std::to_string(count) + "x  " + what + '\n';
  }
  if (differences_.not_kept() > 0) {
    text += "  " + std::to_string(differences_.not_kept()) + "x  of further kinds\n";
  }
  return text;
}

}  // namespace vhost_device::i2c
