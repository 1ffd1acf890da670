// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/io/front_end_connection.hpp"
#include "core/vhost_user/front_end.hpp"
#include "core/vhost_user/requests.hpp"
#include "core/virtio/driver_queue.hpp"
#include "core/virtio/driver_ring.hpp"
#include "core/virtio/features.hpp"
#include "core/virtio/packed_driver_ring.hpp"
#include "tests/conformance/evidence.hpp"
#include "tests/conformance/request.hpp"
#include "tests/conformance/shared_memory.hpp"

namespace vhost_device::conformance {

/// The format of the virtqueue that a case is run on.
enum class RingKind { split, packed };

[[nodiscard]] constexpr std::string_view to_string(RingKind ring) {
  return ring == RingKind::split ? "split" : "packed";
}

/// A guest and its front-end, connected to the back-end under test. What it does and gets is noted
/// in the case's evidence. Whatever the back-end does wrong is an exception: Failed, or
/// io::FrontEndError.
class Peer {
 public:
  /// What any driver of this device accepts: VIRTIO_F_VERSION_1 and ZERO_LENGTH_REQUEST.
  static constexpr std::uint64_t required_features = virtio::feature::version_1 | 1U;

  struct Options {
    RingKind ring = RingKind::split;
    std::uint16_t ring_size = 64;
    /// Whether the ring starts where its indices, or its wrap counters, are about to wrap.
    bool near_wrap = false;
    /// Accepted of what is offered, and noted as not applicable if it is not offered.
    std::uint64_t features = required_features;
    std::uint64_t protocol_features = vhost_user::FrontEnd::Options{}.protocol_features;
    /// What is shared of the memory; empty: all of it, in one piece.
    std::vector<virtio::MemoryRegion> regions;
    std::chrono::milliseconds limit{3000};  ///< For each answer of the back-end.
    /// How long a back-end may take to show that it dislikes something.
    std::chrono::milliseconds settle{100};
  };

  static constexpr std::size_t memory_bytes = std::size_t{4} << 20U;
  /// Where buffers begin in the memory; the ring lies before.
  static constexpr std::size_t arena = std::size_t{2} << 20U;
  static constexpr std::uint64_t guest_base = 0x4000'0000;
  // Not the same, so that a back-end that takes one for the other is found out.
  static constexpr std::uint64_t user_base = 0x7f00'0000'0000;

  /// The region of `size` bytes at `offset` of the memory, at its usual guest address.
  [[nodiscard]] static virtio::MemoryRegion region(std::size_t offset, std::size_t size);

  /// Connects and negotiates protocol features.
  Peer(const std::filesystem::path& socket, Options options, Evidence& evidence);

  // ---- the connection

  /// Sends features, memory and ring as QEMU does, and enables the ring.
  void start();
  void share_memory();
  /// What of `start` comes after the memory.
  void start_ring(std::uint32_t base);
  /// Where the ring starts, in the form of SET_VRING_BASE.
  [[nodiscard]] std::uint32_t first_base() const;
  /// An empty ring in the place of the one before, as after a reset of the guest.
  void renew_ring();
  /// Stops the ring; where it would go on.
  [[nodiscard]] std::uint32_t stop();

  /// Sends a request and takes its acknowledgement, if there can be one. Throws when it is refused.
  void send(vhost_user::OutgoingRequest request);
  void send_acknowledged(vhost_user::OutgoingRequest request);
  /// Waits until the back-end has carried out all that was sent.
  void synchronise();

  /// What a back-end does with a request that it should refuse.
  enum class Verdict { refused, closed, accepted, ignored };
  [[nodiscard]] Verdict judge(vhost_user::OutgoingRequest request);
  /// Fails when the back-end says that it carried `request` out.
  void expect_refused(const std::string& what, vhost_user::OutgoingRequest request);

  [[nodiscard]] std::uint64_t offered() const { return offered_; }
  [[nodiscard]] bool has_protocol_feature(std::uint64_t bit) const {
    return (front_end_.protocol_features() & bit) != 0;
  }
  [[nodiscard]] vhost_user::FrontEnd& front_end() { return front_end_; }
  [[nodiscard]] io::FrontEndConnection& connection() { return connection_; }
  [[nodiscard]] bool is_closed() const;

  // ---- requests

  /// Makes requests available, kicks if the device wants that, and waits for all answers.
  Answers exchange(std::span<const Request> requests);
  Answers exchange(std::initializer_list<Request> requests) {
    return exchange(std::span(requests.begin(), requests.size()));
  }
  Answer exchange(const Request& request) { return exchange(std::span(&request, 1)).front(); }

