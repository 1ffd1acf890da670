// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/message_table.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/vhost_user/payload.hpp"
#include "core/vhost_user/session_state.hpp"

namespace vhost_device::vhost_user {
namespace {

using Range = MessageRule::Range;
using State = SessionState;

constexpr Range exactly(std::size_t count) { return {count, count}; }

constexpr Range nothing = exactly(0);
constexpr Range u64 = exactly(sizeof(std::uint64_t));
constexpr Range vring_state = exactly(sizeof(VringState));
constexpr Range vring_address = exactly(sizeof(VringAddress));
constexpr Range memory_region = exactly(sizeof(SingleMemoryRegion));
constexpr Range memory_table = {
    sizeof(MemoryTableHeader),
    sizeof(MemoryTableHeader) + max_memory_table_regions * sizeof(virtio::MemoryRegion)};
constexpr Range config = {sizeof(ConfigHeader), max_payload};

constexpr Range no_fds = exactly(0);
constexpr Range one_fd = exactly(1);
constexpr Range fd_or_none = {0, 1};
constexpr Range table_fds = {0, max_memory_table_regions};

constexpr std::uint64_t always = 0;
constexpr bool replies = true;

// REM_MEM_REG: old front-ends send a descriptor by mistake, and a back-end may accept it.
constexpr std::array table{
    MessageRule{Request::get_features, nothing, no_fds, always, replies, &State::get_features},
    MessageRule{Request::set_features, u64, no_fds, always, false, &State::set_features},
    MessageRule{Request::set_owner, nothing, no_fds, always, false, &State::set_owner},
    MessageRule{Request::reset_owner, nothing, no_fds, always, false, &State::reset_owner},
    MessageRule{Request::set_mem_table, memory_table, table_fds, always, false,
                &State::set_mem_table},
    MessageRule{Request::set_vring_num, vring_state, no_fds, always, false, &State::set_vring_num},
    MessageRule{Request::set_vring_addr, vring_address, no_fds, always, false,
                &State::set_vring_addr},
    MessageRule{Request::set_vring_base, vring_state, no_fds, always, false,
                &State::set_vring_base},
    MessageRule{Request::get_vring_base, vring_state, no_fds, always, replies,
                &State::get_vring_base},
    MessageRule{Request::set_vring_kick, u64, fd_or_none, always, false, &State::set_vring_kick},
    MessageRule{Request::set_vring_call, u64, fd_or_none, always, false, &State::set_vring_call},
    MessageRule{Request::set_vring_err, u64, fd_or_none, always, false, &State::set_vring_err},
    MessageRule{Request::get_protocol_features, nothing, no_fds, always, replies,
                &State::get_protocol_features},
    MessageRule{Request::set_protocol_features, u64, no_fds, always, false,
                &State::set_protocol_features},
    MessageRule{Request::get_queue_num, nothing, no_fds, protocol_feature::mq, replies,
                &State::get_queue_num},
    MessageRule{Request::set_vring_enable, vring_state, no_fds, always, false,
                &State::set_vring_enable},
    MessageRule{Request::get_config, config, no_fds, protocol_feature::config, replies,
                &State::get_config},
    MessageRule{Request::set_config, config, no_fds, protocol_feature::config, false,
                &State::set_config},
    MessageRule{Request::get_max_mem_slots, nothing, no_fds, protocol_feature::configure_mem_slots,
                replies, &State::get_max_mem_slots},
    MessageRule{Request::add_mem_reg, memory_region, one_fd, protocol_feature::configure_mem_slots,
                false, &State::add_mem_reg},
    MessageRule{Request::rem_mem_reg, memory_region, fd_or_none,
                protocol_feature::configure_mem_slots, false, &State::rem_mem_reg},
};

std::optional<std::string> check_range(const std::string& what, std::size_t count, Range range) {
  if (count >= range.least && count <= range.most) return std::nullopt;
  std::string text = std::to_string(count) + " " + what + ", expected ";
  text += std::to_string(range.least);
  if (range.most != range.least) text += " to " + std::to_string(range.most);
  return text;
}

}  // namespace

std::span<const MessageRule> message_table() { return table; }

const MessageRule* find_rule(Request request) {
  const auto rule = std::find_if(table.begin(), table.end(), [request](const MessageRule& row) {
    return row.request == request;
  });
  return rule == table.end() ? nullptr : &*rule;
}

std::optional<virtio::Refusal> check(const MessageRule& rule, const Message& message,
                                     std::uint64_t protocol_features) {
  if (const auto problem = check_range("bytes of payload", message.payload.size(), rule.payload)) {
    return virtio::Refusal{*problem};
  }
  if (const auto problem = check_range("file descriptors", message.fds.size(), rule.fds)) {
    return virtio::Refusal{*problem};
  }
  if ((rule.protocol_feature & ~protocol_features) != 0) {
    return virtio::Refusal{"its protocol feature was not negotiated"};
  }
  return std::nullopt;
}

}  // namespace vhost_device::vhost_user
