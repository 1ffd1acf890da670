// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/fault_injector.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "core/i2c/trace/notes.hpp"

namespace vhost_device::i2c {

namespace {

struct KindName {
  FaultKind kind;
  std::string_view name;
};

constexpr auto kind_names = std::to_array<KindName>({
    {FaultKind::nack, "nack"},
    {FaultKind::stretch, "stretch"},
    {FaultKind::stuck_sda, "stuck_sda"},
    {FaultKind::stuck_scl, "stuck_scl"},
    {FaultKind::lose_arbitration, "lose_arbitration"},
    {FaultKind::flip, "flip"},
    {FaultKind::short_read, "short_read"},
    {FaultKind::bad_pec, "bad_pec"},
});

bool is_stuck(const Fault& fault) {
  return fault.kind == FaultKind::stuck_sda || fault.kind == FaultKind::stuck_scl;
}

bool is_of_reads(const Fault& fault) {
  return fault.kind == FaultKind::short_read || fault.kind == FaultKind::bad_pec;
}

std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

void check(const Fault& fault) {
  const auto require = [&](bool holds, const std::string& text) {
    if (!holds) throw std::invalid_argument(std::string(to_string(fault.kind)) + ": " + text);
  };
  require(fault.probability >= 0 && fault.probability <= 1,
          "probability " + shortest(fault.probability) + ": expected 0 to 1");
  require(fault.duration >= std::chrono::nanoseconds(0),
          "duration " + std::to_string(fault.duration.count()) + " ns: expected 0 or more");
  require(fault.kind != FaultKind::flip || fault.mask != 0, "mask 0x00: expected 0x01 to 0xff");
  // What follows would be without effect, and nobody would notice.
  require(!is_stuck(fault) || (!fault.address && !fault.read),
          "a line is stuck for every address and direction; leave these out, or choose by `when`");
  require(fault.kind != FaultKind::nack || !fault.byte || fault.read != true,
          "the bytes of a read are the controller's to acknowledge; leave `read` or `byte` out");
  require(!is_of_reads(fault) || fault.read != false,
          "it befalls reads, and `read` is false; leave it out");
}

bool ends(FaultKind kind) {
  return kind == FaultKind::nack || kind == FaultKind::lose_arbitration ||
         kind == FaultKind::stuck_sda || kind == FaultKind::stuck_scl;
}

// What a fault needs of a message, beside what it was asked to look for.
bool can_befall(const Fault& fault, const Message& message) {
  const std::size_t size = message.data.size();
  switch (fault.kind) {
    case FaultKind::nack:
      return !fault.byte || (!message.read && *fault.byte < size);
    case FaultKind::flip:
      return fault.byte.value_or(0) < size;
    case FaultKind::short_read:
      return message.read && fault.length < size;
    case FaultKind::bad_pec:
      return message.read && size > 0;
    default:
      return true;
  }
}

void flip(const Fault& fault, std::span<std::byte> data) {
  const std::byte mask{fault.mask};
  if (fault.byte) {
    data[*fault.byte] ^= mask;
  } else {
    for (std::byte& each : data) each ^= mask;
  }
}

void spoil_what_was_read(const Fault& fault, std::span<std::byte> data) {
  constexpr std::byte released{0xff};
  if (fault.kind == FaultKind::flip) flip(fault, data);
  if (fault.kind == FaultKind::short_read) std::ranges::fill(data.subspan(fault.length), released);
  if (fault.kind == FaultKind::bad_pec) data.back() ^= std::byte{0xff};
}

/// Injectors that ask their conditions on this thread, the innermost first. A condition that uses
/// its own bus would ask itself without end.
class Planning {
 public:
  explicit Planning(const FaultInjector* injector)
      : injector_(injector), outer_(std::exchange(innermost, this)) {}
  ~Planning() { innermost = outer_; }
  Planning(const Planning&) = delete;
  Planning& operator=(const Planning&) = delete;

  static bool is_under_way(const FaultInjector* injector) {
    const Planning* each = innermost;
    while (each != nullptr && each->injector_ != injector) each = each->outer_;
    return each != nullptr;
  }

 private:
  static thread_local const Planning* innermost;

