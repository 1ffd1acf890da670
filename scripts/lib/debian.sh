# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Debian's packages: which are missing, and how they get here.

# as_root COMMAND...
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# check_root PURPOSE: makes sure that as_root works, asking for a password if it must.
check_root() {
  [ "$(id -u)" = 0 ] && return
  local remedy="run this script as root once, or install them with: apt-get install --no-install-recommends ${missing[*]}"
  command -v sudo >/dev/null || die "$1 needs root, and there is no sudo; $remedy"
  if [ -t 0 ]; then sudo -v; else sudo -n true; fi || die "$1 needs root, and sudo refused; $remedy"
}

# list_packages FILE...: the names in the lists.
list_packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

# Sets `missing` to those of the packages that are not installed.
find_missing() {
  local package installed
  # It fails when one of them is unknown to dpkg, which is just what is asked here.
  installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null | sed -n 's/^.i //p') || true
  missing=()
  for package in "$@"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
  done
}

update_lists() {
  # A source that has nothing to do with us may be broken; whether ours work shows when they are used.
  as_root apt-get -o Acquire::Retries=3 update || echo "apt-get update failed; going on with what there is"
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}

# ensure_packages FILE...: installs what is missing of the packages in the lists.
ensure_packages() {
  local names
  mapfile -t names < <(list_packages "$@")
  find_missing "${names[@]}"
  if [ ${#missing[@]} -eq 0 ]; then
    say packages "all ${#names[@]} are installed"
    return
  fi
  check_root "installing packages"
  run_logged update "reading Debian's package lists" update_lists
  run_logged packages "installing ${#missing[@]} Debian packages" install_packages "${missing[@]}"
}

# The guest is built from packages that are downloaded, not installed: apt must know them.
ensure_lists() {
  apt-cache show linux-image-amd64 >/dev/null 2>&1 && return
  missing=()
  check_root "reading Debian's package lists"
  run_logged update "reading Debian's package lists" update_lists
}
