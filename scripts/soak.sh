#!/usr/bin/env bash
# `make soak`: the long campaigns. soak.sh ROUNDS CASES DECISIONS [SEED]
#   ROUNDS     how often a server under load is killed
#   CASES      how many cases each property is tried with
#   DECISIONS  how many cases the two policy evaluators are held against each other in
#   SEED       repeats a campaign; without it one is drawn and printed
set -euo pipefail
source "$(dirname "$0")/setup.sh"

rounds=$1 cases=$2 decisions=$3 seed=${4:-}
seed=${seed:-$(date +%s)}
need cc build-essential
need_databases
need_rust
need_python
export PATH="$venv/bin:$PATH"
echo "rounds: $rounds, cases: $cases, decisions: $decisions, seed: $seed"

say "Properties"
# The package `proptest` reads both from the environment.
PROPTEST_CASES="$cases" PROPTEST_RNG_SEED="$seed" cargo test --quiet

say "Decisions"
CASES="$decisions" SEED="$seed" cargo test --quiet --release --package keepwell-policy --test decisions -- --nocapture

say "Kills"
cargo build --quiet --package keepwell
E2E_BINARY="$target_dir/debug/keepwell" SOAK_ROUNDS="$rounds" SOAK_SEED="$seed" \
  python -m pytest -q -s --rootdir e2e/python e2e/python/test_crash.py

say "Rotations"
E2E_BINARY="$target_dir/debug/keepwell" SOAK_ROUNDS=1 SOAK_SEED="$seed" \
  python -m pytest -q -s --rootdir e2e/python e2e/python/test_rotation_invariants.py

say "The root key in a TPM"
scripts/soak-tpm.sh

echo "soak: $rounds kills, $cases cases a property, $decisions decisions, seed $seed: all well"
