#!/usr/bin/env bash
# `make lint`: format, lints, and what deny.toml says of the dependencies.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
need_rust

say "Format"
cargo fmt --all --check
say "Lints"
cargo clippy --workspace --all-targets
say "Shell scripts"
bash -n scripts/*.sh e2e/cli/*.sh
say "Dependencies"
if ! cargo deny --version >/dev/null 2>&1; then
  echo "deny.toml was not checked: please run \`cargo install --locked cargo-deny\` first." >&2
  exit 1
fi
cargo deny check bans licenses sources
