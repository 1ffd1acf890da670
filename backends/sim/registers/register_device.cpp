// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/sim/registers/register_device.hpp"

#include <algorithm>
#include <utility>

namespace vhost_device::sim {

RegisterDevice::RegisterDevice(std::string name, std::vector<i2c::Address> addresses,
                               std::span<const Register> registers, const PointerRules& rules,
                               Pec pec)
    : Device(std::move(name), std::move(addresses)), file_(registers, rules, *this), pec_(pec) {}

std::uint32_t RegisterDevice::register_value(const Register& reg) {
  const Guard guard = lock();
  catch_up();
  return file_.value(reg);
}

void RegisterDevice::set_register_value(const Register& reg, std::uint32_t value) {
  const Guard guard = lock();
  catch_up();
  file_.set_value(reg, value);
}

std::string_view RegisterDevice::register_name(std::span<const std::byte> written) const {
  const Register* const selected = file_.selected_by(written);
  return selected != nullptr ? selected->name : std::string_view();
}

Ack RegisterDevice::start(Direction direction) {
  if (direction == Direction::write) {
    file_.begin_write();
  } else {
    file_.begin_read();
  }
  return Ack::ack;
}

void RegisterDevice::stop() {
  file_.stop();
  crc_ = 0;
}

i2c::TransferError RegisterDevice::do_message(const i2c::Message& message) {
  catch_up();
  if (pec_ != Pec::none) return message_with_pec(message);
  return Device::do_message(message);
}

i2c::TransferError RegisterDevice::message_with_pec(const i2c::Message& message) {
  const std::byte address = wire_address(message);
  crc_ = pec_of(std::span(&address, 1), crc_);
  if (message.read) {
    if (start(Direction::read) == Ack::nack) return i2c::TransferError::address_nack;
    const Register* const reg = file_.selected();
    const std::size_t length = reg != nullptr ? reg->bytes() : message.data.size();
    const auto data = message.data.first(std::min(length, message.data.size()));
    read_all(data);
    crc_ = pec_of(data, crc_);
    if (data.size() < message.data.size()) {
      message.data[data.size()] = std::byte{crc_};
      for (std::byte& beyond : message.data.subspan(data.size() + 1)) beyond = std::byte{0xff};
    }
    return i2c::TransferError::none;
  }
  const Register* const reg = file_.selected_by(message.data);
  const std::size_t whole = file_.rules().size + (reg != nullptr ? reg->bytes() : 0);
  const bool has_pec = message.data.size() == whole + 1;
  const auto data = has_pec ? message.data.first(whole) : message.data;
  crc_ = pec_of(data, crc_);
  if (start(Direction::write) == Ack::nack) return i2c::TransferError::address_nack;
  if (has_pec && message.data.back() != std::byte{crc_}) {
    refused_after(whole);
    return i2c::TransferError::data_nack;
  }
  return write_all(data) == Ack::ack ? i2c::TransferError::none : i2c::TransferError::data_nack;
}

}  // namespace vhost_device::sim
