# The words that the stories with the aws CLI are told in. To be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # The stories use what is set here.
export AWS_PAGER="" LC_ALL=C.UTF-8
own="cli-$$-$(date +%s%N)"
account="$(aws sts get-caller-identity --query Account --output text)"
root_key="$AWS_ACCESS_KEY_ID" root_secret="$AWS_SECRET_ACCESS_KEY"
failed=0

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
  said="$("$@" 2>&1)" || status=$?
  [[ $status =~ ^25[45]$ && $said == *"$text"* ]] || { echo "status $status: ${said:0:1000}"; return 1; }
}
# document STATEMENT...: a policy.
document() { local IFS=,; echo "{\"Version\": \"2012-10-17\", \"Statement\": [$*]}"; }
allow() { echo "{\"Effect\": \"Allow\", \"Action\": \"$1\", \"Resource\": \"$2\"${3:-}}"; }
# Only who is named may assume it; the account's own policies decide for the rest.
trust() { document "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"$1\"}, \"Action\": [\"sts:AssumeRole\", \"sts:TagSession\"]${2:-}}"; }
become() { read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<<"$1"; export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; [ -n "$AWS_SESSION_TOKEN" ] || unset AWS_SESSION_TOKEN; }
as_root() { become "$root_key $root_secret"; }
# A user with a policy; prints its key.
user() {
  aws iam create-user --user-name "$1" >/dev/null
  [ -z "$2" ] || aws iam put-user-policy --user-name "$1" --policy-name own --policy-document "$2"
  aws iam create-access-key --user-name "$1" --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text
}
# A role with a trust policy and a policy; prints its ARN.
role() {
  aws iam create-role --role-name "$1" --assume-role-policy-document "$2" --query Role.Arn --output text
  aws iam put-role-policy --role-name "$1" --policy-name own --policy-document "$3"
}
assume() {
  local arn=$1
  shift
  aws sts assume-role --role-arn "$arn" --role-session-name story "$@" \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text
}
secret() { aws secretsmanager create-secret --name "$1" --secret-string "$2" "${@:3}" --query ARN --output text; }
value() { aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text; }
