# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# What the agent and its runner share.

JOBS=/run/jobs

# Whoever claims a command first answers for it. The shell's "no clobber" mode makes the file or fails,
# with no program started.
claim() {
    set -C
    true >"$JOBS/$1.claim"
    claimed=$?
    set +C
    return $claimed
} 2>/dev/null
