# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# The virtual environment in build/venv, and what is installed in it.

# Debian's own, whatever else is first in the PATH: the extension module is built for this one.
system_python=/usr/bin/python3

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }

make_venv() { rm -rf "$venv" && "$system_python" -m venv "$venv"; }

# ensure_venv GROUP: the environment with the requirements of a group, as pyproject.toml lists them.
ensure_venv() {
  local group=$1 requirements stamp want
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    run_logged venv "making a virtual environment" make_venv || return
  fi
  mapfile -t requirements < <("$venv/bin/python" "$root/scripts/lib/requirements.py" "$group" "$root/pyproject.toml")
  [ ${#requirements[@]} -gt 0 ] || die "pyproject.toml lists nothing for '$group'"
  stamp=$venv/installed-$group
  want=$(printf '%s\n' "$("$venv/bin/python" --version)" "${requirements[@]}")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then
    say python "all ${#requirements[@]} requirements are installed"
    return
  fi
  run_logged pip "installing ${#requirements[@]} Python requirements" pip install "${requirements[@]}" || return
  printf '%s\n' "$want" >"$stamp"
}

install_package() {
  pip install --no-build-isolation --no-deps --config-settings=build-dir="$build/python" \
    --config-settings=cmake.define.CMAKE_CXX_COMPILER_LAUNCHER=ccache --editable "$root"
}

# The package itself, from the tree: its Python files are used where they are, the extension module is
# built anew when something that goes into it changed.
ensure_package() {
  local stamp=$venv/package want
  want=$(hash_of CMakeLists.txt cmake core backends daemon python/src pyproject.toml python/CMakeLists.txt)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && "$venv/bin/python" -c 'import vhost_device' 2>/dev/null; then
    say package "is up to date"
    return
  fi
  run_logged package "building the Python package" install_package || return
  printf '%s\n' "$want" >"$stamp"
}
