// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/session.hpp"

#include <cassert>
#include <string>
#include <utility>

#include "core/vhost_user/message_table.hpp"
#include "core/vhost_user/overloaded.hpp"
#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"

namespace vhost_device::vhost_user {
namespace {

/// The index in SET_VRING_KICK and its like has eight bits.
[[maybe_unused]] constexpr std::size_t max_queues = vring_file::index_mask + 1;

constexpr std::uint64_t success = 0;
constexpr std::uint64_t failure = 1;

/// What every message from a front-end has in its flags.
std::optional<std::string> check_flags(const Header& header) {
  if ((header.flags & Header::version_mask) != Header::version) {
    return "protocol version " + std::to_string(header.flags & Header::version_mask) +
           ", expected " + std::to_string(Header::version);
  }
  if ((header.flags & Header::reply) != 0) {
    return "the flag of a reply; front-ends send requests";
  }
  if ((header.flags & ~(Header::version_mask | Header::need_reply)) != 0) {
    return "header flags " + std::to_string(header.flags) + ", of which some have no meaning";
  }
  return std::nullopt;
}

}  // namespace

Session::Session(virtio::Device& device, SessionOptions options)
    : state_(std::make_unique<SessionState>(device, options)) {}
Session::~Session() = default;

std::vector<Action> Session::on_message(Message message) {
  return state_->on_message(std::move(message));
}

Service Session::service(std::uint16_t index) { return state_->service(index); }

bool Session::has_requests(std::uint16_t index) { return state_->has_requests(index); }

bool Session::wait_for_kick(std::uint16_t index) { return state_->wait_for_kick(index); }

SessionState::SessionState(virtio::Device& device, SessionOptions options)
    : device_(device), options_(options), vrings_(device.queue_count()) {
  assert(vrings_.size() <= max_queues);
}

std::vector<Action> SessionState::on_message(Message message) {
  actions_.clear();
  const Header header = message.header;
  if (const auto problem = check_flags(header)) {
    actions_.emplace_back(action::Close{name(header.request) + ": " + *problem});
  } else {
    const MessageRule* const rule = find_rule(header.request);
    answer(header, rule, dispatch(rule, message));
  }
  return std::exchange(actions_, {});
}

Outcome SessionState::dispatch(const MessageRule* rule, Message& message) {
  if (rule == nullptr) return virtio::Refusal{"this request is not served"};
  if (auto refusal = check(*rule, message, protocol_features())) return *std::move(refusal);
  return (this->*rule->handler)(message);
}

void SessionState::answer(const Header& request, const MessageRule* rule, Outcome outcome) {
  const auto handler = Overloaded{
      [&](const Accepted&) {
        if (wants_acknowledgement(request)) acknowledge(request, success);
      },
      [&](const Reply& reply) { send(request.request, reply.payload); },
      [&](const virtio::Refusal& refusal) { refuse(request, rule, refusal.reason); },
      [&](const Fatal& fatal) {
        actions_.emplace_back(action::Close{name(request.request) + ": " + fatal.reason});
      },
  };
  std::visit(handler, std::move(outcome));
}

void SessionState::refuse(const Header& request, const MessageRule* rule,
                          const std::string& reason) {
  assert(actions_.empty());
  const std::string text = name(request.request) + ": " + reason;
  // A request with a reply of its own has no way to say that it failed.
  const bool has_reply = rule != nullptr && rule->has_reply;
  if (has_reply || !wants_acknowledgement(request)) {
    actions_.emplace_back(action::Close{text});
    return;
  }
  actions_.emplace_back(action::Warn{text});
  acknowledge(request, failure);
}

bool SessionState::wants_acknowledgement(const Header& request) const {
  return (request.flags & Header::need_reply) != 0 &&
         (protocol_features() & protocol_feature::reply_ack) != 0;
}

void SessionState::acknowledge(const Header& request, std::uint64_t result) {
  std::vector<std::byte> payload;
  append(payload, result);
  send(request.request, payload);
}

void SessionState::send(Request request, const std::vector<std::byte>& payload) {
  std::vector<std::byte> bytes;
  append(bytes, Header{request, Header::version | Header::reply,
                       static_cast<std::uint32_t>(payload.size())});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  actions_.emplace_back(action::Send{std::move(bytes)});
}

bool SessionState::has_requests(std::uint16_t index) {
  Vring* const vring = find_vring(index);
  const virtio::Queue* const queue = vring != nullptr ? vring->serviceable() : nullptr;
  return queue != nullptr && queue->has_requests();
}

bool SessionState::wait_for_kick(std::uint16_t index) {
  Vring* const vring = find_vring(index);
  virtio::Queue* const queue = vring != nullptr ? vring->serviceable() : nullptr;
  return queue != nullptr && queue->enable_notifications();
}

Service SessionState::service(std::uint16_t index) {
  Service result;
  Vring* const vring = find_vring(index);
  virtio::Queue* const queue = vring != nullptr ? vring->serviceable() : nullptr;
  if (queue == nullptr) return result;

  queue->disable_notifications();
  result.more = device_.process(index, *queue) == virtio::Progress::more;
  result.interrupt = queue->take_interrupt();
  result.error = queue->broken_reason();
  if (memory_.lost()) {
    result.error = "the front-end has shortened the file behind the guest's memory";
  }
  if (!result.error.empty()) {
    result.more = false;
    vring->stop_broken();
  }
  return result;
}

}  // namespace vhost_device::vhost_user
