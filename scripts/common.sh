# shellcheck shell=bash disable=SC2034
# Sourced by the scripts: where things are.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
cache=${XDG_CACHE_HOME:-$HOME/.cache}/veltair
jobs=$(nproc)
# One Python environment for each state of the list of packages, shared by all
# clones of the project.
venv=$cache/python-$(sha256sum "$root/scripts/py/requirements.txt" | cut -c1-12)
python=$venv/bin/python

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
