// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
//
// A hostile front-end, from the bytes on the socket to the rings in its memory: nothing that it
// sends crashes, leaks a descriptor, or reaches a device that its session has closed.
//
// The input: how many bytes of guest memory follow (2 bytes, the lower first), these, and steps to
// the end. A step is a byte of control and a message as on the wire. Control:
//   bits 0-1  how many descriptors of guest memory come along
//   bits 2-3  how many eventfds come along
//   bit 4     serve all queues afterwards
//   bit 5     the message comes in single bytes
// vhost_user_session_seeds.cpp writes inputs of this form.

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/vhost_user/decoder.hpp"
#include "core/vhost_user/session.hpp"
#include "core/virtio/device.hpp"

namespace {

using namespace vhost_device;
using Input = std::span<const std::uint8_t>;

void require(bool invariant) {
  if (!invariant) std::abort();
}

/// Answers every request, writing all that it may.
class Device final : public virtio::Device {
 public:
  [[nodiscard]] std::uint64_t features() const override { return 1; }
  [[nodiscard]] std::optional<virtio::Refusal> check_features(
      std::uint64_t features) const override {
    require((features & (1ULL << 30)) == 0);
    return std::nullopt;
  }
  [[nodiscard]] std::uint16_t queue_count() const override { return 2; }
  [[nodiscard]] std::size_t config_size() const override { return config_.size(); }
  void read_config(std::size_t offset, std::span<std::byte> bytes) const override {
    const auto part = std::span(config_).subspan(offset, bytes.size());
    std::copy(part.begin(), part.end(), bytes.begin());
  }
  [[nodiscard]] std::optional<virtio::Refusal> write_config(
      std::size_t offset, std::span<const std::byte> bytes) override {
    const auto part = std::span(config_).subspan(offset, bytes.size());
    std::copy(bytes.begin(), bytes.end(), part.begin());
    return std::nullopt;
  }
  [[nodiscard]] virtio::Progress process(std::uint16_t, virtio::Queue& queue) override {
    for (int requests = 0; requests < 64; ++requests) {
      if (queue.pop(chain_) != virtio::Pop::chain) return virtio::Progress::drained;
      std::uint32_t written = 0;
      for (const virtio::Buffer& buffer : chain_.writable) {
        if (buffer.data == nullptr) break;
        std::memset(buffer.data, 0xa5, buffer.size);
        written += static_cast<std::uint32_t>(buffer.size);
      }
      queue.complete(chain_.head, written);
    }
    return virtio::Progress::more;
  }

 private:
  std::array<std::byte, 8> config_{};
  virtio::Chain chain_;
};

/// Guest memory of a front-end, 64 KiB.
class Memory {
 public:
  static constexpr std::size_t size = 1 << 16;

  Memory() : file_(::memfd_create("fuzz", MFD_CLOEXEC)) { fill({}); }

  void fill(Input image) const {
    require(::ftruncate(file_.get(), 0) == 0 && ::ftruncate(file_.get(), size) == 0);
    const std::size_t count = std::min(image.size(), size);
    require(::pwrite(file_.get(), image.data(), count, 0) == static_cast<ssize_t>(count));
  }
  [[nodiscard]] support::UniqueFd file() const { return support::UniqueFd(::dup(file_.get())); }

 private:
  support::UniqueFd file_;
};

Input take(Input& input, std::size_t count) {
  const Input front = input.first(std::min(count, input.size()));
  input = input.subspan(front.size());
  return front;
}

class FrontEnd {
 public:
  FrontEnd(Device& device, const Memory& memory) : session_(device), memory_(memory) {}

  /// Sends the message at the front of `input`; false once the connection is closed.
  bool step(Input& input) {
    const std::uint8_t control = take(input, 1).front();
    const std::size_t largest = (control & 0x20) != 0 ? 1 : vhost_user::max_payload;
    std::vector<support::UniqueFd> fds;
    for (int i = control & 3; i > 0; --i) fds.push_back(memory_.file());
    for (int i = control >> 2 & 3; i > 0; --i) fds.emplace_back(::eventfd(0, EFD_NONBLOCK));
    while (!input.empty()) {
      const Input piece = take(input, std::min(decoder_.wanted(), largest));
      if (decoder_.feed(std::as_bytes(piece), std::exchange(fds, {}))) return false;
      if (auto message = decoder_.take()) {
        if (!carry_out(session_.on_message(std::move(*message)))) return false;
        break;
      }
    }
    if ((control & 0x10) != 0) serve();
    return true;
  }

 private:
  static bool carry_out(const std::vector<vhost_user::Action>& actions) {
    for (const vhost_user::Action& action : actions) {
      if (std::holds_alternative<vhost_user::action::Close>(action)) return false;
      const auto* const send = std::get_if<vhost_user::action::Send>(&action);
      require(send == nullptr || send->bytes.size() >= sizeof(vhost_user::Header));
    }
    return true;
  }

  void serve() {
    for (std::uint16_t index = 0; index < 3; ++index) {
      bool more = true;
      for (int turn = 0; turn < 4 && more; ++turn) more = session_.service(index).more;
    }
  }

  vhost_user::Session session_;
  vhost_user::Decoder decoder_;
  const Memory& memory_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Memory memory;
  // Descriptors are given out from the lowest on, so one that is left open shows in the next.
  const int lowest = memory.file().get();
  Input input(data, size);
  if (input.size() < 2) return 0;
  const Input image_size = take(input, 2);
  memory.fill(take(input, image_size[0] | std::size_t{image_size[1]} << 8));
  {
    Device device;
    FrontEnd front_end(device, memory);
    while (!input.empty() && front_end.step(input)) {
    }
  }
  require(memory.file().get() == lowest);
  return 0;
}
