#!/usr/bin/env bash
# Stories lived through the aws CLI, as a user types them. The endpoint, the key and the region are in the environment.
# Prints "ok" or "FAILED" for each story; the exit status is 0 only when all hold.
set -u
export AWS_PAGER="" LC_ALL=C.UTF-8
secret="cli/$$-$(date +%s%N)"
folder="$(mktemp --directory)"
trap 'rm -rf "$folder"' EXIT
failed=0

sm() { aws secretsmanager "$@" 2>&1; }
story() {
  local title=$1
  shift
  if "$@"; then echo "ok      $title"; else echo "FAILED  $title"; failed=1; fi
}
is() { [ "$1" = "$2" ] || { printf 'expected: %s\nfound:    %s\n' "$2" "$1"; return 1; }; }
# refused TEXT COMMAND...: the service refuses (the CLI's exit status is 254 in version 2, 255 in 1) with this text.
refused() {
  local text=$1 said status=0
  shift
  said="$("$@")" || status=$?
  [[ $status =~ ^25[45]$ && $said == *"$text"* ]] || { echo "status $status: ${said:0:1000}"; return 1; }
}

create() {
  sm create-secret --name "$secret" --description "from the shell" --secret-string '{"user":"app","password":"one"}' \
    --tags Key=Project,Value=Lab Key=Env,Value=Dev >"$folder/created" &&
    is "$(sm describe-secret --secret-id "$secret" --query 'Tags[].Key' --output text)" $'Project\tEnv'
}
read_back() {
  is "$(sm get-secret-value --secret-id "$secret" --query SecretString --output text)" '{"user":"app","password":"one"}'
}
by_arn() {
  local arn
  arn="$(sm describe-secret --secret-id "$secret" --query ARN --output text)"
  is "$(sm get-secret-value --secret-id "$arn" --query Name --output text)" "$secret"
}
put_and_look_back() {
  sm put-secret-value --secret-id "$secret" --secret-string two >/dev/null
  is "$(sm get-secret-value --secret-id "$secret" --query SecretString --output text)" two &&
    is "$(sm get-secret-value --secret-id "$secret" --version-stage AWSPREVIOUS --query SecretString --output text)" \
      '{"user":"app","password":"one"}' &&
    is "$(sm describe-secret --secret-id "$secret" --query 'length(VersionIdsToStages)')" 2
}
roll_back() {
  local versions='Versions[?contains(VersionStages, `%s`)].VersionId | [0]' current previous
  # shellcheck disable=SC2059
  current="$(sm list-secret-version-ids --secret-id "$secret" --output text --query "$(printf "$versions" AWSCURRENT)")"
  # shellcheck disable=SC2059
  previous="$(sm list-secret-version-ids --secret-id "$secret" --output text --query "$(printf "$versions" AWSPREVIOUS)")"
  sm update-secret-version-stage --secret-id "$secret" --version-stage AWSCURRENT \
    --move-to-version-id "$previous" --remove-from-version-id "$current" >/dev/null
  is "$(sm get-secret-value --secret-id "$secret" --query VersionId --output text)" "$previous"
}
value_from_file() {
  printf 'line one\nline two — ünïcode\n' >"$folder/value"
  sm update-secret --secret-id "$secret" --secret-string "file://$folder/value" >/dev/null
  is "$(sm get-secret-value --secret-id "$secret" --query SecretString --output text)" "$(cat "$folder/value")"
}
binary_from_file() {
  head -c 4096 /dev/urandom >"$folder/binary"
  sm put-secret-value --secret-id "$secret" --secret-binary "fileb://$folder/binary" >/dev/null
  sm get-secret-value --secret-id "$secret" --query SecretBinary --output text | base64 --decode |
    cmp - "$folder/binary"
}
list_all_pages() {
  local number
  for number in 1 2 3 4 5; do
    sm create-secret --name "$secret/page/$number" --secret-string "$number" >/dev/null
  done
  is "$(sm list-secrets --filters "Key=name,Values=$secret/page" --page-size 2 --query 'length(SecretList)')" 5
}
batch() {
  is "$(sm batch-get-secret-value --secret-id-list "$secret/page/2" "$secret/page/1" \
    --query 'SecretValues[].SecretString' --output text)" $'2\t1'
}
tag_and_untag() {
  sm tag-resource --secret-id "$secret" --tags Key=Env,Value=Prod Key=New,Value=x >/dev/null &&
    sm untag-resource --secret-id "$secret" --tag-keys Project >/dev/null &&
    is "$(sm describe-secret --secret-id "$secret" --query 'Tags[].Value' --output text)" $'Prod\tx'
}
resource_policy() {
  local policy='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":PRINCIPAL,"Action":"secretsmanager:GetSecretValue","Resource":"*"}}'
  local public="${policy/PRINCIPAL/\"*\"}" service="${policy/PRINCIPAL/{\"Service\":\"lambda.amazonaws.com\"\}}"
  is "$(sm validate-resource-policy --secret-id "$secret" --resource-policy "$public" \
    --query PolicyValidationPassed --output text)" False &&
    refused "(PublicPolicyException)" \
      sm put-resource-policy --secret-id "$secret" --resource-policy "$public" --block-public-policy &&
    sm put-resource-policy --secret-id "$secret" --resource-policy "$service" >/dev/null &&
    is "$(sm get-resource-policy --secret-id "$secret" --query ResourcePolicy --output text)" "$service" &&
    sm delete-resource-policy --secret-id "$secret" >/dev/null &&
    is "$(sm get-resource-policy --secret-id "$secret" --query ResourcePolicy --output text)" None
}
password() {
  local made
  made="$(sm get-random-password --password-length 40 --exclude-punctuation --query RandomPassword --output text)"
  [[ $made =~ ^[A-Za-z0-9]{40}$ ]]
}
other_region() {
  refused "Secrets Manager can't find the specified secret." \
    sm get-secret-value --secret-id "$secret" --region eu-west-1
}
region_not_served() {
  refused InvalidSignatureException sm list-secrets --region af-south-1
}
missing() {
  refused "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: \
Secrets Manager can't find the specified secret." sm get-secret-value --secret-id "$secret/absent"
}
twice() {
  refused "(ResourceExistsException)" sm create-secret --name "$secret" --secret-string again
}
wrong_key() {
  AWS_SECRET_ACCESS_KEY=wrong refused "(InvalidSignatureException)" sm list-secrets
}
delete_and_restore() {
  sm delete-secret --secret-id "$secret" --recovery-window-in-days 7 >/dev/null &&
    refused "because it was marked for deletion" sm get-secret-value --secret-id "$secret" &&
    sm restore-secret --secret-id "$secret" >/dev/null && sm get-secret-value --secret-id "$secret" >/dev/null
}
delete_for_good() {
  sm delete-secret --secret-id "$secret" --force-delete-without-recovery >/dev/null &&
    refused "(ResourceNotFoundException)" sm describe-secret --secret-id "$secret" &&
    sm create-secret --name "$secret" --secret-string "the name is free" >/dev/null
}

story "a secret with tags is created" create
story "its value is read" read_back
story "it is found by its ARN" by_arn
story "a new value becomes current and the old one is kept" put_and_look_back
story "a rollback brings the old one back" roll_back
story "a value comes from a file" value_from_file
story "binary comes from a file and back" binary_from_file
story "list-secrets follows its pages" list_all_pages
story "a batch answers in the order asked" batch
story "tags are changed" tag_and_untag
story "a resource policy is validated, put, read and taken away" resource_policy
story "a random password is made" password
story "another region knows nothing of it" other_region
story "a region that is not served is refused" region_not_served
story "a missing secret is told as such" missing
story "a second secret of the name is refused" twice
story "a wrong key is refused" wrong_key
story "a deleted secret is restored" delete_and_restore
story "a deletion by force frees the name" delete_for_good
exit $failed
