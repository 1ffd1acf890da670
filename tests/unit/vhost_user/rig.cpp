// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "tests/unit/vhost_user/rig.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <cstring>
#include <utility>
#include <variant>

#include "core/vhost_user/overloaded.hpp"

namespace vhost_device::vhost_user::test {
namespace {

std::string describe_fd(const char* what, std::uint16_t index, const support::UniqueFd& fd) {
  return std::string(what) + " " + std::to_string(index) + (fd ? " fd" : " none");
}

std::uint32_t u32_at(const Bytes& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string describe_send(const Bytes& bytes) {
  EXPECT_GE(bytes.size(), 12U);
  EXPECT_EQ(u32_at(bytes, 8), bytes.size() - 12);
  return "send " + std::to_string(u32_at(bytes, 0)) + "/" + std::to_string(u32_at(bytes, 4)) + " " +
         hex(Bytes(bytes.begin() + 12, bytes.end()));
}

}  // namespace

std::string describe(const Action& action) {
  return std::visit(
      Overloaded{
          [](const action::Send& send) { return describe_send(send.bytes); },
          [](const action::SetKick& set) { return describe_fd("kick", set.index, set.fd); },
          [](const action::SetCall& set) { return describe_fd("call", set.index, set.fd); },
          [](const action::SetError& set) { return describe_fd("error", set.index, set.fd); },
          [](const action::ServiceQueue& queue) {
            return "service " + std::to_string(queue.index);
          },
          [](const action::Warn&) { return std::string("warn"); },
          [](const action::Close&) { return std::string("close"); },
      },
      action);
}

std::vector<std::string> describe(const std::vector<Action>& actions) {
  std::vector<std::string> lines;
  for (const Action& action : actions) lines.push_back(describe(action));
  return lines;
}

std::vector<Action> Rig::send_raw(const Sent& sent) {
  Message message;
  message.header = {static_cast<Request>(sent.request), sent.flags,
                    static_cast<std::uint32_t>(sent.payload.size())};
  message.payload = sent.payload;
  for (const Fd fd : sent.fds) {
    message.fds.push_back(fd == Fd::memory ? memory_.file()
                                           : support::UniqueFd(::eventfd(0, EFD_CLOEXEC)));
  }
  return session_.on_message(std::move(message));
}

std::vector<std::string> Rig::send(const Sent& message) { return describe(send_raw(message)); }

std::string Rig::send_refused(const Sent& message) {
  const std::vector<Action> actions = send_raw(message);
  for (const Action& action : actions) {
    if (const auto* warn = std::get_if<action::Warn>(&action)) return warn->text;
    if (const auto* close = std::get_if<action::Close>(&action)) return close->reason;
  }
  return {};
}

AddressFields Rig::ring_addresses(std::uint16_t index, std::uint16_t ring_size) {
  const std::uint64_t descriptors = user_base + index * ring_stride;
  const std::uint64_t available = descriptors + 16ULL * ring_size;
  const std::uint64_t available_end = available + 6 + 2ULL * ring_size;
  return {descriptors, available, (available_end + 3) / 4 * 4};
}

void Rig::reset_guest(std::uint16_t first_index) {
  drivers_.clear();
  for (std::uint16_t index = 0; index < 2; ++index) {
    const std::span<std::byte> place = memory_.bytes().subspan(index * ring_stride, ring_stride);
    drivers_.push_back(std::make_unique<virtio::DriverRing>(
        place, guest_base + index * ring_stride, ring_size_,
        virtio::DriverRing::Options{.event_idx = true, .first_index = first_index}));
    const AddressFields addresses = ring_addresses(index, ring_size_);
    EXPECT_EQ(driver(index).available_address() + user_base, addresses.available);
    EXPECT_EQ(driver(index).used_address() + user_base, addresses.used);
  }
}

void Rig::add_request(std::uint16_t index) {
  const virtio::DriverRing::Piece piece{guest_base + buffer_address, 1, true};
  ASSERT_TRUE(driver(index).add({&piece, 1}));
}

Service Rig::service(std::uint16_t index) {
  constexpr int max_passes = 16;
  Service result = session_.service(index);
  for (int pass = 1; !result.more && session_.wait_for_kick(index); ++pass) {
    if (pass == max_passes) {
      result.more = true;
      break;
    }
    Service next = session_.service(index);
    next.interrupt = next.interrupt || result.interrupt;
    result = std::move(next);
  }
  return result;
}

std::string Rig::serve(std::uint16_t index) {
  const Service service = this->service(index);
  int used = 0;
  while (driver(index).take_used()) ++used;
  std::string line = "used " + std::to_string(used);
  if (service.interrupt) line += " interrupt";
  if (service.more) line += " more";
  if (!service.error.empty()) line += " error";
  return line;
}

std::vector<Sent> Rig::start_messages(std::uint16_t queues) const {
  // VERSION_1, bit 30, EVENT_IDX, INDIRECT, and the device's bit 0.
  constexpr std::uint64_t features = 0x1'7000'0001;
  std::vector<Sent> messages{
      sent(Request::set_features, u64(features)),
      sent(Request::set_mem_table, memory_table({region}), {Fd::memory}),
  };
  for (std::uint16_t index = 0; index < queues; ++index) {
    messages.push_back(sent(Request::set_vring_num, state(index, ring_size_)));
    messages.push_back(sent(Request::set_vring_base, state(index, 0)));
    messages.push_back(
        sent(Request::set_vring_addr, vring_address(index, ring_addresses(index, ring_size_))));
    messages.push_back(sent(Request::set_vring_kick, u64(index), {Fd::eventfd}));
    messages.push_back(sent(Request::set_vring_call, u64(index), {Fd::eventfd}));
    messages.push_back(sent(Request::set_vring_enable, state(index, 1)));
  }
  return messages;
}

void Rig::start(std::uint16_t queues) {
  for (const Sent& message : start_messages(queues)) {
    EXPECT_EQ(send_refused(message), "");
  }
}

}  // namespace vhost_device::vhost_user::test
