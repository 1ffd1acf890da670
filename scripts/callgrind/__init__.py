# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Instructions per transaction, counted by callgrind and compared with a baseline."""
