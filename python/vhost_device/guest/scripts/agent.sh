#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# Runs the host's commands. The port is a byte stream; the host's side is channel.py.
#
#   host:  sync BOOT                    start; everything before it is left over from an earlier life
#          run ID SIZE CODE             CODE is one shell word, $'...'; SIZE bytes of stdin follow
#          kill ID                      ends a command and all it started
#          drop ID                      gives up a command that does not even die
#   guest: hello BOOT                   said once, at start
#          done ID STATUS OUT ERR       OUT bytes of stdout and ERR bytes of stderr follow
#          dropped ID

PORT_NAME=guest.agent
JOBS=/run/agent
mkdir -p $JOBS
cd /root

find_port() {
    # The port comes to life after its driver was loaded; 20 s, named on the console if they pass.
    tries=2000
    while [ $tries -gt 0 ]; do
        for class in /sys/class/virtio-ports/*; do
            if [ -e "$class/name" ] && read -r name <"$class/name" && [ "$name" = $PORT_NAME ]; then
                port=/dev/${class##*/}
                [ -c "$port" ] && return 0
            fi
        done
        usleep 10000
        tries=$((tries - 1))
    done
    echo "agent: no virtio port named $PORT_NAME within 20 s"
    return 1
}

# A command's files are JOBS/ID.KIND. Whoever makes ID.claim first answers for it; the shell's "no
# clobber" mode makes the file or fails, with no program started.
claim() {
    set -C
    true >"$JOBS/$1.claim"
    claimed=$?
    set +C
    return $claimed
} 2>/dev/null

answer() {
    job=$JOBS/$1
    if claim "$1"; then
        if [ -s "$job.out" ] || [ -s "$job.err" ]; then
            sizes=$(stat -c %s "$job.out" "$job.err")
            {
                echo "done $1 $2" $sizes
                cat "$job.out" "$job.err"
            } >&3
        else
            echo "done $1 $2 0 0" >&3
        fi
    fi
    rm -f "$job".*
}

run() {
    job=$JOBS/$1
    input=/dev/null
    if [ "$2" -gt 0 ]; then
        input=$job.in
        dd bs="$2" count=1 iflag=fullblock of="$input" <&3 2>/dev/null
    fi
    eval "code=$3"
    # Until this is gone, the command is not answered for.
    true >"$job.pid"
    (
        # A session of its own, so that a kill reaches all of it.
        setsid sh -c "$code" sh <"$input" >"$job.out" 2>"$job.err" 3>&- &
        echo $! >"$job.pid"
        wait $!
        answer "$1" $?
    ) 2>/dev/null &
}

kill_job() {
    # A command that was just started may not have said who it is yet.
    while [ -e "$JOBS/$1.pid" ] && [ ! -s "$JOBS/$1.pid" ]; do usleep 1000; done
    read -r pid <"$JOBS/$1.pid" && { kill -9 "-$pid" || kill -9 "$pid"; }
} 2>/dev/null

drop_job() {
    [ -e "$JOBS/$1.pid" ] && claim "$1" && echo "dropped $1" >&3
}

read -r boot </proc/sys/kernel/random/boot_id
find_port || exec sh
exec 3<>"$port"
echo "hello $boot" >&3
verb=
until [ "$verb" = "sync $boot" ]; do
    # Fails until the host's side is connected.
    IFS= read -r verb <&3 || usleep 10000
done
while :; do
    if IFS=' ' read -r verb id size code <&3; then
        case $verb in
        run) run "$id" "$size" "$code" ;;
        kill) kill_job "$id" ;;
        drop) drop_job "$id" ;;
        *) echo "agent: unknown request '$verb'" ;;
        esac
    else
        usleep 10000
    fi
done
