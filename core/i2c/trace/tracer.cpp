// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/trace/tracer.hpp"

#include <algorithm>
#include <utility>

namespace vhost_device::i2c {

Tracer::Tracer(std::shared_ptr<Adapter> adapter, Clock clock, Options options)
    : adapter_(std::move(adapter)),
      clock_(std::move(clock)),
      bus_(options.bus),
      wanted_(options.limit > 0),
      limit_(options.limit) {}

std::vector<std::shared_ptr<const Transaction>> Tracer::transactions() const {
  if (is_forked()) return {};
  const std::scoped_lock lock(mutex_);
  return {transactions_.begin(), transactions_.end()};
}

std::uint64_t Tracer::dropped() const {
  if (is_forked()) return 0;
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

void Tracer::clear() {
  if (is_forked()) return;
  std::deque<std::shared_ptr<const Transaction>> forgotten;  // beyond the lock
  const std::scoped_lock lock(mutex_);
  forgotten.swap(transactions_);
  bytes_ = 0;
  dropped_ = 0;
}

std::size_t Tracer::limit() const {
  if (is_forked()) return 0;
  const std::scoped_lock lock(mutex_);
  return limit_;
}

void Tracer::set_limit(std::size_t bytes) {
  if (is_forked()) return;
  const std::scoped_lock lock(mutex_);
  limit_ = bytes;
  shrink_to(bytes);
  wanted_ = limit_ > 0 || !sinks_.empty();
}

void Tracer::add_sink(std::shared_ptr<TraceSink> sink) {
  if (is_forked()) return;
  const std::scoped_lock lock(mutex_);
  sinks_.push_back(std::move(sink));
  wanted_ = true;
}

void Tracer::remove_sink(const TraceSink& sink) {
  if (is_forked()) return;
  const std::scoped_lock lock(mutex_);
  std::erase_if(sinks_, [&](const auto& each) { return each.get() == &sink; });
  wanted_ = limit_ > 0 || !sinks_.empty();
}

bool Tracer::records() const {
  return enabled() && wanted_.load(std::memory_order_relaxed) && !is_forked();
}

TransferResult Tracer::do_transfer(std::span<const Message> messages) {
  if (!records()) return adapter_->transfer(messages);

  auto transaction = std::make_shared<Transaction>();
  transaction->begin(messages);
  transaction->bus = bus_;
  transaction->start = clock_();
  NoteScope notes;
  const auto finish = [&](const TransferResult& result) {
    transaction->end = clock_();
    transaction->finish(messages, result);
    transaction->notes = notes.take();
    for (const auto& [message, name] : notes.registers()) {
      if (message < transaction->messages.size()) {
        transaction->messages[message].register_name = name;
      }
    }
    keep(std::move(transaction));
  };
  TransferResult result;
  try {
    result = adapter_->transfer(messages);
  } catch (...) {
    finish({0, TransferError::io_error});
    throw;
  }
  finish(result);
  return result;
}

void Tracer::keep(std::shared_ptr<Transaction> transaction) {
  const std::size_t size = transaction->size();
  if (is_forked()) return;  // in the middle of the transfer, by a chip's script
  const std::scoped_lock lock(mutex_);
  transaction->number = count_++;
  const std::shared_ptr<const Transaction> kept = std::move(transaction);
  for (const auto& sink : sinks_) sink->put(kept);
  if (limit_ == 0) return;
  if (size > limit_) {
    shrink_to(0);  // what is kept has no gaps
    ++dropped_;
    return;
  }
  shrink_to(limit_ - size);
  transactions_.push_back(kept);
  bytes_ += size;
}

void Tracer::shrink_to(std::size_t bytes) {
  while (bytes_ > bytes) {
    bytes_ -= transactions_.front()->size();
    transactions_.pop_front();
    ++dropped_;
  }
}

}  // namespace vhost_device::i2c
