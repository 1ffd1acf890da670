// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/samples.hpp"

#include <algorithm>
#include <cctype>

namespace vhost_device::vhost_user::test {
namespace {

using R = Request;

constexpr bool replies = true;

}  // namespace

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {sent(R::get_features), replies},
      {sent(R::set_features, u64(0x1'7000'0001))},
      {sent(R::set_owner)},
      {sent(R::reset_owner)},
      {sent(R::set_mem_table, memory_table({Rig::region}), {Fd::memory}), false, 8, true},
      {sent(R::set_vring_num, state(0, 4))},
      {sent(R::set_vring_addr, vring_address(0, Rig::ring_addresses(0)))},
      {sent(R::set_vring_base, state(0, 0))},
      {sent(R::get_vring_base, state(0, 0)), replies},
      {sent(R::set_vring_kick, u64(0), {Fd::eventfd}), false, 1, true},
      {sent(R::set_vring_call, u64(0), {Fd::eventfd}), false, 1, true},
      {sent(R::set_vring_err, u64(0), {Fd::eventfd}), false, 1, true},
      {sent(R::get_protocol_features), replies},
      {sent(R::set_protocol_features, u64(0x8009))},
      {sent(R::get_queue_num), replies},
      {sent(R::set_vring_enable, state(0, 1))},
      {sent(R::get_config, config(0, Bytes(4))), replies},
      {sent(R::set_config, config(0, Bytes(4)))},
      {sent(R::get_max_mem_slots), replies},
      {sent(R::add_mem_reg, single_region({1U << 30, 4096, 1ULL << 40, 0}), {Fd::memory}), false, 1,
       true},
      // Old front-ends send a descriptor with this one by mistake.
      {sent(R::rem_mem_reg, single_region(Rig::region)), false, 1, false},
  };
  return all;
}

std::string sample_name(const Sample& sample) {
  std::string text = name(static_cast<Request>(sample.message.request));
  text.erase(0, std::string("VHOST_USER_").size());
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

}  // namespace vhost_device::vhost_user::test
