// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause

// What is offered, and what a front-end and a driver may make of it.

#include "core/vhost_user/payload.hpp"
#include "tests/conformance/bench.hpp"

namespace vhost_device::conformance {
namespace {

namespace feature = virtio::feature;
namespace protocol_feature = vhost_user::protocol_feature;
namespace requests = vhost_user::requests;

constexpr std::uint64_t zero_length_request = 1;  // VIRTIO_I2C_F_ZERO_LENGTH_REQUEST
// Bits 0 to 23 are for device types (VIRTIO 1.3, 2.2), of which I2C has the first.
constexpr std::uint64_t undefined_device_bits = 0xff'fffe;

std::string bit_text(std::uint64_t features) {
  char text[32];
  std::snprintf(text, sizeof text, "features 0x%llx", static_cast<unsigned long long>(features));
  return text;
}

std::uint64_t ask(Bench& bench, Peer& peer, const vhost_user::OutgoingRequest& request) {
  bench.did("send " + vhost_user::name(request.request));
  expect(peer.connection().send_raw(request.bytes, request.fds), "the back-end has left");
  const auto answer = vhost_user::answers::u64(request, peer.connection().receive_message());
  const auto* const value = std::get_if<std::uint64_t>(&answer);
  if (value == nullptr) throw Failed(std::get<virtio::Refusal>(answer).reason);
  bench.came_back(bit_text(*value));
  return *value;
}

void offers(Bench& bench, std::uint64_t bits, const std::string& what) {
  const auto peer = bench.connect();
  const std::uint64_t offered = ask(bench, *peer, requests::get_features());
  expect((offered & bits) == bits, what + " is not offered");
}

void offers_nothing_undefined(Bench& bench) {
  const auto peer = bench.connect();
  const std::uint64_t undefined =
      ask(bench, *peer, requests::get_features()) & undefined_device_bits;
  expect(undefined == 0,
         "bits that mean nothing for this device are offered: " + bit_text(undefined));
}

void offers_the_same_again(Bench& bench) {
  const auto peer = bench.connect();
  const std::uint64_t first = ask(bench, *peer, requests::get_features());
  peer->send(requests::set_features(Peer::required_features |
                                    (first & vhost_user::feature_protocol_features)));
  expect(ask(bench, *peer, requests::get_features()) == first, "the second answer is another one");
}

/// A driver that accepts `features` gets nowhere: it is refused, or its requests are not served.
void driver_is_refused(Bench& bench, std::uint64_t features) {
  Peer::Options options;
  const auto peer = bench.connect(std::move(options));
  const std::uint64_t transport =
      ask(bench, *peer, requests::get_features()) & vhost_user::feature_protocol_features;
  bench.did("send SET_FEATURES, " + bit_text(features));
  const Peer::Verdict verdict = peer->judge(requests::set_features(features | transport));
  if (verdict == Peer::Verdict::refused || verdict == Peer::Verdict::closed) {
    bench.came_back("refused");
    return;
  }
  bench.did("set the ring up all the same, and send a request");
  Peer::Reaction reaction = Peer::Reaction::closed;
  try {
    peer->share_memory();
    peer->start_ring(peer->first_base());
    expect(peer->submit(bench.good_request()), "the suite itself is wrong: the ring is full");
    peer->kick();
    reaction = peer->settle();
  } catch (const io::FrontEndError& error) {
    bench.came_back(error.what());
  }
  if (reaction != Peer::Reaction::answered) return;
  expect(!peer->collect().front().ok(), "the driver was accepted, and served");
}

void driver_is_served(Bench& bench, std::uint64_t features) {
  Peer::Options options;
  options.features = features;
  const auto peer = bench.start(std::move(options));
  expect_ok(peer->exchange(bench.good_request()), "a good request");
}

void protocol_features_before_features(Bench& bench) {
  const auto peer = bench.connect();
  const std::uint64_t features = ask(bench, *peer, requests::get_features());
  if ((features & vhost_user::feature_protocol_features) == 0) {
    throw NotApplicable("not offered: VHOST_USER_F_PROTOCOL_FEATURES");
  }
  static_cast<void>(ask(bench, *peer, requests::get_protocol_features()));
  peer->send(requests::set_protocol_features(0));
  expect(ask(bench, *peer, requests::get_features()) == features,
         "other features are offered than before");
}

void needs(const Peer& peer, std::uint64_t bit, const std::string& name) {
  if (!peer.has_protocol_feature(bit)) throw NotApplicable("not offered: " + name);
}

void queue_number(Bench& bench) {
  const auto peer = bench.connect();
  needs(*peer, protocol_feature::mq, "VHOST_USER_PROTOCOL_F_MQ");
  expect(ask(bench, *peer, requests::get_queue_num()) >= 1, "there is no queue");
}

void memory_slots(Bench& bench) {
  const auto peer = bench.connect();
  needs(*peer, protocol_feature::configure_mem_slots, "VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS");
  const std::uint64_t slots = ask(bench, *peer, requests::get_max_mem_slots());
  expect(slots >= 1, "there is no slot");
  expect(ask(bench, *peer, requests::get_max_mem_slots()) >= slots, "there are fewer slots later");
}

void acknowledgement(Bench& bench) {
  const auto peer = bench.connect();
  needs(*peer, protocol_feature::reply_ack, "VHOST_USER_PROTOCOL_F_REPLY_ACK");
  bench.did("send SET_OWNER and SET_VRING_NUM with need_reply");
  peer->send_acknowledged(requests::set_owner());
  peer->send_acknowledged(requests::set_vring_num(0, 64));
  bench.came_back("two acknowledgements, both zero");
}

void acknowledgement_not_negotiated(Bench& bench) {
  Peer::Options options;
  options.protocol_features = 0;
  const auto peer = bench.connect(std::move(options));
  bench.did("send SET_OWNER with need_reply, REPLY_ACK not accepted");
  vhost_user::OutgoingRequest request = requests::with_acknowledgement(requests::set_owner());
  request.expects_reply = false;
  peer->send(request);
  const vhost_user::OutgoingRequest next = requests::get_features();
  if (!peer->connection().send_raw(next.bytes, next.fds)) return;
  try {
    const vhost_user::Message answer = peer->connection().receive_message();
    expect(answer.header.request == next.request, "the back-end answered SET_OWNER");
  } catch (const io::FrontEndError&) {
    expect(peer->is_closed(), "the back-end does not answer any more");
    bench.came_back("the connection was closed");
  }
}

}  // namespace

std::vector<Case> negotiation_cases() {
  const auto driver = [](void (*run)(Bench&, std::uint64_t), std::uint64_t features) {
    return [run, features](Bench& bench) { run(bench, features); };
  };
  const auto offer = [](std::uint64_t bits, const char* name) {
    return [bits, name](Bench& bench) { offers(bench, bits, name); };
  };
  std::vector<Case> cases{
      {"negotiation/version-1", Level::must, "VIRTIO 1.3, 6.2", "Offers VIRTIO_F_VERSION_1.",
       offer(feature::version_1, "VIRTIO_F_VERSION_1")},
      {"negotiation/zero-length-request", Level::must, "VIRTIO 1.3, 5.16.6.4",
       "Offers VIRTIO_I2C_F_ZERO_LENGTH_REQUEST.",
       offer(zero_length_request, "VIRTIO_I2C_F_ZERO_LENGTH_REQUEST")},
      {"negotiation/protocol-features", Level::should, "vhost-user, Communication",
       "Offers VHOST_USER_F_PROTOCOL_FEATURES, without which QEMU does not use it.",
       offer(vhost_user::feature_protocol_features, "VHOST_USER_F_PROTOCOL_FEATURES")},
      {"negotiation/no-undefined-bits", Level::must, "VIRTIO 1.3, 5.16.3",
       "Offers no feature bit for device types but that which I2C has.", offers_nothing_undefined},
      {"negotiation/offer-is-constant", Level::must, "VIRTIO 1.3, 2.2.2",
       "Offers the same features before and after a driver has accepted some.",
       offers_the_same_again},
      {"negotiation/driver-without-zero-length", Level::must, "VIRTIO 1.3, 5.16.6.4",
       "Rejects a driver that does not accept VIRTIO_I2C_F_ZERO_LENGTH_REQUEST.",
       driver(driver_is_refused, feature::version_1)},
      {"negotiation/driver-without-version-1", Level::should, "VIRTIO 1.3, 6.2",
       "Rejects a driver that does not accept VIRTIO_F_VERSION_1, as this device has no legacy.",
       driver(driver_is_refused, zero_length_request)},
      {"negotiation/least-driver", Level::must, "VIRTIO 1.3, 2.2.2",
       "Serves a driver that accepts nothing but what it has to.",
       driver(driver_is_served, Peer::required_features)},
      {"negotiation/protocol-features-first", Level::must, "vhost-user, GET_PROTOCOL_FEATURES",
       "Answers GET_ and takes SET_PROTOCOL_FEATURES before SET_FEATURES.",
       protocol_features_before_features},
      {"negotiation/queue-number", Level::must, "vhost-user, GET_QUEUE_NUM",
       "With MQ, says that it has at least one queue.", queue_number},
      {"negotiation/memory-slots", Level::must, "vhost-user, GET_MAX_MEM_SLOTS",
       "With CONFIGURE_MEM_SLOTS, says how many regions it takes, and never fewer later.",
       memory_slots},
      {"negotiation/reply-ack", Level::must, "vhost-user, REPLY_ACK",
       "With REPLY_ACK, acknowledges what asks for it with zero.", acknowledgement},
      {"negotiation/no-reply-ack", Level::robust, "vhost-user, REPLY_ACK",
       "Without REPLY_ACK, answers nothing that has no answer of its own.",
       acknowledgement_not_negotiated},
  };
  for (Case& each : cases) each.rings = Rings::none;
  return cases;
}

}  // namespace vhost_device::conformance