  const FaultInjector* injector_;
  const Planning* outer_;
};

thread_local const Planning* Planning::innermost = nullptr;

}  // namespace

std::string_view to_string(FaultKind kind) {
  const auto* const found = std::ranges::find(kind_names, kind, &KindName::kind);
  return found != kind_names.end() ? found->name : "unknown";
}

struct FaultInjector::Active {
  std::uint64_t number = 0;
  Fault fault;
  std::uint64_t hits = 0;
};

/// What goes to the adapter.
struct FaultInjector::Sent {
  std::vector<Message> messages;
  std::deque<std::vector<std::byte>> copies;
};

FaultInjector::FaultInjector(std::shared_ptr<Adapter> adapter, Options options)
    : adapter_(std::move(adapter)),
      options_(std::move(options)),
      seed_(options_.seed),
      random_(seed_) {}

FaultInjector::~FaultInjector() = default;

std::uint64_t FaultInjector::add(Fault fault) {
  check(fault);
  const std::scoped_lock lock(mutex_);
  auto active = std::make_shared<Active>();
  active->number = ++last_number_;
  active->fault = std::move(fault);
  faults_.push_back(active);
  is_empty_ = false;
  return active->number;
}

std::uint64_t FaultInjector::remove(std::uint64_t number) {
  std::shared_ptr<Active> removed;
  const std::scoped_lock lock(mutex_);
  if (const auto past = past_hits_.extract(number); !past.empty()) return past.mapped();
  const auto found =
      std::ranges::find(faults_, number, [](const auto& each) { return each->number; });
  if (found == faults_.end()) return 0;
  removed = std::move(*found);
  faults_.erase(found);
  is_empty_ = faults_.empty();
  return removed->hits;
}

std::uint64_t FaultInjector::hits(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find(faults_, number, [](const auto& each) { return each->number; });
  if (found != faults_.end()) return (*found)->hits;
  const auto past = past_hits_.find(number);
  return past != past_hits_.end() ? past->second : 0;
}

void FaultInjector::count_as_past(const Active& fault) { past_hits_[fault.number] = fault.hits; }

void FaultInjector::clear_faults(std::optional<std::uint64_t> seed) {
  std::vector<std::shared_ptr<Active>> cleared;
  const std::scoped_lock lock(mutex_);
  seed_ = seed.value_or(seed_);
  random_.seed(seed_);
  cleared.swap(faults_);
  for (const auto& each : cleared) count_as_past(*each);
  is_empty_ = true;
}

bool FaultInjector::clear_bus() {
  std::vector<std::shared_ptr<Active>> freed;
  const std::scoped_lock lock(mutex_);
  const auto is_a = [](FaultKind kind) {
    return [kind](const auto& each) { return each->fault.kind == kind; };
  };
  // There are no pulses on a clock that is held.
  if (std::ranges::any_of(faults_, is_a(FaultKind::stuck_scl))) return false;
  std::ranges::copy_if(faults_, std::back_inserter(freed), is_a(FaultKind::stuck_sda));
  std::erase_if(faults_, is_a(FaultKind::stuck_sda));
  for (const auto& each : freed) count_as_past(*each);
  is_empty_ = faults_.empty();
  return true;
}

void FaultInjector::tell(const Fault& fault, std::span<const Message> messages, std::size_t index,
                         std::string_view more) {
  if (!notes_are_wanted()) return;
  std::string text = "fault: " + std::string(to_string(fault.kind));
  if (!is_stuck(fault)) text += " at " + i2c::to_string(messages[index].address);
  if (fault.byte) text += ", byte " + std::to_string(*fault.byte);
  add_note(text.append(more), index);
}

// Empty where its condition took too long to tell.
std::optional<bool> FaultInjector::befalls(Active& active, const Message& message) {
  const Fault& fault = active.fault;
  if (fault.address && *fault.address != message.address) return false;
  if (fault.read && *fault.read != message.read) return false;
  if (!can_befall(fault, message)) return false;
  if (fault.when) {
    const std::optional<bool> answer = fault.when(message);
    if (answer != true) return answer;
  }

  const std::scoped_lock lock(mutex_);
  // Its condition, or another thread meanwhile, may have taken it away.
  if (std::ranges::find(faults_, &active, &std::shared_ptr<Active>::get) == faults_.end()) {
    return false;
  }
  if (fault.times && active.hits >= *fault.times) return false;
  if (fault.probability < 1) {
    // As std::uniform_real_distribution does it, which is not the same everywhere.
    const double drawn = static_cast<double>(random_() >> 11U) * 0x1p-53;
    if (drawn >= fault.probability) return false;
  }
  ++active.hits;
  return true;
}

FaultInjector::Plan FaultInjector::plan(std::span<const Message> messages) {
  Plan plan;
  auto left = options_.stretch_limit;
  std::unique_lock lock(mutex_);
  const auto faults = faults_;  // since a condition may add some
  lock.unlock();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    for (const auto& active : faults) {
      const Fault& fault = active->fault;
      const std::optional<bool> is_befallen = befalls(*active, messages[i]);
      if (is_befallen == false) continue;
      plan.is_undecided = !is_befallen;
      const bool is_stretch = fault.kind == FaultKind::stretch;
      if (plan.is_undecided || ends(fault.kind) || (is_stretch && fault.duration > left)) {
        plan.end = Plan::Change{i, active};
        plan.last_stretch = is_stretch && !plan.is_undecided ? left : std::chrono::nanoseconds(0);
        return plan;
      }
      if (is_stretch) left -= fault.duration;
      plan.changes.push_back({i, active});
    }
  }
  return plan;
}

