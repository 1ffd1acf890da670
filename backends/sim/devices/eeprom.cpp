// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/devices/eeprom.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace vhost_device::sim {

namespace {

using std::chrono::milliseconds;

constexpr std::byte erased{0xff};

}  // namespace

Eeprom::Eeprom(std::string name, std::vector<i2c::Address> addresses,
               std::vector<i2c::Address> shared, std::size_t size, std::size_t page_size,
               milliseconds write_cycle)
    : Device(std::move(name), std::move(addresses), std::move(shared)),
      page_size_(page_size),
      contents_(size, erased),
      write_cycle_(write_cycle) {}

Ack Eeprom::begin() {
  latched_.reset();
  if (write_cycle_running()) return Ack::nack;
  busy_until_.reset();
  return Ack::ack;
}

void Eeprom::latch(std::span<const std::byte> values) {
  const std::size_t mask = page_size_ - 1;
  const std::size_t page = pointer_ & ~mask;
  std::size_t offset = pointer_ & mask;
  for (const std::byte value : values) {
    page_[offset] = value;
    latched_.set(offset);
    // The counter does not leave the page: more bytes than that go over the first ones.
    offset = (offset + 1) & mask;
  }
  pointer_ = page | offset;
}

void Eeprom::read_on(std::span<std::byte> values, std::size_t rollover) {
  while (!values.empty()) {
    const std::size_t offset = pointer_ % rollover;
    const std::size_t count = std::min(values.size(), rollover - offset);
    std::ranges::copy_n(contents_.begin() + static_cast<std::ptrdiff_t>(pointer_),
                        static_cast<std::ptrdiff_t>(count), values.begin());
    pointer_ = pointer_ - offset + (offset + count) % rollover;
    values = values.subspan(count);
  }
}

void Eeprom::stop() {
  if (latched_.none()) return;
  if (!is_protected()) {
    const std::size_t page = pointer_ - pointer_ % page_size();
    for (std::size_t i = 0; i < page_size(); ++i) {
      if (latched_.test(i)) contents_[page + i] = page_[i];
    }
    if (write_cycle_ > milliseconds(0)) busy_until_ = now() + write_cycle_;
    save(page, page_size());
  }
  latched_.reset();
}

bool Eeprom::write_cycle_running() const { return busy_until_ && now() < *busy_until_; }

void Eeprom::clock_changed(Time offset) {
  if (busy_until_) *busy_until_ += offset;
}

void Eeprom::visit_state(StateVisitor& visitor) {
  visitor.bytes("contents", contents_);
  visitor.value("pointer", pointer_, 0, static_cast<std::int64_t>(size()) - 1);
  visitor.moment("busy_until_ns", busy_until_, max_write_cycle);
  auto write_cycle_ms = write_cycle_.count();
  visitor.value("write_cycle_ms", write_cycle_ms, 0, max_write_cycle.count());
  write_cycle_ = milliseconds(write_cycle_ms);
}

void Eeprom::check_range(std::size_t offset, std::size_t length) const {
  if (offset > size() || length > size() - offset) {
    throw std::out_of_range(name() + " has " + std::to_string(size()) + " bytes: there are no " +
                            std::to_string(length) + " at " + std::to_string(offset));
  }
}

std::vector<std::byte> Eeprom::read_data(std::size_t offset, std::size_t length) const {
  check_range(offset, length);
  const Guard guard = lock();
  const auto bytes = std::span(contents_).subspan(offset, length);
  return {bytes.begin(), bytes.end()};
}

void Eeprom::write_data(std::size_t offset, std::span<const std::byte> bytes) {
  check_range(offset, bytes.size());
  const Guard guard = lock();
  std::ranges::copy(bytes, std::span(contents_).subspan(offset).begin());
  save(offset, bytes.size());
}

milliseconds Eeprom::write_cycle() const {
  const Guard guard = lock();
  return write_cycle_;
}

void Eeprom::set_write_cycle(milliseconds duration) {
  if (duration < milliseconds(0) || duration > max_write_cycle) {
    throw std::invalid_argument("a write cycle takes 0 to " +
                                std::to_string(max_write_cycle.count()) + " ms");
  }
  const Guard guard = lock();
  write_cycle_ = duration;
}

bool Eeprom::busy() const {
  const Guard guard = lock();
  return write_cycle_running();
}

void Eeprom::load_image(const std::filesystem::path& path) {
  std::vector<std::byte> contents = read_data(0, size());
  ImageFile::load(path, contents);
  write_data(0, contents);
}

void Eeprom::save_to(const std::filesystem::path& path) {
  if (save_to_the_same(path)) return;
  ImageFile image(path);  // not under the lock, as it may wait for somebody
  const Guard guard = lock();
  image.save(contents_);  // the one before stays if this throws
  image_ = std::move(image);
  save_errno_ = 0;
}

bool Eeprom::save_to_the_same(const std::filesystem::path& path) {
  const Guard guard = lock();
  if (!image_ || !image_->is_at(path)) return false;
  image_->save(contents_);
  save_errno_ = 0;
  return true;
}

void Eeprom::keep_in(const std::filesystem::path& path) {
  // Taken before it is loaded: what another one writes in between would be lost.
  ImageFile image(path);
  const Guard guard = lock();
  std::vector<std::byte> contents = contents_;
  image.load(contents);
  image.save(contents);
  contents_ = std::move(contents);
  image_ = std::move(image);
  save_errno_ = 0;
}

void Eeprom::save(std::size_t offset, std::size_t length) {
  if (!image_) return;
  // What was not saved last time is saved together with this.
  const bool all = save_errno_ != 0;
  const auto bytes = all ? std::span(contents_) : std::span(contents_).subspan(offset, length);
  const int error = image_->write(all ? 0 : offset, bytes);
  if (error == save_errno_) return;
  save_errno_ = error;
  warn(error == 0 ? "its image is saved again"
                  : "its image cannot be saved: " + std::generic_category().message(error));
}

std::string Eeprom::last_error() const {
  const Guard guard = lock();
  return save_errno_ == 0 ? std::string() : std::generic_category().message(save_errno_);
}

void set_up(Eeprom& chip, const Properties& properties) {
  if (const auto duration_ms = properties.u32("vhost-device,write-cycle-ms")) {
    if (milliseconds(*duration_ms) > Eeprom::max_write_cycle) {
      properties.bad_value("vhost-device,write-cycle-ms",
                           "0 to " + std::to_string(Eeprom::max_write_cycle.count()));
    }
    chip.set_write_cycle(milliseconds(*duration_ms));
  }
  const auto image = properties.path("vhost-device,image");
  const bool save = properties.flag("vhost-device,save");
  if (save && !image)
    throw PropertyError("vhost-device,save: expected vhost-device,image beside it");
  try {
    if (save) {
      chip.keep_in(*image);
    } else if (image) {
      chip.load_image(*image);
    }
  } catch (const std::runtime_error& error) {
    throw PropertyError("vhost-device,image: " + std::string(error.what()));
  }
}

}  // namespace vhost_device::sim
