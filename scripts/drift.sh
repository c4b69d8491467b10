#!/usr/bin/env bash
# `make drift`: what the newest botocore knows of the service that the server lacks.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
need cc build-essential
need_rust
need_python

newest="$(mktemp --directory --tmpdir keepwell-drift.XXXXXX)"
trap 'rm -rf "$newest"' EXIT
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$newest" botocore
"$venv/bin/python" e2e/python/drift.py "$newest"
