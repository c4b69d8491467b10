#!/usr/bin/env bash
# Runs a tutorial as it was handed over, unchanged, in an empty folder. The endpoint and a key are in the environment.
set -euo pipefail
tutorial="$(realpath "$1")"
folder="$(mktemp --directory)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
bash "$tutorial"
