// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "core/i2c/adapter.hpp"
#include "core/virtio/driver_queue.hpp"
#include "core/virtio/driver_transport.hpp"

namespace vhost_device::i2c {

/// The guest's side of a virtio-i2c device, as an adapter: what is transferred on it goes through a
/// virtqueue to a device on the other side of `transport`.
///
/// As in any guest, the reason of a failure does not come back: it is `io_error`.
class VirtioI2cDriver final : public Adapter {
 public:
  struct Options {
    std::chrono::milliseconds timeout{5000};  ///< For all answers to one transaction.
    bool indirect = false;                    ///< Use indirect tables, if the device offers them.
  };

  /// Lays an empty ring out at the start of the transport's memory, split or packed as its features
  /// say; what is behind the ring belongs to the driver.
  [[nodiscard]] static std::unique_ptr<virtio::DriverQueue> make_ring(
      virtio::DriverTransport& transport, std::uint16_t queue_size);

  /// Drives queue 0 of `transport` over a ring that `make_ring` laid out. The queue must have been
  /// started. `transport` and `ring` must outlive the driver.
  VirtioI2cDriver(virtio::DriverTransport& transport, virtio::DriverQueue& ring, Options options);

  [[nodiscard]] Functionality functionality() const override { return func::any_message; }

 private:
  /// Errors: too_long, when the messages do not fit the ring or the memory; timeout, when an answer
  /// did not come in time, after which every transfer is an io_error, since the device may still
  /// write to the memory; io_error for everything that the device answers with ERR.
  [[nodiscard]] TransferResult do_transfer(std::span<const Message> messages) override;

  struct Slot;  // a request in shared memory
  [[nodiscard]] bool submit(const Message& message, bool last, Slot& slot, std::size_t& next_free);
  [[nodiscard]] bool collect(std::size_t count);

  virtio::DriverTransport& transport_;
  virtio::DriverQueue& ring_;
  Options options_;
  std::mutex mutex_;
  bool dead_ = false;
};

}  // namespace vhost_device::i2c
