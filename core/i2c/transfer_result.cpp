// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "core/i2c/transfer_result.hpp"

namespace vhost_device::i2c {

std::string_view to_string(TransferError error) {
  switch (error) {
    case TransferError::none:
      return "no error";
    case TransferError::address_nack:
      return "address NACK";
    case TransferError::data_nack:
      return "data NACK";
    case TransferError::arbitration_lost:
      return "arbitration lost";
    case TransferError::timeout:
      return "timeout";
    case TransferError::not_supported:
      return "not supported";
    case TransferError::too_long:
      return "too long";
    case TransferError::not_permitted:
      return "not permitted";
    case TransferError::io_error:
      return "I/O error";
  }
  return "unknown error";
}

}  // namespace vhost_device::i2c
