# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The steps of scripts/test. Needs nothing but Python's standard library."""