TransferResult FaultInjector::do_transfer(std::span<const Message> messages) {
  if (is_empty_.load(std::memory_order_relaxed)) return adapter_->transfer(messages);
  if (Planning::is_under_way(this)) return {0, TransferError::arbitration_lost};
  const auto chosen = [&] {
    const Planning planning(this);
    return plan(messages);
  }();
  return run(messages, chosen);
}

void FaultInjector::stretch(std::chrono::nanoseconds duration) const {
  options_.wait ? options_.wait(duration) : std::this_thread::sleep_for(duration);
}

// Leaves what reaches the chips before the fault; how the transaction ends by it.
TransferResult FaultInjector::cut_off(const Message& message, const Plan& plan, Sent& sent) {
  const std::size_t index = plan.end->message;
  const Fault& fault = plan.end->by->fault;
  const bool is_nack = fault.kind == FaultKind::nack && !plan.is_undecided;
  const std::size_t before = is_nack ? fault.byte.value_or(0) : 0;
  sent.messages.resize(index + (before > 0 ? 1 : 0), message);
  if (before > 0) sent.messages.back().data = message.data.first(before);
  if (is_nack && fault.byte) {
    return {index, TransferError::data_nack, static_cast<std::uint32_t>(before)};
  }
  if (is_nack) return {index, TransferError::address_nack};
  const bool is_lost = fault.kind == FaultKind::lose_arbitration && !plan.is_undecided;
  return {index, is_lost ? TransferError::arbitration_lost : TransferError::timeout};
}

// What is written otherwise than asked is written from a copy. False for what is not sent.
bool FaultInjector::change_what_is_sent(const Plan::Change& change, Sent& sent) {
  if (change.message >= sent.messages.size()) return false;
  const Fault& fault = change.by->fault;
  Message& message = sent.messages[change.message];
  if (!can_befall(fault, message)) return false;
  auto& copy = sent.copies.emplace_back(message.data.begin(), message.data.end());
  flip(fault, copy);
  message.data = copy;
  return true;
}

// Counts it no more: it was chosen, and the transaction did not come to it.
void FaultInjector::take_back(Active& active) {
  const std::scoped_lock lock(mutex_);
  --active.hits;
}

TransferResult FaultInjector::run(std::span<const Message> messages, const Plan& plan) {
  Sent sent{{messages.begin(), messages.end()}, {}};
  TransferResult end;
  if (plan.end) end = cut_off(messages[plan.end->message], plan, sent);
  std::vector<bool> has_happened(plan.changes.size(), true);
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    const auto& [index, active] = plan.changes[i];
    if (active->fault.kind == FaultKind::stretch) {
      stretch(active->fault.duration);
    } else if (!messages[index].read) {
      has_happened[i] = change_what_is_sent(plan.changes[i], sent);
    }
  }

  const TransferResult result = adapter_->transfer(sent.messages);
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    const auto& [index, active] = plan.changes[i];
    if (active->fault.kind != FaultKind::stretch && messages[index].read) {
      has_happened[i] = index < result.completed;
      if (has_happened[i]) spoil_what_was_read(active->fault, messages[index].data);
    }
    if (has_happened[i]) {
      tell(active->fault, messages, index);
    } else {
      take_back(*active);
    }
  }
  if (!plan.end) return result;
  return finish(messages, plan, result, end);
}

// An error of what came before is the transaction's end, and the fault never came.
TransferResult FaultInjector::finish(std::span<const Message> messages, const Plan& plan,
                                     const TransferResult& before, const TransferResult& end) {
  const auto& [index, active] = *plan.end;
  if (!before.ok()) {
    if (!plan.is_undecided) take_back(*active);
    return before;
  }
  if (plan.last_stretch > std::chrono::nanoseconds(0)) stretch(plan.last_stretch);
  tell(active->fault, messages, index, plan.is_undecided ? ", whose condition took too long" : "");
  return end;
}

}  // namespace vhost_device::i2c
