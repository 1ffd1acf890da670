#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# Runs the agent's commands one after the other and answers for them. See agent.sh, which opens the port
# as descriptor 3 and the queue of commands as descriptor 4.

. /usr/lib/guest/common

answer() {
    if [ -s "$job.out" ] || [ -s "$job.err" ]; then
        # Two words, on purpose.
        sizes=$(stat -c %s "$job.out" "$job.err")
        {
            echo "done $id $1" $sizes
            cat "$job.out" "$job.err"
        } >&3
    else
        echo "done $id $1 0 0" >&3
    fi
}

cd /root
exec 2>/dev/null
while IFS=' ' read -r id word <&4; do
    job=$JOBS/$id
    input=$job.in
    [ -e "$input" ] || input=/dev/null
    eval "code=$word"
    # A session of its own, so that a kill reaches all of it and nothing else.
    setsid sh -c "echo \$\$ >$job.pid
$code" sh <"$input" >"$job.out" 2>"$job.err" 3>&- 4>&-
    status=$?
    claim "$id" || exit
    answer $status
    rm -f "$job".*
done
