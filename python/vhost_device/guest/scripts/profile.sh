# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# For interactive shells.
export PS1='guest:\w# '
