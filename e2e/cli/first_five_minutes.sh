#!/usr/bin/env bash
# The README's first sections, exactly as printed: the first `sh` block is typed in one shell, all that follow in
# another. Nothing but the folder and the port is turned elsewhere, through the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="$(mktemp --directory)"
for variable in "${!AWS_@}"; do
  unset "$variable"
done
export KEEPWELL_DATA_DIR="$folder/data" KEEPWELL_LISTEN=127.0.0.1:0 AWS_PAGER=""
server=""
stop() {
  # The first shell runs `make`, which runs the server: both are of one process group of its own.
  [ -z "$server" ] || kill -TERM -- "-$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT

# Each `sh` block of these sections becomes a file: block-1, block-2, ...
awk -v out="$folder/block-" '
  /^## / { inside = /First five minutes|Who may do what|Keys of your own|Functions|Passwords that change themselves/ }
  inside && /^```sh$/ { block++; next_line = 1; writing = 1; next }
  /^```$/ { writing = 0 }
  writing { print > (out block) }
' README.md
if [ ! -s "$folder/block-2" ]; then
  echo "FAILED  README.md has no section 'First five minutes' with two sh blocks"
  exit 1
fi

set -m
bash -e "$folder/block-1" >"$folder/server.log" 2>&1 &
server=$!
set +m
for _ in $(seq 3000); do
  url="$(cat "$folder/data/endpoint" 2>/dev/null || true)"
  if [ -n "$url" ] && curl --silent --fail --output /dev/null "${url%/}/ready"; then
    break
  fi
  if ! kill -0 "$server" 2>/dev/null; then
    break
  fi
  sleep 0.2
done

find "$folder" -name 'block-*' | sort --version-sort | tail --lines=+2 | xargs cat >"$folder/typed"
failed=0
if bash -e -o pipefail "$folder/typed" >"$folder/seen" 2>&1; then
  echo "ok      every command of the README's first five minutes succeeds"
else
  cat "$folder/seen" "$folder/server.log"
  echo "FAILED  every command of the README's first five minutes succeeds"
  failed=1
fi
# What a reader is promised to see, in this order.
promised='arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-.*\\"password\\":\\"one\\".*AWSPREVIOUS.*"password":"one".*prod/db *\|.*DeletionDate.*assumed-role/reports/monday.*three.*AccessDenied.*refused, as it should be.*role/reports.*DecryptionFailure.*sealed while its key is off.*four.*a secret of 5 letters.*START RequestId.*reading prod/reports.*GetSecretValue.*public_key.*AWSCURRENT.*rotation 1, asked for.*succeeded'
if tr '\n' ' ' <"$folder/seen" | grep --quiet --extended-regexp "$promised"; then
  echo "ok      they show what the README promises"
else
  cat "$folder/seen"
  echo "FAILED  they show what the README promises"
  failed=1
fi
exit $failed
