// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/script.hpp"

#include <cassert>
#include <utility>

namespace vhost_device::vhost_user {

void Script::add(Make make, OnReply on_reply) {
  steps_.push_back({std::move(make), std::move(on_reply)});
}

std::optional<OutgoingRequest> Script::next() {
  while (!steps_.empty()) {
    const Step step = std::move(steps_.front());
    steps_.pop_front();
    std::optional<OutgoingRequest> request = step.make();
    if (!request) continue;
    current_ = *request;
    current_on_reply_ = step.on_reply;
    return request;
  }
  return std::nullopt;
}

std::optional<virtio::Refusal> Script::on_reply(const Message& reply) {
  assert(current_.expects_reply);
  std::optional<virtio::Refusal> refusal = current_on_reply_(current_, reply);
  if (refusal) steps_.clear();
  return refusal;
}

}  // namespace vhost_device::vhost_user
