// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/errno_table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace vhost_device::linux_i2c {
namespace {

using i2c::TransferError;

struct Meaning {
  int error_number;
  TransferError error;
};

constexpr std::array meanings{
    Meaning{ENXIO, TransferError::address_nack},
    Meaning{EREMOTEIO, TransferError::address_nack},  // by i2c-designware and others
    Meaning{EAGAIN, TransferError::arbitration_lost},
    Meaning{ETIMEDOUT, TransferError::timeout},
    Meaning{EBUSY, TransferError::timeout},  // the bus was not free in time
    Meaning{EOPNOTSUPP, TransferError::not_supported},
    Meaning{ENOTTY, TransferError::not_supported},
    Meaning{EINVAL, TransferError::not_supported},  // refused before anything moved
    Meaning{ENOSYS, TransferError::not_supported},
    Meaning{EMSGSIZE, TransferError::too_long},
    Meaning{E2BIG, TransferError::too_long},
    // i2c-stub means an absent chip by it, but adapters that were unplugged say the same.
    Meaning{ENODEV, TransferError::io_error},
    Meaning{ESHUTDOWN, TransferError::io_error},  // the adapter is suspended
    Meaning{EPROTO, TransferError::io_error},     // the chip broke the protocol
    Meaning{EBADMSG, TransferError::io_error},    // a checksum is wrong
    Meaning{EIO, TransferError::io_error},
};

}  // namespace

TransferError transfer_error(int error_number) {
  const auto* const found = std::ranges::find(meanings, error_number, &Meaning::error_number);
  return found != meanings.end() ? found->error : TransferError::io_error;
}

}  // namespace vhost_device::linux_i2c
