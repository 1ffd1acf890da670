// SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
#include "backends/linux/errno_table.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace vhost_device::linux_i2c {
namespace {

using i2c::TransferError;

struct Row {
  const char* name;
  int error_number;
  TransferError error;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ErrnoTable : public ::testing::TestWithParam<Row> {};

TEST_P(ErrnoTable, errno_has_one_meaning) {
  EXPECT_EQ(transfer_error(GetParam().error_number), GetParam().error);
}

// Documentation/i2c/fault-codes.rst, and what drivers/i2c/i2c-dev.c refuses.
INSTANTIATE_TEST_SUITE_P(
    FaultCodes, ErrnoTable,
    ::testing::Values(Row{"ENXIO", ENXIO, TransferError::address_nack},
                      Row{"EREMOTEIO", EREMOTEIO, TransferError::address_nack},
                      Row{"EAGAIN", EAGAIN, TransferError::arbitration_lost},
                      Row{"ETIMEDOUT", ETIMEDOUT, TransferError::timeout},
                      Row{"EBUSY", EBUSY, TransferError::timeout},
                      Row{"EOPNOTSUPP", EOPNOTSUPP, TransferError::not_supported},
                      Row{"ENOTTY", ENOTTY, TransferError::not_supported},
                      Row{"EINVAL", EINVAL, TransferError::not_supported},
                      Row{"ENOSYS", ENOSYS, TransferError::not_supported},
                      Row{"EMSGSIZE", EMSGSIZE, TransferError::too_long},
                      Row{"E2BIG", E2BIG, TransferError::too_long},
                      Row{"ENODEV", ENODEV, TransferError::io_error},
                      Row{"ESHUTDOWN", ESHUTDOWN, TransferError::io_error},
                      Row{"EIO", EIO, TransferError::io_error},
                      Row{"EPROTO", EPROTO, TransferError::io_error},
                      Row{"EBADMSG", EBADMSG, TransferError::io_error},
                      Row{"ENOMEM", ENOMEM, TransferError::io_error},
                      Row{"EFAULT", EFAULT, TransferError::io_error}),
    [](const ::testing::TestParamInfo<Row>& tested) { return std::string(tested.param.name); });

TEST(UnknownErrno, number_without_a_row_is_an_io_error) {
  EXPECT_EQ(transfer_error(0), TransferError::io_error);
  EXPECT_EQ(transfer_error(-1), TransferError::io_error);
  EXPECT_EQ(transfer_error(100000), TransferError::io_error);
}

}  // namespace
}  // namespace vhost_device::linux_i2c
