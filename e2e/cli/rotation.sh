#!/usr/bin/env bash
# Rotation through the aws CLI, as a user types it: real databases' passwords change, told in our own words. The endpoint and
# root's key are in the environment, and so are users of MariaDB, PostgreSQL and Redis (e2e/python/databases.py).
# Prints "ok" or "FAILED" for each story; the exit status is 0 only when all hold.
set -u -o pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$here/words.sh"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
region="${AWS_REGION:-us-east-1}"

# rotator NAME: the ARN of one of the server's own.
rotator() { echo "arn:aws:lambda:$region:$account:function:$1"; }
# credentials ENGINE PREFIX USER PASSWORD [MORE]: the JSON of a secret, for the database that the environment names by prefix.
credentials() {
  local host="$2_HOST" port="$2_PORT"
  echo "{\"engine\": \"$1\", \"host\": \"${!host}\", \"port\": ${!port}, \"username\": \"$3\", \"password\": \"$4\"${5:-}}"
}
# key NAME SECRET: one key of the current value.
key() { value "$2" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
mysql_opens() { mysql --no-defaults -h "$MYSQL_HOST" -P "$MYSQL_PORT" -u "$1" --password="$2" -e 'SELECT 1' >/dev/null 2>&1; }
redis_opens() { [ "$(REDISCLI_AUTH="$2" redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" --user "$1" ping 2>/dev/null)" = PONG ]; }
postgres_opens() { PGPASSWORD="$2" psql -h "$POSTGRES_HOST" -p "$POSTGRES_PORT" -U "$1" -d postgres -c 'SELECT 1' >/dev/null 2>&1; }
as_mysql_admin() { mysql --no-defaults -h "$MYSQL_HOST" -P "$MYSQL_PORT" -u "$MYSQL_ADMIN" --password="$MYSQL_ADMIN_PASSWORD" -e "$1"; }
as_postgres_admin() { PGPASSWORD="$POSTGRES_ADMIN_PASSWORD" psql -q -h "$POSTGRES_HOST" -p "$POSTGRES_PORT" -U "$POSTGRES_ADMIN" -d postgres -c "$1"; }
# until_current SECRET VERSION: waits for the rotation that makes this version.
until_current() {
  for _ in $(seq 150); do
    if [ "$(aws secretsmanager describe-secret --secret-id "$1" \
      --query "contains(VersionIdsToStages.\"$2\" || \`[]\`, 'AWSCURRENT') && LastRotatedDate != null")" = true ]; then return 0; fi
    sleep 0.2
  done
  echo "$1 was not rotated"
  return 1
}
# has_failed NAME: waits for an attempt that did not succeed.
has_failed() {
  for _ in $(seq 60); do
    if [ "$(aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=RotationFailed \
      --query "length(Events[?contains(CloudTrailEvent, '$1')])")" -gt 0 ]; then return 0; fi
    sleep 0.3
  done
  echo "no attempt of $1 failed"
  return 1
}
# next_rotation SECRET FORMAT: version 1 of the CLI tells seconds, and version 2 a date.
next_rotation() {
  local due
  due="$(aws secretsmanager describe-secret --secret-id "$1" --query NextRotationDate --output text)"
  [[ $due == *[!0-9.]* ]] || due="@$due"
  date --utc --date "$due" "$2"
}
# rotate SECRET [OPTION...]: one rotation, to its end.
rotate() {
  local version
  version="$(aws secretsmanager rotate-secret --secret-id "$1" "${@:2}" --query VersionId --output text)" || return 1
  until_current "$1" "$version"
}

a_mysql_password_turns() (
  user="mysql$RANDOM"
  as_mysql_admin "CREATE USER '$user'@'%' IDENTIFIED BY 'first-1'"
  name="$own/mysql"
  secret "$name" "$(credentials mysql MYSQL "$user" first-1 ', "owner": "billing"')" >/dev/null
  rotate "$name" --rotation-lambda-arn "$(rotator SecretsManagerRDSMySQLRotationSingleUser)" \
    --rotation-rules AutomaticallyAfterDays=30 || return 1
  second="$(key password "$name")"
  mysql_opens "$user" "$second" && ! mysql_opens "$user" first-1 || return 1
  rotate "$name" || return 1
  mysql_opens "$user" "$(key password "$name")" && ! mysql_opens "$user" "$second" || return 1
  is "$(key owner "$name")" billing || return 1
  is "$(aws secretsmanager describe-secret --secret-id "$name" --query '[RotationEnabled, RotationRules.AutomaticallyAfterDays]' --output text)" "True	30" || return 1
  due="$(date --utc --date '30 days' +%F)"
  is "$(next_rotation "$name" '+%F %T')" "$due 23:59:59"
)
two_postgres_users_alternate() (
  user="postgres$RANDOM"
  as_postgres_admin "CREATE ROLE $user WITH LOGIN PASSWORD 'first-1'" || return 1
  master="$(secret "$own/superuser" "$(credentials postgres POSTGRES "$POSTGRES_ADMIN" "$POSTGRES_ADMIN_PASSWORD")")"
  name="$own/postgres"
  secret "$name" "$(credentials postgres POSTGRES "$user" first-1 ", \"masterarn\": \"$master\"")" >/dev/null
  version="$(aws secretsmanager rotate-secret --secret-id "$name" --query VersionId --output text \
    --rotation-lambda-arn "$(rotator SecretsManagerRDSPostgreSQLRotationMultiUser)")" || return 1
  # Until an administrator says so, rotators read no superuser's secret.
  has_failed "$own/postgres" || return 1
  aws iam put-role-policy --role-name KeepwellRotation --policy-name superuser \
    --policy-document "$(document "$(allow secretsmanager:GetSecretValue "$master")")" || return 1
  refused "A previous rotation isn't complete." aws secretsmanager rotate-secret --secret-id "$name" || return 1
  until_current "$name" "$version" || return 1
  second="$(key password "$name")"
  is "$(key username "$name")" "${user}_clone" || return 1
  postgres_opens "${user}_clone" "$second" && postgres_opens "$user" first-1 || return 1
  rotate "$name" || return 1
  is "$(key username "$name")" "$user" || return 1
  postgres_opens "$user" "$(key password "$name")" && postgres_opens "${user}_clone" "$second" && ! postgres_opens "$user" first-1
)
a_redis_password_turns() (
  name="$own/redis"
  secret "$name" "$(credentials redis REDIS "$REDIS_USER" "$REDIS_PASSWORD")" >/dev/null
  rotate "$name" --rotation-lambda-arn "$(rotator SecretsManagerRedisRotationSingleUser)" || return 1
  redis_opens "$REDIS_USER" "$(key password "$name")" && ! redis_opens "$REDIS_USER" "$REDIS_PASSWORD"
)
a_function_of_ones_own() (
  user="own$RANDOM" function="$own-rotate"
  as_postgres_admin "CREATE ROLE $user WITH LOGIN PASSWORD 'first-1'" || return 1
  arn="$(secret "$own/own" "$(credentials postgres POSTGRES "$user" first-1)")"
  calls='["secretsmanager:DescribeSecret","secretsmanager:GetSecretValue","secretsmanager:PutSecretValue","secretsmanager:UpdateSecretVersionStage"]'
  on_secret="{\"Effect\": \"Allow\", \"Action\": $calls, \"Resource\": \"$arn\"}"
  role="$(role "$function" "$(document '{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}')" \
    "$(document "$on_secret" "$(allow secretsmanager:GetRandomPassword '*')")")"
  (cd "$here/../python/rotation_functions" && zip --quiet "$work/code.zip" ./*.py)
  aws lambda create-function --function-name "$function" --runtime python3.12 --handler for_postgres.single --role "$role" \
    --zip-file "fileb://$work/code.zip" --timeout 30 >/dev/null && aws lambda wait function-active-v2 --function-name "$function" || return 1
  refused "Secrets Manager cannot invoke the specified Lambda function." \
    aws secretsmanager rotate-secret --secret-id "$arn" --rotation-lambda-arn "$(rotator "$function")" || return 1
  aws lambda add-permission --function-name "$function" --statement-id SecretsManagerAccess --action lambda:InvokeFunction \
    --principal secretsmanager.amazonaws.com --source-account "$account" >/dev/null || return 1
  rotate "$arn" --rotation-lambda-arn "$(rotator "$function")" || return 1
  postgres_opens "$user" "$(key password "$arn")" && ! postgres_opens "$user" first-1
)
what_cannot_be_is_refused() (
  name="$own/schedules"
  secret "$name" '{}' >/dev/null
  rotate_by() { aws secretsmanager rotate-secret --secret-id "$name" --rotation-lambda-arn "$(rotator KeepwellSshKeyRotation)" --rotation-rules "$1"; }
  refused "Invalid schedule expression. No date matches it." rotate_by '{"ScheduleExpression": "cron(0 8 31 2 ? *)"}' || return 1
  refused "Invalid schedule expression." rotate_by '{"ScheduleExpression": "cron(0 0/2 * * ? *)"}' || return 1
  refused "Rate in hour should be least 4 and less than 24." rotate_by '{"ScheduleExpression": "rate(2 hours)"}' || return 1
  refused "You cannot specify both rotation frequency and schedule expression together." \
    rotate_by '{"ScheduleExpression": "rate(2 days)", "AutomaticallyAfterDays": 2}' || return 1
  refused "Starting hour and duration must be within a day." rotate_by '{"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "3h"}' || return 1
  refused "No Lambda rotation function ARN is associated with this secret." aws secretsmanager rotate-secret --secret-id "$name" || return 1
  is "$(aws secretsmanager describe-secret --secret-id "$name" --query RotationEnabled)" null
)
off_and_on_again() (
  name="$own/key"
  secret "$name" '{"comment": "deploy"}' >/dev/null
  rotate "$name" --rotation-lambda-arn "$(rotator KeepwellSshKeyRotation)" --rotation-rules '{"ScheduleExpression": "cron(0 4 ? * SUN *)", "Duration": "2h"}' || return 1
  one="$(value "$name")"
  aws secretsmanager cancel-rotate-secret --secret-id "$name" >/dev/null
  is "$(aws secretsmanager describe-secret --secret-id "$name" --query '[RotationEnabled, NextRotationDate, RotationRules.ScheduleExpression]' --output text)" \
    "False	None	cron(0 4 ? * SUN *)" || return 1
  rotate "$name" || return 1
  [ "$(value "$name")" != "$one" ] || return 1
  is "$(next_rotation "$name" '+%u %T')" "7 05:59:59"
)
what_is_stuck_is_put_right() (
  user="stuck$RANDOM"
  as_postgres_admin "CREATE ROLE $user WITH LOGIN PASSWORD 'first-1'" || return 1
  name="$own/stuck"
  secret "$name" "$(credentials postgres POSTGRES "$user" forgotten)" >/dev/null
  aws secretsmanager rotate-secret --secret-id "$name" --rotation-lambda-arn "$(rotator SecretsManagerRDSPostgreSQLRotationSingleUser)" >/dev/null || return 1
  has_failed "$name" || return 1
  refused "A previous rotation isn't complete. That rotation will be reattempted." aws secretsmanager rotate-secret --secret-id "$name" || return 1
  aws secretsmanager put-secret-value --secret-id "$name" --secret-string "$(credentials postgres POSTGRES "$user" first-1)" >/dev/null || return 1
  rotate "$name" || return 1
  postgres_opens "$user" "$(key password "$name")" && ! postgres_opens "$user" first-1
)

story "a MySQL user's password turns twice, under the tutorial's ARN" a_mysql_password_turns
story "two users of PostgreSQL alternate, and the one before still logs in" two_postgres_users_alternate
story "a Redis user's password turns" a_redis_password_turns
story "a function like AWS's templates rotates, once Secrets Manager may call it" a_function_of_ones_own
story "a rotation that cannot be is refused in AWS's words, and nothing is kept of it" what_cannot_be_is_refused
story "rotation is switched off and on again" off_and_on_again
story "a rotation that is stuck is told, and put right by hand" what_is_stuck_is_put_right
exit $failed
