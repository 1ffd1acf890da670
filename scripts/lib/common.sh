# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# What the scripts share: where things are, and how a long command is run and shown.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build
logs=$build/logs
venv=$build/venv
export LC_ALL=C.UTF-8
# What one clone has compiled, another need not compile again.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

# How often a command that takes long says that it goes on, where there is no terminal to rewrite.
heartbeat_s=20
# Lines of a failed command's output that are shown.
shown_lines=30

die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

say() { printf '  %-10s %s\n' "$1" "$2"; }

# Shows that a command goes on, until it is killed. A builtin waits, so that nothing is left behind.
show_progress() {
  local name=$1 what=$2 log=$3 start=$SECONDS last never
  exec {never}<> <(:)
  while ! read -r -t 1 -u "$never"; do
    if [ -t 1 ]; then
      last=$(tail -n 1 "$log" 2>/dev/null | tr -cd '[:print:]')
      printf '\r\033[K  %-10s %s %d s  \033[2m%.50s\033[0m' "$name" "$what" $((SECONDS - start)) "$last"
    elif (((SECONDS - start) % heartbeat_s == 0)); then
      say "$name" "$what, $((SECONDS - start)) s so far"
    fi
  done
}

progress_pid=
stop_progress() {
  [ -n "$progress_pid" ] || return 0
  kill "$progress_pid" 2>/dev/null || true
  wait "$progress_pid" 2>/dev/null || true
  progress_pid=
  if [ -t 1 ]; then printf '\r\033[K'; fi
}
trap stop_progress EXIT

# run_logged NAME WHAT COMMAND...: runs a command with its output in build/logs/NAME.log, says when it
# is done and how long it took, and shows the end of the output if it fails.
run_logged() {
  local name=$1 what=$2 log=$logs/$1.log start=$SECONDS status=0
  shift 2
  mkdir -p "$logs"
  : >"$log"
  show_progress "$name" "$what" "$log" &
  progress_pid=$!
  # In the foreground, so that Ctrl-C reaches it.
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  stop_progress
  if [ "$status" -ne 0 ]; then
    say "$name" "$what: failed with status $status"
    tail -n "$shown_lines" "$log" | sed 's/^/    | /'
    say "" "(all of it: ${log#"$root"/})"
    return "$status"
  fi
  say "$name" "$what: done in $((SECONDS - start)) s"
}

# hash_of FILE...: one hash for the names and contents of files and folders.
hash_of() {
  (cd "$root" && find "$@" -type f -not -path '*/__pycache__/*' -print0 | sort -z |
    xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}
