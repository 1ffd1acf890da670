// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/vhost_user/message.hpp"

/// Messages made by hand from the specification's pictures, so that the library is not tested
/// against itself. Fields are little-endian, as on every machine that the tests run on.
namespace vhost_device::vhost_user::test {

using Bytes = std::vector<std::byte>;

constexpr std::uint32_t version_1 = 0x1;
constexpr std::uint32_t need_reply = 0x8;

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes little_endian(std::uint64_t value, int size) {
  Bytes bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
  return bytes;
}

inline Bytes u32(std::uint32_t value) { return little_endian(value, 4); }
inline Bytes u64(std::uint64_t value) { return little_endian(value, 8); }

inline Bytes state(std::uint32_t index, std::uint32_t num) { return u32(index) + u32(num); }

struct AddressFields {
  std::uint64_t descriptors;
  std::uint64_t available;
  std::uint64_t used;
};

inline Bytes vring_address(std::uint32_t index, AddressFields fields, std::uint32_t flags = 0) {
  return u32(index) + u32(flags) + u64(fields.descriptors) + u64(fields.used) +
         u64(fields.available) + u64(0);
}

struct RegionFields {
  std::uint64_t guest_address;
  std::uint64_t size;
  std::uint64_t user_address;
  std::uint64_t mmap_offset;
};

inline Bytes region(RegionFields fields) {
  return u64(fields.guest_address) + u64(fields.size) + u64(fields.user_address) +
         u64(fields.mmap_offset);
}

inline Bytes single_region(RegionFields fields) { return u64(0) + region(fields); }

inline Bytes memory_table(std::initializer_list<RegionFields> regions) {
  Bytes bytes = u32(static_cast<std::uint32_t>(regions.size())) + u32(0);
  for (const RegionFields& fields : regions) bytes = bytes + region(fields);
  return bytes;
}

inline Bytes config(std::uint32_t offset, const Bytes& content, std::uint32_t flags = 0) {
  return u32(offset) + u32(static_cast<std::uint32_t>(content.size())) + u32(flags) + content;
}

inline Bytes header(std::uint32_t request, std::uint32_t flags, std::uint32_t size) {
  return u32(request) + u32(flags) + u32(size);
}

inline std::string hex(const Bytes& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 0xf];
  }
  return text;
}

}  // namespace vhost_device::vhost_user::test
