#!/usr/bin/env bash
# `make test`: all that must hold for every change. The last line counts the tests; nothing is skipped in silence.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

logs="$(mktemp --directory --tmpdir keepwell-test.XXXXXX)"
trap 'rm -rf "$logs"' EXIT
total_passed=0
total_failed=0
failed_suites=()

# suite NAME COUNT COMMAND...: runs the command and adds up what COUNT finds in its output ("passed failed").
# A suite that fails without a failed test, or that ran none, counts as one failure.
suite() {
  local name=$1 count=$2 log="$logs/$1.log" status=0 passed failed began=$SECONDS
  shift 2
  say "$name"
  "$@" 2>&1 | tee "$log" || status=$?
  read -r passed failed < <("$count" "$log")
  if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
    echo "$name ended with status $status after $passed passed tests."
    failed=1
  fi
  if [ "$failed" -gt 0 ]; then
    failed_suites+=("$name")
  fi
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  echo "-- $name: $passed passed, $failed failed, $((SECONDS - began)) s"
}

# How each runner tells what it did. What it left out counts as failed.
count_cargo() {
  sed -nE 's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored.*/\1 \2 \3/p' "$1" |
    awk '{ passed += $1; failed += $2 + $3 } END { print passed + 0, failed + 0 }'
}
count_pytest() {
  grep -E '^=* ?[0-9]+ (passed|failed|error|skipped).* in [0-9.]+s' "$1" | tail -1 | grep -oE '[0-9]+ [a-z]+' |
    awk '$2 == "passed" { passed += $1 } $2 ~ /^(failed|error|skipped|xfailed|xpassed)/ { failed += $1 }
         END { print passed + 0, failed + 0 }'
}
count_node() {
  awk '$1 == "#" && $2 == "pass" { passed = $3 } $1 == "#" && $2 ~ /^(fail|cancelled|skipped|todo)$/ { failed += $3 }
       END { print passed + 0, failed + 0 }' "$1"
}
count_shell() {
  awk '/^ok[ :]/ { passed++ } /^FAILED[ :]/ { failed++ } END { print passed + 0, failed + 0 }' "$1"
}
count_step() {
  awk '/^step ok$/ { passed++ } END { print passed + 0, 0 }' "$1"
}
step() { "$@" && echo "step ok"; }
# What a command said that ran beside others, and how it ended.
told() { cat "$1" && return "$2"; }

export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never
need cc build-essential
need curl curl
need mount mount
need softhsm2-util softhsm2
need zip zip
need_databases
need_rust
need_python
need_python_of_functions
need_node
export PATH="$venv/bin:$PATH"

suite format count_step step cargo fmt --all --check
suite build count_step step cargo build --package keepwell --package keepwell-e2e-bootstrap
export E2E_BINARY="$target_dir/debug/keepwell"

suite rust count_cargo cargo test --quiet --no-fail-fast

mkdir "$logs/shapes"
# Without its file a service fails the shapes test.
for service in secretsmanager iam kms sts lambda logs cloudtrail; do
  cargo run --quiet --package "keepwell-$service" --example shapes >"$logs/shapes/$service.json" || true
done
export E2E_SHAPES="$logs/shapes"
suite python count_pytest python -m pytest -q --numprocesses 4 --rootdir e2e/python e2e/python
# The lints are looked at beside what follows, which mostly waits.
nice -n 10 cargo clippy --quiet --workspace --all-targets >"$logs/lints" 2>&1 &
lints=$!
suite cli count_shell python e2e/python/server.py e2e/cli/stories.sh
suite cli-access count_shell python e2e/python/server.py e2e/cli/access.sh
suite cli-keys count_shell python e2e/python/server.py e2e/cli/keys.sh
suite cli-functions count_shell python e2e/python/server.py e2e/cli/functions.sh
suite cli-rotation count_shell python e2e/python/server.py python e2e/python/databases.py e2e/cli/rotation.sh
suite first-five-minutes count_shell e2e/cli/first_five_minutes.sh
# Tutorials that came with the product's design run as they are, where they lie beside this folder.
acceptance="${ACCEPTANCE_DIR:-../shared/acceptance}"
# tutorial NAME LENDER...: what lends must be there before the tutorial runs.
tutorial() {
  local name=$1
  shift
  if [ -f "$acceptance/$name.sh" ]; then
    suite "$name" count_shell "$@" e2e/cli/acceptance.sh "$acceptance/$name.sh"
  else
    say "No $name.sh in $acceptance: this tutorial as handed over is not run"
  fi
}
tutorial walk-through python e2e/python/server.py
tutorial rotate-mysql python e2e/python/server.py python e2e/python/databases.py
suite node count_node python e2e/python/server.py node --test --test-reporter tap e2e/node/
suite rust-sdk count_cargo python e2e/python/server.py cargo test --quiet --package keepwell-e2e
lints_status=0
wait "$lints" || lints_status=$?
suite clippy count_step step told "$logs/lints" "$lints_status"

say "All suites, $((SECONDS / 60)) min $((SECONDS % 60)) s"
if [ ${#failed_suites[@]} -gt 0 ]; then
  echo "Failed: ${failed_suites[*]}"
fi
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" -eq 0 ]
