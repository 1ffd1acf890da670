// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/vhost_user/message.hpp"

#include <array>
#include <string_view>

namespace vhost_device::vhost_user {
namespace {

using namespace std::string_view_literals;

/// By number, from 1 (GET_FEATURES) on.
constexpr std::array request_names{
    "GET_FEATURES"sv,
    "SET_FEATURES"sv,
    "SET_OWNER"sv,
    "RESET_OWNER"sv,
    "SET_MEM_TABLE"sv,
    "SET_LOG_BASE"sv,
    "SET_LOG_FD"sv,
    "SET_VRING_NUM"sv,
    "SET_VRING_ADDR"sv,
    "SET_VRING_BASE"sv,
    "GET_VRING_BASE"sv,
    "SET_VRING_KICK"sv,
    "SET_VRING_CALL"sv,
    "SET_VRING_ERR"sv,
    "GET_PROTOCOL_FEATURES"sv,
    "SET_PROTOCOL_FEATURES"sv,
    "GET_QUEUE_NUM"sv,
    "SET_VRING_ENABLE"sv,
    "SEND_RARP"sv,
    "NET_SET_MTU"sv,
    "SET_BACKEND_REQ_FD"sv,
    "IOTLB_MSG"sv,
    "SET_VRING_ENDIAN"sv,
    "GET_CONFIG"sv,
    "SET_CONFIG"sv,
    "CREATE_CRYPTO_SESSION"sv,
    "CLOSE_CRYPTO_SESSION"sv,
    "POSTCOPY_ADVISE"sv,
    "POSTCOPY_LISTEN"sv,
    "POSTCOPY_END"sv,
    "GET_INFLIGHT_FD"sv,
    "SET_INFLIGHT_FD"sv,
    "GPU_SET_SOCKET"sv,
    "RESET_DEVICE"sv,
    "VRING_KICK"sv,
    "GET_MAX_MEM_SLOTS"sv,
    "ADD_MEM_REG"sv,
    "REM_MEM_REG"sv,
    "SET_STATUS"sv,
    "GET_STATUS"sv,
    "GET_SHARED_OBJECT"sv,
    "SET_DEVICE_STATE_FD"sv,
    "CHECK_DEVICE_STATE"sv,
    "GET_SHMEM_CONFIG"sv,
};
static_assert(request_names.size() == static_cast<std::size_t>(Request::get_shmem_config));

}  // namespace

std::string name(Request request) {
  const auto number = static_cast<std::size_t>(request);
  if (number == 0 || number > request_names.size()) {
    return "unknown request " + std::to_string(number);
  }
  return "VHOST_USER_" + std::string(request_names[number - 1]);
}

}  // namespace vhost_device::vhost_user
