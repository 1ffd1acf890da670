// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/request_group.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <boost/endian/conversion.hpp>

#include "core/i2c/virtio_i2c_format.hpp"

namespace vhost_device::i2c {
namespace {

using virtio::Buffer;

/// Moves the first `header.size()` bytes out of `buffers` and leaves the rest in `rest`. False if
/// there are not that many, or not in guest memory.
bool split_header(std::span<const Buffer> buffers, std::span<std::byte> header,
                  std::vector<Buffer>& rest) {
  for (const Buffer& buffer : buffers) {
    const std::size_t taken = std::min(buffer.size, header.size());
    if (taken != 0) {
      if (buffer.data == nullptr) return false;
      std::memcpy(header.data(), buffer.data, taken);
      header = header.subspan(taken);
    }
    if (buffer.size == taken) continue;
    rest.push_back({buffer.data == nullptr ? nullptr : buffer.data + taken, buffer.size - taken});
  }
  return header.empty();
}

/// Cuts the last byte off `buffers` and leaves the rest in `rest`. Null if there is none, or not in
/// guest memory.
std::byte* split_status(std::span<const Buffer> buffers, std::vector<Buffer>& rest) {
  while (!buffers.empty() && buffers.back().size == 0) buffers = buffers.first(buffers.size() - 1);
  if (buffers.empty()) return nullptr;
  const Buffer last = buffers.back();
  for (const Buffer& buffer : buffers.first(buffers.size() - 1)) {
    if (buffer.size != 0) rest.push_back(buffer);
  }
  if (last.size > 1) rest.push_back({last.data, last.size - 1});
  return last.data == nullptr ? nullptr : last.data + last.size - 1;
}

}  // namespace

void RequestGroup::add(const virtio::Chain& chain) {
  Request request{.head = chain.head};
  Message message{.address = *Address::seven_bit(0), .read = false, .data = {}};
  descriptors_ += chain.descriptors;
  if (!parse(chain, request, message) || is_too_costly()) well_formed_ = false;
  requests_.push_back(request);
  messages_.push_back(message);
}

bool RequestGroup::parse(const virtio::Chain& chain, Request& request, Message& message) {
  rest_.clear();
  format::OutHeader header{};
  const bool whole_header =
      split_header(chain.readable, std::as_writable_bytes(std::span(&header, 1)), rest_);
  const std::size_t to_send = rest_.size();
  request.status = split_status(chain.writable, rest_);
  const std::size_t to_receive = rest_.size() - to_send;
  request.status_comes_first = to_receive == 0;
  if (!whole_header) return false;

  const std::uint32_t flags = boost::endian::little_to_native(header.flags);
  request.fail_next = (flags & format::flag_fail_next) != 0;
  message.read = (flags & format::flag_read) != 0;
  const auto address = format::decode_address(boost::endian::little_to_native(header.address));
  if (!address || (flags & ~format::known_flags) != 0 || request.status == nullptr) return false;
  message.address = *address;

  const std::size_t against_direction = message.read ? to_send : to_receive;
  return against_direction == 0 && make_contiguous(request, message);
}

bool RequestGroup::make_contiguous(Request& request, Message& message) {
  const bool reachable = std::ranges::none_of(rest_, [](const Buffer& b) { return !b.data; });
  const std::size_t length =
      std::accumulate(rest_.begin(), rest_.end(), std::size_t{0},
                      [](std::size_t sum, const Buffer& buffer) { return sum + buffer.size; });
  if (!reachable || length > max_message_length || bytes_ + length > max_bytes) return false;
  bytes_ += length;
  if (rest_.empty()) return true;
  if (rest_.size() == 1) {
    message.data = {rest_.front().data, length};
    return true;
  }

  if (pieces_.size() + rest_.size() > max_pieces) return false;
  gathered_.reserve(max_bytes);
  const std::size_t start = gathered_.size();
  gathered_.resize(start + length);
  message.data = std::span(gathered_).subspan(start, length);
  if (message.read) {
    request.first_piece = pieces_.size();
    request.pieces = rest_.size();
    pieces_.insert(pieces_.end(), rest_.begin(), rest_.end());
    return true;
  }
  std::byte* to = message.data.data();
  for (const Buffer& piece : rest_) {
    std::memcpy(to, piece.data, piece.size);
    to += piece.size;
  }
  return true;
}

void RequestGroup::complete(virtio::Queue& queue, std::size_t completed) {
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    completions_.push_back(
        {.head = requests_[i].head, .written = finish(requests_[i], messages_[i], i < completed)});
  }
  queue.complete(completions_);
  completions_.clear();
  requests_.clear();
  messages_.clear();
  pieces_.clear();
  gathered_.clear();
  well_formed_ = true;
  bytes_ = 0;
  descriptors_ = 0;
}

std::uint32_t RequestGroup::finish(const Request& request, const Message& message, bool ok) {
  if (request.status == nullptr) return 0;
  *request.status = ok ? format::status_ok : format::status_error;
  if (request.status_comes_first) return 1;
  // used.len counts from the first writable byte, which a failed read has not written.
  if (!ok) return 0;
  const std::byte* from = message.data.data();
  for (const Buffer& piece : std::span(pieces_).subspan(request.first_piece, request.pieces)) {
    std::memcpy(piece.data, from, piece.size);
    from += piece.size;
  }
  return static_cast<std::uint32_t>(message.data.size() + 1);
}

}  // namespace vhost_device::i2c
