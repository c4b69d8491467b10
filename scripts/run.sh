#!/usr/bin/env bash
# `make run`: builds the server and starts it. Python functions find boto3, as in AWS's own runtime.
set -euo pipefail
cd "$(dirname "$0")/.."
target_dir="${CARGO_TARGET_DIR:-target}"
boto3=1.44.5

cargo build --quiet --package keepwell

# Whoever names packages of his own wants no others.
if [ -z "${KEEPWELL_FUNCTIONS_RUNTIMES_PYTHON_LIBRARIES:-}" ] && ! grep --quiet --no-messages 'runtimes\.python' keepwell.toml; then
  packages="$target_dir/functions/python-boto3-$boto3"
  if [ ! -d "$packages" ]; then
    rm -rf "$packages.next"
    if python3 -m pip install --quiet --disable-pip-version-check --target "$packages.next" "boto3==$boto3"; then
      mv "$packages.next" "$packages"
    else
      echo "boto3 cannot be installed (is there a python3 with pip?): Python functions that import it will fail." >&2
    fi
  fi
  if [ -d "$packages" ]; then
    KEEPWELL_FUNCTIONS_RUNTIMES_PYTHON_LIBRARIES="$(realpath "$packages")"
    export KEEPWELL_FUNCTIONS_RUNTIMES_PYTHON_LIBRARIES
  fi
fi

echo "In another shell:  eval \"\$($target_dir/debug/keepwell env)\""
exec "$target_dir/debug/keepwell" serve "$@"
