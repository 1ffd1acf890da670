# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""The benchmark: docs/BENCHMARK.md says what it does. scripts/bench starts it."""
