#!/usr/bin/env bash
# Part of `make soak`: the root key in the custody of a TPM, which is a program here. Nothing of this machine's own TPM is
# touched.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

need cc build-essential
need swtpm swtpm
need tpm2_flushcontext tpm2-tools
need tpm2_ptool libtpm2-pkcs11-tools libtpm2-pkcs11-1
need_rust
install_missing_packages

module="$(find /usr/lib -name libtpm2_pkcs11.so.1 -print -quit)"
if [ -z "$module" ]; then
  echo "Please install what Debian calls libtpm2-pkcs11-1." >&2
  exit 1
fi
cargo build --quiet --package keepwell-custody --example token_round

place="$(mktemp --directory --tmpdir keepwell-tpm.XXXXXX)"
mkdir "$place/state" "$place/store" "$place/tools"
swtpm socket --tpm2 --tpmstate "dir=$place/state" --server "type=unixio,path=$place/tpm" \
  --ctrl "type=unixio,path=$place/tpm.ctrl" --flags not-need-init,startup-clear >"$place/tpm.log" 2>&1 &
tpm=$!
trap 'kill "$tpm"; rm -rf "$place"' EXIT
for _ in {1..100}; do
  [ ! -S "$place/tpm" ] || [ ! -S "$place/tpm.ctrl" ] || break
  sleep 0.1
done
export TPM2TOOLS_TCTI="swtpm:path=$place/tpm" TPM2_PKCS11_TCTI="swtpm:path=$place/tpm"
export TPM2_PKCS11_STORE="$place/store"

# Three objects fit into a TPM. Each tool leaves what it has loaded, which nobody takes away when there is no resource
# manager, so that each is followed by a broom.
for tool in /usr/bin/tpm2_*; do
  if [ "$(basename "$tool")" != tpm2_ptool ]; then
    printf '#!/bin/sh\n%s "$@"\nstatus=$?\n/usr/bin/tpm2_flushcontext -t\nexit $status\n' "$tool" \
      >"$place/tools/$(basename "$tool")"
  fi
done
chmod +x "$place"/tools/*

say "A TPM"
set_up() {
  local PATH="$place/tools:$PATH"
  tpm2_ptool init && tpm2_ptool addtoken --pid 1 --label soak --userpin right-1234 --sopin security-officer
}
set_up >"$place/log" 2>&1 || { cat "$place/log"; exit 1; }

round=("$target_dir/debug/examples/token_round" "$module" soak "keepwell root")
told="$(printf right-1234 | "${round[@]}" 2>"$place/log")" || { cat "$place/log"; exit 1; }
echo "$told"
grep --quiet 'RSA-OAEP with SHA-256' <<<"$told"
if told="$(printf wrong-1234 | "${round[@]}" 2>&1)"; then
  echo "a wrong PIN was taken"
  exit 1
fi
grep --quiet PinWrong <<<"$told"
echo "soak: a root key went into a TPM and came back"
