#!/usr/bin/env bash
# Keys that people control, through the aws CLI, as a user types it. The endpoint and root's key are in the environment.
# Prints "ok" or "FAILED" for each story; the exit status is 0 only when all hold.
set -u -o pipefail
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "$0")/words.sh"

# key [POLICY]: a new key; prints its ARN.
key() { aws kms create-key ${1:+--policy "$1"} --query KeyMetadata.Arn --output text; }
root_may() { echo "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::$account:root\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}"; }
# A secret of a key, and a user whose own policy allows everything about secrets, and of keys what is given.
reader() { user "$1" "$(document "$(allow 'secretsmanager:*' '*')" "$(allow "${2:-sts:GetCallerIdentity}" '*')")"; }
# Version 1 of the CLI takes blobs as they are, and version 2 in base64: from a file both take them as they are.
encrypt() {
  local plain
  plain="$(mktemp --tmpdir="$work")"
  printf %s "$2" >"$plain"
  aws kms encrypt --key-id "$1" --plaintext "fileb://$plain" "${@:3}" --query CiphertextBlob --output text
}
decrypt() {
  local blob
  blob="$(mktemp --tmpdir="$work")"
  printf %s "$1" | base64 --decode >"$blob"
  aws kms decrypt --ciphertext-blob "fileb://$blob" "${@:2}" --query Plaintext --output text | base64 --decode
}
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

under_an_alias() (
  arn="$(key)" && aws kms create-alias --alias-name "alias/$own-app" --target-key-id "${arn##*/}"
  secret "$own/app" s3cret --kms-key-id "alias/$own-app" >/dev/null
  is "$(value "$own/app")" s3cret &&
    is "$(aws secretsmanager describe-secret --secret-id "$own/app" --query KmsKeyId --output text)" "alias/$own-app" &&
    is "$(aws secretsmanager list-secret-version-ids --secret-id "$own/app" --query 'Versions[0].KmsKeyIds[0]' --output text)" "$arn"
)
denied_by_the_key() (
  who="$(reader "$own-denied" 'kms:*')"
  denies="{\"Effect\": \"Deny\", \"Principal\": {\"AWS\": \"arn:aws:iam::$account:user/$own-denied\"}, \"Action\": \"kms:Decrypt\", \"Resource\": \"*\"}"
  arn="$(key)" && secret "$own/denied" x --kms-key-id "$arn" >/dev/null
  (become "$who" && is "$(value "$own/denied")" x) || return 1
  aws kms put-key-policy --key-id "$arn" --policy "$(document "$(root_may)" "$denies")"
  become "$who"
  refused "(AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed" value "$own/denied"
)
switched_off_and_on() (
  arn="$(key)" && secret "$own/switched" x --kms-key-id "$arn" >/dev/null
  aws kms disable-key --key-id "$arn"
  refused DecryptionFailure value "$own/switched" || return 1
  refused EncryptionFailure aws secretsmanager put-secret-value --secret-id "$own/switched" --secret-string y || return 1
  aws kms enable-key --key-id "$arn"
  is "$(value "$own/switched")" x
)
granted() (
  arn="$(key)" && secret "$own/granted" x --kms-key-id "$arn" >/dev/null
  who="$(reader "$own-granted")"
  (become "$who" && refused "Access to KMS is not allowed" value "$own/granted") || return 1
  grant="$(aws kms create-grant --key-id "$arn" --operations Decrypt --query GrantId --output text \
    --grantee-principal "arn:aws:iam::$account:user/$own-granted")"
  (become "$who" && is "$(value "$own/granted")" x) || return 1
  aws kms revoke-grant --key-id "$arn" --grant-id "$grant"
  become "$who"
  refused "Access to KMS is not allowed" value "$own/granted"
)
rotated() (
  arn="$(key)" && secret "$own/rotated" old --kms-key-id "$arn" >/dev/null
  sealed="$(encrypt "$arn" before)"
  aws kms rotate-key-on-demand --key-id "$arn" >/dev/null
  is "$(value "$own/rotated")" old && is "$(decrypt "$sealed")" before || return 1
  aws secretsmanager put-secret-value --secret-id "$own/rotated" --secret-string new >/dev/null
  is "$(value "$own/rotated")" new &&
    is "$(aws secretsmanager get-secret-value --secret-id "$own/rotated" --version-stage AWSPREVIOUS --query SecretString --output text)" old &&
    is "$(aws kms list-key-rotations --key-id "$arn" --query 'Rotations[0].RotationType' --output text)" ON_DEMAND
)
through_secrets_manager_only() (
  who="$(reader "$own-via")"
  via="{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::$account:user/$own-via\"}, \"Action\": \"kms:Decrypt\", \"Resource\": \"*\",
    \"Condition\": {\"StringEquals\": {\"kms:ViaService\": \"secretsmanager.$AWS_REGION.amazonaws.com\"}}}"
  arn="$(key "$(document "$(root_may)" "$via")")" && secret "$own/via" x --kms-key-id "$arn" >/dev/null
  sealed="$(encrypt "$arn" direct)"
  become "$who"
  is "$(value "$own/via")" x && refused AccessDeniedException decrypt "$sealed"
)
wrong_context() (
  arn="$(key)" && sealed="$(encrypt "$arn" hello --encryption-context team=red)"
  is "$(decrypt "$sealed" --encryption-context team=red)" hello &&
    refused InvalidCiphertextException decrypt "$sealed" --encryption-context team=Red &&
    refused InvalidCiphertextException decrypt "$sealed"
)
to_another_key() (
  first="$(key)" second="$(key)"
  secret "$own/moved" x --kms-key-id "$first" >/dev/null
  aws secretsmanager update-secret --secret-id "$own/moved" --kms-key-id "$second" >/dev/null
  aws kms disable-key --key-id "$first"
  is "$(value "$own/moved")" x &&
    is "$(aws secretsmanager list-secret-version-ids --secret-id "$own/moved" --query 'Versions[0].KmsKeyIds[0]' --output text)" "$second"
)
deleted_and_saved() (
  arn="$(key)" && secret "$own/deleted" x --kms-key-id "$arn" >/dev/null
  aws kms schedule-key-deletion --key-id "$arn" --pending-window-in-days 7 >/dev/null
  refused DecryptionFailure value "$own/deleted" && refused "$arn is pending deletion." encrypt "$arn" x || return 1
  aws kms cancel-key-deletion --key-id "$arn" >/dev/null && aws kms enable-key --key-id "$arn"
  is "$(value "$own/deleted")" x
)
lockout() (
  nobody="$(document '{"Effect": "Allow", "Principal": {"AWS": "'"arn:aws:iam::$account:root"'"}, "Action": "kms:Encrypt", "Resource": "*"}')"
  refused "The new key policy will not allow you to update the key policy in the future." key "$nobody"
)

story "a secret under a key that an alias names tells its key and reads" under_an_alias
story "a Deny in the key's policy refuses the read" denied_by_the_key
story "a disabled key seals and opens nothing, and an enabled one all again" switched_off_and_on
story "a grant lets a user read, until it is revoked" granted
story "after a rotation old and new versions read" rotated
story "a key can be left to Secrets Manager alone" through_secrets_manager_only
story "another encryption context opens nothing" wrong_context
story "a secret goes to another key, with its current version" to_another_key
story "a key that is about to be deleted can be saved" deleted_and_saved
story "a key policy that locks its author out is refused" lockout
exit "$failed"
