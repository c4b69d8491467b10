#!/usr/bin/env bash
# Builds what is measured and what measures it, then prints the speed table. Arguments go to keepwell-bench:
#   benches/run.sh --rows P1,P2 --rounds 5 --seconds 2 --scale 1.0
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
work="${BENCH_WORK_DIR:-.test/bench}"
venv=.test/bench-venv
moto_version=5.2.5

mkdir -p "$work"
# What is shipped is what is measured.
cargo build --profile dist -p keepwell
cargo build --release -p keepwell-benches
# In a target folder of its own: a server without a trail must never lie where the shipped one is looked for.
cargo build --profile dist -p keepwell --features bench-null-trail --target-dir "$target/bench-null-trail"

if [ ! -x "$venv/bin/moto_server" ]; then
    # Without it row P16 is not run, and says so.
    { python3 -m venv "$venv" && "$venv/bin/pip" --quiet install "moto[server]==$moto_version"; } ||
        echo "moto_server could not be installed; P16 will not run" >&2
fi

exec "$target/release/keepwell-bench" \
    --keepwell "$target/dist/keepwell" \
    --keepwell-trail-off "$target/bench-null-trail/dist/keepwell" \
    --moto-server "$venv/bin/moto_server" \
    --work-dir "$work" \
    "$@"
