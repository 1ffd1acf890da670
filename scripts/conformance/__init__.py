# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""Runs the conformance suite against this project's daemon and against its peer, and writes it down."""
