# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# The program that ours is compared with: rust-vmm's vhost-device-i2c. Source common.sh first.

peer_name=vhost-device-i2c
peer_version=0.1.0
peer_root=$build/peer

# ensure_peer: builds it into build/peer unless this version is there, and prints the program's path.
# What is said on the way goes to standard error.
ensure_peer() {
  local program=$peer_root/bin/$peer_name
  if ! [ -x "$program" ] || ! grep -qsF "\"$peer_name $peer_version " "$peer_root/.crates.toml"; then
    command -v cargo >/dev/null ||
      die "the peer, rust-vmm's $peer_name $peer_version, is built by cargo, which is not here; install Rust with cargo"
    run_logged peer "building rust-vmm's $peer_name $peer_version" \
      cargo install --force --root "$peer_root" --locked "$peer_name@$peer_version" >&2
  fi
  printf '%s\n' "$program"
}
