#!/usr/bin/env bash
# Functions, through the aws CLI, as a user types it: the Lambda tutorial for a secret first, told in our own words. The
# endpoint and root's key are in the environment; the server's Python has boto3.
# Prints "ok" or "FAILED" for each story; the exit status is 0 only when all hold.
set -u -o pipefail
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "$0")/words.sh"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
region="${AWS_REGION:-us-east-1}"

for_lambda() { document '{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}'; }
logs_of() { echo "arn:aws:logs:$region:$account:log-group:/aws/lambda/$1*"; }
may_log() { allow 'logs:*' "$(logs_of "$1")"; }
# function NAME ROLE CODE [OPTION...]: makes a Python function, and waits until it can be invoked.
function_of() {
  local name=$1 role=$2 folder
  folder="$(mktemp -d --tmpdir="$work")"
  printf '%s\n' "$3" >"$folder/app.py"
  (cd "$folder" && zip --quiet --recurse-paths code.zip app.py)
  aws lambda create-function --function-name "$name" --runtime python3.12 --handler app.handler --role "$role" \
    --zip-file "fileb://$folder/code.zip" "${@:4}" >/dev/null &&
    aws lambda wait function-active-v2 --function-name "$name"
}
# invoke NAME [OPTION...]: prints what the function answered; what the CLI says of the call goes to $work/said.
invoke() {
  local out
  out="$(mktemp --tmpdir="$work")"
  aws lambda invoke --function-name "$1" "${@:2}" "$out" >"$work/said" && cat "$out"
}
# eventually COMMAND...: what a function printed is written to its log within moments.
eventually() {
  for _ in $(seq 50); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  "$@"
}

