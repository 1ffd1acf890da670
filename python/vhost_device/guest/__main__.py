# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""`python -m vhost_device.guest`: build the guest, or use it from a terminal."""

import sys

from vhost_device.guest.cli import main

if __name__ == "__main__":
    sys.exit(main())
