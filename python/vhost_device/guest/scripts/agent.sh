#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# Takes the host's requests and leaves the commands to runner.sh. The port is a byte stream; the host's
# side is channel.py.
#
#   host:  sync BOOT                    start; everything before it is left over from an earlier life
#          run ID SIZE CODE             CODE is one shell word, $'...'; SIZE bytes of stdin follow
#          kill ID                      ends a command and all it started
#          drop ID                      gives up a command that does not even die
#   guest: hello BOOT                   said once, at start
#          done ID STATUS OUT ERR       OUT bytes of stdout and ERR bytes of stderr follow
#          dropped ID
#
# A command's files are JOBS/ID.KIND: in, out, err, pid (empty until it runs), claim.

. /usr/lib/guest/common

find_port() {
    # The port comes to life after its driver was loaded; 20 s, named on the console if they pass.
    tries=2000
    while [ $tries -gt 0 ]; do
        for class in /sys/class/virtio-ports/*; do
            if [ -e "$class/name" ] && read -r name <"$class/name" && [ "$name" = guest.agent ]; then
                port=/dev/${class##*/}
                [ -c "$port" ] && return 0
            fi
        done
        usleep 10000
        tries=$((tries - 1))
    done
    echo "agent: no virtio port named guest.agent within 20 s" >&2
    return 1
}

run() {
    if [ "$2" -gt 0 ]; then
        dd bs="$2" count=1 iflag=fullblock of="$JOBS/$1.in" <&3 2>/dev/null
    fi
    true >"$JOBS/$1.pid"
    echo "$1 $3" >&4
}

kill_job() {
    # A command that was just started may not have said who it is yet.
    while [ -e "$JOBS/$1.pid" ] && [ ! -s "$JOBS/$1.pid" ]; do usleep 1000; done
    read -r pid <"$JOBS/$1.pid" && { kill -9 "-$pid" || kill -9 "$pid"; }
} 2>/dev/null

drop_job() {
    if [ -e "$JOBS/$1.pid" ] && claim "$1"; then
        # The runner is stuck with the command; it ends once it finds the claim taken.
        /usr/lib/guest/runner &
        echo "dropped $1" >&3
    fi
}

serve() {
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
            *) echo "agent: unknown request '$verb'" >&2 ;;
            esac
        else
            usleep 10000
        fi
    done
}

mkdir -p "$JOBS"
mkfifo /run/queue
read -r boot </proc/sys/kernel/random/boot_id
find_port || exec sh
# The port can be opened only once, so the runner inherits it.
exec 3<>"$port" 4<>/run/queue
# A pipeline only to have both at once: what a shell starts with '&' cannot be stopped with Ctrl-C.
serve | /usr/lib/guest/runner