reads_its_secret() (
  name="$own-reader"
  arn="$(secret "$own/config" '{"apiKey":"demo-1","on":true}')"
  role="$(role "$name" "$(for_lambda)" "$(document "$(allow secretsmanager:GetSecretValue "$arn")")")"
  aws iam attach-role-policy --role-name "$name" --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
  function_of "$name" "$role" '
import json, os, boto3
client = boto3.client("secretsmanager")
def handler(event, context):
    print("asked for", os.environ["SECRET_ID"])
    value = json.loads(client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"])
    return {"names": sorted(value), "last": value["apiKey"][-1]}' --timeout 30 --environment "Variables={SECRET_ID=$arn}" || return 1
  is "$(invoke "$name")" '{"names": ["apiKey", "on"], "last": "1"}' || return 1
  aws secretsmanager put-secret-value --secret-id "$arn" --secret-string '{"apiKey":"demo-2","on":true}' >/dev/null
  is "$(invoke "$name" --payload '{}')" '{"names": ["apiKey", "on"], "last": "2"}' || return 1
  is "$(aws lambda get-function --function-name "$name" --query 'Configuration.[State,Environment.Variables.SECRET_ID]' --output text)" "Active	$arn" || return 1
  is "$(aws logs describe-log-groups --log-group-name-prefix "/aws/lambda/$name" --query 'logGroups[].logGroupName' --output text)" "/aws/lambda/$name" || return 1
  printed() { [ "$(aws logs filter-log-events --log-group-name "/aws/lambda/$name" --filter-pattern '"asked for"' --query 'length(events)')" = 2 ]; }
  eventually printed || return 1
  is "$(aws cloudtrail lookup-events --lookup-attributes "AttributeKey=Username,AttributeValue=$name" \
    --query "Events[?EventName=='GetSecretValue'] | length(@)")" 2 || return 1
  aws lambda delete-function --function-name "$name"
  refused "Function not found: arn:aws:lambda:$region:$account:function:$name" aws lambda get-function --function-name "$name"
)
another_secret_stays_closed() (
  name="$own-narrow"
  own_arn="$(secret "$own/narrow" mine)"
  other="$(secret "$own/other" theirs)"
  role="$(role "$name" "$(for_lambda)" "$(document "$(allow secretsmanager:GetSecretValue "$own_arn")")")"
  function_of "$name" "$role" '
import boto3
def handler(event, context):
    return boto3.client("secretsmanager").get_secret_value(SecretId=event)["SecretString"]' --timeout 30 || return 1
  is "$(invoke "$name" --cli-binary-format raw-in-base64-out --payload "\"$own_arn\"" 2>/dev/null || invoke "$name" --payload "\"$own_arn\"")" '"mine"' || return 1
  said="$(invoke "$name" --cli-binary-format raw-in-base64-out --payload "\"$other\"" 2>/dev/null || invoke "$name" --payload "\"$other\"")"
  [[ $said == *AccessDeniedException*"assumed-role/$name/$name is not authorized"* ]] || { echo "$said"; return 1; }
  grep --quiet '"FunctionError": "Unhandled"' "$work/said"
)
a_failure_is_told() (
  name="$own-failing"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  function_of "$name" "$role" '
def handler(event, context):
    print("before it fails")
    raise KeyError("colour")' || return 1
  said="$(invoke "$name" --log-type Tail)"
  [[ $said == *'"errorMessage": "'"'colour'"'"'* && $said == *'"errorType": "KeyError"'* ]] || { echo "$said"; return 1; }
  log="$(sed -n 's/.*"LogResult": "\([^"]*\)".*/\1/p' "$work/said" | base64 --decode)"
  [[ $log == *START*"before it fails"*KeyError*END*REPORT* ]] || { echo "$log"; return 1; }
)
without_the_right_there_is_no_log() (
  name="$own-silent"
  role="$(role "$name" "$(for_lambda)" "$(document "$(allow s3:GetObject '*')")")"
  function_of "$name" "$role" 'def handler(event, context): print("unheard"); return 1' || return 1
  is "$(invoke "$name" --log-type Tail)" 1 || return 1
  sleep 1
  is "$(aws logs describe-log-groups --log-group-name-prefix "/aws/lambda/$name" --query 'length(logGroups)')" 0
)
a_version_stays_what_it_was() (
  name="$own-versions"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  function_of "$name" "$role" 'def handler(event, context): return "one"' || return 1
  is "$(aws lambda publish-version --function-name "$name" --query Version --output text)" 1 || return 1
  aws lambda create-alias --function-name "$name" --name live --function-version 1 >/dev/null
  printf 'def handler(event, context): return "two"\n' >"$work/app.py"
  (cd "$work" && zip --quiet "$name.zip" app.py)
  aws lambda update-function-code --function-name "$name" --zip-file "fileb://$work/$name.zip" --publish >/dev/null
  aws lambda wait function-updated-v2 --function-name "$name"
  is "$(invoke "$name")" '"two"' && is "$(invoke "$name" --qualifier live)" '"one"' || return 1
  aws lambda update-alias --function-name "$name" --name live --function-version 2 >/dev/null
  is "$(invoke "$name:live")" '"two"' && is "$(invoke "$name:1")" '"one"'
)
who_may_invoke() (
  name="$own-asked"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  function_of "$name" "$role" 'def handler(event, context): return context.invoked_function_arn' || return 1
  function_arn="arn:aws:lambda:$region:$account:function:$name"
  allowed="$(user "$own-invoker" "$(document "$(allow lambda:InvokeFunction "$function_arn")")")"
  other="$(user "$own-visitor" "")"
  (become "$allowed" && is "$(invoke "$name")" "\"$function_arn\"") || return 1
  (become "$other" && refused "is not authorized to perform: lambda:InvokeFunction on resource: $function_arn" \
    aws lambda invoke --function-name "$name" "$work/nothing") || return 1
  aws lambda add-permission --function-name "$name" --statement-id visitor --action lambda:InvokeFunction \
    --principal "arn:aws:iam::$account:user/$own-visitor" >/dev/null
  (become "$other" && is "$(invoke "$name")" "\"$function_arn\"") || return 1
  aws lambda remove-permission --function-name "$name" --statement-id visitor
  (become "$other" && refused lambda:InvokeFunction aws lambda invoke --function-name "$name" "$work/nothing")
)
a_role_must_be_passed() (
  name="$own-passed"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  may_create="$(allow lambda:CreateFunction '*')"
  pass="$(allow iam:PassRole "$role" ', "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}')"
  without="$(user "$own-without" "$(document "$may_create")")"
  with="$(user "$own-with" "$(document "$may_create" "$(allow lambda:GetFunction '*')" "$pass")")"
  (become "$without" && said="$(function_of "$name" "$role" 'def handler(e, c): return 1' 2>&1)"
    [[ $said == *"is not authorized to perform: iam:PassRole on resource: $role"* ]] || { echo "$said"; return 1; }) || return 1
  become "$with"
  function_of "$name" "$role" 'def handler(e, c): return 1'
)
a_role_must_trust_lambda() (
  name="$own-untrusting"
  role="$(role "$name" "$(trust "$account")" "$(document "$(may_log "$name")")")"
  said="$(function_of "$name" "$role" 'def handler(e, c): return 1' 2>&1)"
  [[ $said == *"The role defined for the function cannot be assumed by Lambda."* ]] || { echo "$said"; return 1; }
)
switched_off_by_concurrency() (
  name="$own-throttled"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  function_of "$name" "$role" 'def handler(event, context): return 1' || return 1
  aws lambda put-function-concurrency --function-name "$name" --reserved-concurrent-executions 0 >/dev/null
  AWS_MAX_ATTEMPTS=1 refused TooManyRequestsException aws lambda invoke --function-name "$name" "$work/nothing" || return 1
  aws lambda delete-function-concurrency --function-name "$name"
  is "$(invoke "$name")" 1
)
too_slow() (
  name="$own-slow"
  role="$(role "$name" "$(for_lambda)" "$(document "$(may_log "$name")")")"
  function_of "$name" "$role" '
import time
def handler(event, context): time.sleep(60)' --timeout 1 || return 1
  said="$(invoke "$name")"
  [[ $said == *Sandbox.Timedout*"Task timed out after 1.00 seconds"* ]] || { echo "$said"; return 1; }
)

story "a function reads its secret, sees the new value, and leaves a log and a trail" reads_its_secret
story "its role opens one secret and not the next" another_secret_stays_closed
story "a function's failure is told, with the end of its log" a_failure_is_told
story "a function whose role may not log does not" without_the_right_there_is_no_log
story "a version stays what it was, and an alias moves" a_version_stays_what_it_was
story "who may invoke is said by policies, its own and the function's" who_may_invoke
story "whoever makes a function must be allowed to pass its role" a_role_must_be_passed
story "a role that does not trust Lambda is none of a function's" a_role_must_trust_lambda
story "without concurrency nobody invokes" switched_off_by_concurrency
story "a function that takes too long is ended" too_slow
exit $failed