  /// Makes a request available without a kick. False when the ring is full.
  [[nodiscard]] bool submit(const Request& request);
  /// Kicks, if the device wants to be.
  void kick_if_wanted();
  /// Kicks in any case.
  void kick();
  /// Waits for the answers to all requests that are under way, in the order of submission.
  [[nodiscard]] Answers collect();
  /// The same with IN_ORDER, in rings that have not been gone round since they were laid out: the
  /// answers must come in the order of submission, and one entry may stand for all that are not
  /// answered up to its own. It polls, and takes nothing off `ring`.
  [[nodiscard]] Answers collect_in_order();

  /// While one of these lives, requests and answers are not noted as evidence.
  class Quiet {
   public:
    explicit Quiet(Peer& peer) : peer_(peer) { peer_.quiet_ = true; }
    ~Quiet() { peer_.quiet_ = false; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    Peer& peer_;
  };

  /// Takes an answer off the ring that was not asked for by `submit`.
  void discard_answer();

  // ---- what the device sees

  [[nodiscard]] virtio::DriverQueue& ring() { return *ring_; }
  /// The same, for what only this format has. Fails when the ring is of the other one.
  [[nodiscard]] virtio::DriverRing& split();
  [[nodiscard]] virtio::PackedDriverRing& packed();
  [[nodiscard]] bool is_packed() const { return options_.ring == RingKind::packed; }
  /// Whether the next answer is there.
  [[nodiscard]] bool has_answer() const;
  [[nodiscard]] const SharedMemory& memory() const { return memory_; }
  [[nodiscard]] std::vector<virtio::MemoryRegion>& regions() { return options_.regions; }
  [[nodiscard]] std::vector<vhost_user::SharedRegion> shared_regions() const;
  /// Takes room for a buffer of the arena; where it is in the memory.
  [[nodiscard]] std::size_t allocate(std::size_t size);
  /// Where the arena goes on, for buffers that shall lie somewhere else.
  void allocate_at(std::size_t offset) { next_ = offset; }
  /// The guest's address of an offset in the memory.
  [[nodiscard]] std::uint64_t guest_address(std::size_t offset) const;
  [[nodiscard]] std::uint64_t user_address(std::size_t offset) const;
  [[nodiscard]] const Event& call() const { return call_; }
  [[nodiscard]] const Event& kick_event() const { return kick_; }
  [[nodiscard]] const Event& error_event() const { return error_; }
  [[nodiscard]] std::chrono::milliseconds limit() const { return options_.limit; }
  [[nodiscard]] Evidence& evidence() { return evidence_; }

  /// What came of something that breaks the rules.
  enum class Reaction { answered, broken, closed, none };
  /// Waits for an answer, a signal of the error event, or the end of the connection; for as long as
  /// the options say, or for `limit`.
  Reaction settle() { return settle(options_.settle); }
  Reaction settle(std::chrono::milliseconds limit);
  /// Waits for a signal; false when none came within `limit`, or the back-end has left.
  [[nodiscard]] bool wait(const Event& event, std::chrono::milliseconds limit) const;

 private:
  Options options_;
  Evidence& evidence_;
  SharedMemory memory_{memory_bytes};
  Event kick_;
  Event call_;
  Event error_;
  io::FrontEndConnection connection_;
  vhost_user::FrontEnd front_end_;
  std::uint64_t offered_ = 0;
  std::unique_ptr<virtio::DriverQueue> ring_;
  std::uint16_t taken_ = 0;               // answers taken off the ring
  virtio::PackedPosition next_in_order_;  // of a packed ring, where the next answer will be
  std::size_t next_ = arena;
  bool quiet_ = false;

  struct Piece {
    std::size_t offset = 0;
    std::size_t size = 0;
    bool writable = false;
  };
  struct Pending {
    std::uint16_t head = 0;
    std::size_t descriptors = 0;  // that it takes of the ring
    std::size_t read_bytes = 0;
    std::vector<Piece> pieces;
    std::size_t begin = 0;
    std::vector<std::byte> before;  // memory from `begin` on, as it was submitted
  };
  [[nodiscard]] bool take_answers(Answers& answers, std::size_t& missing);
  [[nodiscard]] Pending place(const Request& request);
  [[nodiscard]] Answer understand(const Pending& pending, std::uint32_t used_length) const;

  /// A used entry with IN_ORDER, whatever the format of its ring.
  struct UsedEntry {
    std::uint32_t head = 0;
    std::uint32_t written = 0;
    std::size_t most = 0;  // how many requests it can stand for, by what else the ring says
  };
  [[nodiscard]] std::optional<UsedEntry> next_entry_in_order();
  void take_entry_in_order(const UsedEntry& entry, Answers& answers);

  std::deque<Pending> pending_;
};

}  // namespace vhost_device::conformance
