// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/i2c/message.hpp"
#include "core/i2c/transfer_result.hpp"
#include "core/virtio/queue.hpp"

namespace vhost_device::i2c {

/// Requests of a guest that belong to one transaction, from their chains to their statuses.
///
/// How a request lies in its chain is the driver's business (VIRTIO 1.3, 2.6.4 "Message Framing"):
/// the first 8 readable bytes are the header, the rest of the readable ones are data to send; the
/// last writable byte is the status, those before it are where received data goes. Data that is
/// contiguous is used where it lies; other data is gathered, within bounds.
///
/// A request is malformed when it has no whole header or no status byte, names reserved flags or no
/// valid address, has data against its direction, has a buffer outside guest memory, or is over a
/// limit below. One such request spoils its group: nothing of it is put on a wire.
class RequestGroup {
 public:
  /// Bounds on a group, far above what any driver asks for: its data in all, which bounds the time
  /// that it can hold a bus and the memory to gather it in, and the pieces of scattered data.
  static constexpr std::size_t max_bytes = std::size_t{1} << 20;
  static constexpr std::size_t max_pieces = std::size_t{1} << 16;
  /// The same for the descriptors of all its requests, which cost time even when they are empty.
  static constexpr std::size_t max_descriptors = std::size_t{1} << 16;

  /// Takes the request in `chain` as the last one of the group.
  void add(const virtio::Chain& chain);

  [[nodiscard]] bool empty() const { return requests_.empty(); }
  [[nodiscard]] std::size_t size() const { return requests_.size(); }

  /// Whether the driver marked the last request as joined to a next one (FAIL_NEXT).
  [[nodiscard]] bool is_open() const { return !requests_.empty() && requests_.back().fail_next; }

  /// Whether every request is well-formed, so that the group can be carried out.
  [[nodiscard]] bool is_well_formed() const { return well_formed_; }

  /// Whether its descriptors are above their limit: more of it is not worth waiting for.
  [[nodiscard]] bool is_too_costly() const { return descriptors_ > max_descriptors; }

  /// The transaction. Valid until the next change of the group, and only for a well-formed one.
  [[nodiscard]] std::span<const Message> messages() const { return messages_; }

  /// Writes received data and statuses (OK to the first `completed`, ERR to the rest) into guest
  /// memory, gives the chains back to the queue in order, and empties the group. The chains go back
  /// all at once: were only some of them answered when this process ends, the next one would carry
  /// out the rest as a transaction of its own.
  void complete(virtio::Queue& queue, std::size_t completed);

 private:
  struct Request {
    std::uint16_t head = 0;
    bool fail_next = false;
    std::byte* status = nullptr;     // null: the driver left no place for it
    bool status_comes_first = true;  // no other writable byte lies before it
    std::size_t first_piece = 0;     // of received data that is to be scattered
    std::size_t pieces = 0;
  };

  /// Fills `request` and `message`; false if the request is malformed.
  bool parse(const virtio::Chain& chain, Request& request, Message& message);

  /// One contiguous span for the pieces in `rest_`; false if that is over a limit or reaches
  /// outside guest memory. A read's pieces are kept for `complete`.
  bool make_contiguous(Request& request, Message& message);

  /// Answers one request; returns its used.len.
  std::uint32_t finish(const Request& request, const Message& message, bool ok);

  std::vector<Request> requests_;
  std::vector<Message> messages_;
  bool well_formed_ = true;
  std::size_t bytes_ = 0;                        // of data in all requests
  std::size_t descriptors_ = 0;                  // of all requests
  std::vector<virtio::Completion> completions_;  // scratch: the answers on their way to the queue
  std::vector<virtio::Buffer> rest_;    // scratch: the data pieces of the request being parsed
  std::vector<virtio::Buffer> pieces_;  // where scattered reads go
  std::vector<std::byte> gathered_;     // never reallocated while messages point into it
};

}  // namespace vhost_device::i2c
