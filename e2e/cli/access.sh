#!/usr/bin/env bash
# Who may do what, through the aws CLI, as a user types it. The endpoint and root's key are in the environment, and the
# program's path in E2E_BINARY. Prints "ok" or "FAILED" for each story; the exit status is 0 only when all hold.
set -u
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "$0")/words.sh"

assumer="$(user "$own-assumer" "$(document "$(allow 'sts:*' '*')")")"

one_secret_of_two() (
  first="$(secret "$own/first" one)" second="$(secret "$own/second" two)"
  arn="$(role "$own-one" "$(trust "$account")" "$(document "$(allow secretsmanager:GetSecretValue "$first")")")"
  become "$assumer"
  become "$(assume "$arn")"
  is "$(aws sts get-caller-identity --query Arn --output text)" "arn:aws:sts::$account:assumed-role/$own-one/story" &&
    is "$(value "$own/first")" one &&
    refused "User: arn:aws:sts::$account:assumed-role/$own-one/story is not authorized to perform: \
secretsmanager:GetSecretValue on resource: $second because no identity-based policy allows the \
secretsmanager:GetSecretValue action" value "$second"
)
external_id() (
  arn="$(role "$own-external" "$(trust "$account" ', "Condition": {"StringEquals": {"sts:ExternalId": "42"}}')" \
    "$(document "$(allow secretsmanager:ListSecrets '*')")")"
  become "$assumer"
  refused "is not authorized to perform: sts:AssumeRole on resource: $arn" assume "$arn" &&
    assume "$arn" --external-id 42 >/dev/null
)
by_tags() (
  secret "$own/red" r --tags Key=team,Value=red >/dev/null
  secret "$own/blue" b --tags Key=team,Value=blue >/dev/null
  # shellcheck disable=SC2016
  condition=', "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "${aws:PrincipalTag/team}"}}'
  arn="$(role "$own-tags" "$(trust "$account")" "$(document "$(allow secretsmanager:GetSecretValue '*' "$condition")")")"
  become "$assumer"
  become "$(assume "$arn" --tags Key=team,Value=red)"
  is "$(value "$own/red")" r && refused "because no identity-based policy allows" value "$own/blue"
)
boundary() (
  secret "$own/bounded" x >/dev/null
  policy="$(aws iam create-policy --policy-name "$own-bound" --policy-document "$(document "$(allow secretsmanager:Describe* '*')")" --query Policy.Arn --output text)"
  key="$(user "$own-bounded" "$(document "$(allow secretsmanager:* '*')")")"
  aws iam put-user-permissions-boundary --user-name "$own-bounded" --permissions-boundary "$policy"
  become "$key"
  aws secretsmanager describe-secret --secret-id "$own/bounded" >/dev/null &&
    refused "because no permissions boundary allows the secretsmanager:GetSecretValue action" value "$own/bounded"
)
session_policy() (
  secret "$own/session" x >/dev/null
  arn="$(role "$own-session" "$(trust "$account")" "$(document "$(allow secretsmanager:* '*')")")"
  become "$assumer"
  become "$(assume "$arn" --policy "$(document "$(allow secretsmanager:DescribeSecret '*')")")"
  aws secretsmanager describe-secret --secret-id "$own/session" >/dev/null &&
    refused "because no session policy allows the secretsmanager:GetSecretValue action" value "$own/session"
)
explicit_deny() (
  secret "$own/denied" x >/dev/null
  key="$(user "$own-denied" "$(document '{"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}')")"
  aws iam attach-user-policy --user-name "$own-denied" --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
  become "$key"
  refused "with an explicit deny in an identity-based policy" value "$own/denied"
)
group_grants() (
  secret "$own/group" g >/dev/null
  key="$(user "$own-member" "")"
  aws iam create-group --group-name "$own-readers" >/dev/null
  aws iam put-group-policy --group-name "$own-readers" --policy-name own --policy-document "$(document "$(allow secretsmanager:GetSecretValue '*')")"
  (become "$key" && refused AccessDeniedException value "$own/group") || return 1
  aws iam add-user-to-group --group-name "$own-readers" --user-name "$own-member"
  become "$key"
  is "$(value "$own/group")" g
)
public_policy() (
  arn="$(secret "$own/public" x)"
  everyone="$(document '{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}')"
  refused "(PublicPolicyException)" aws secretsmanager put-resource-policy --secret-id "$arn" --resource-policy "$everyone" --block-public-policy &&
    is "$(aws secretsmanager get-resource-policy --secret-id "$arn" --query ResourcePolicy --output text)" None
)
other_account() (
  kms="$(aws kms create-key --query KeyMetadata.Arn --output text)"
  arn="$(secret "$own/shared" across --kms-key-id "$kms")"
  key="$("$E2E_BINARY" account create "$own" | awk '/aws_access_key_id/ { id = $3 } /aws_secret_access_key/ { secret = $3 } END { print id, secret }')"
  (
    become "$key"
    refused "because no resource-based policy allows the secretsmanager:GetSecretValue action" value "$arn"
  ) || return 1
  other="$(become "$key" && aws sts get-caller-identity --query Account --output text)"
  reader="$(become "$key" && user reader "$(document "$(allow secretsmanager:GetSecretValue "$arn")" "$(allow kms:Decrypt "$kms")")")"
  stranger="$(become "$key" && user stranger "")"
  aws secretsmanager put-resource-policy --secret-id "$arn" --resource-policy "$(document \
    "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::$other:root\"}, \"Action\": \"secretsmanager:GetSecretValue\", \"Resource\": \"*\"}")" >/dev/null
  (become "$reader" && refused "Access to KMS is not allowed" value "$arn") || return 1
  aws kms put-key-policy --key-id "$kms" --policy "$(document \
    "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::$account:root\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}" \
    "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::$other:root\"}, \"Action\": \"kms:Decrypt\", \"Resource\": \"*\"}")"
  (become "$reader" && is "$(value "$arn")" across) &&
    (become "$stranger" && refused "because no identity-based policy allows" value "$arn")
)
key_that_is_switched_off() (
  key="$(user "$own-off" "$(document "$(allow secretsmanager:ListSecrets '*')")")"
  (become "$key" && aws secretsmanager list-secrets --max-results 1 >/dev/null) || return 1
  aws iam update-access-key --user-name "$own-off" --access-key-id "${key%%$'\t'*}" --status Inactive
  become "$key"
  refused "(UnrecognizedClientException)" aws secretsmanager list-secrets
)
deleted_role() (
  arn="$(role "$own-gone" "$(trust "$account")" "$(document "$(allow secretsmanager:ListSecrets '*')")")"
  session="$(become "$assumer" && assume "$arn")"
  (become "$session" && aws secretsmanager list-secrets --max-results 1 >/dev/null) || return 1
  aws iam delete-role-policy --role-name "$own-gone" --policy-name own
  aws iam delete-role --role-name "$own-gone"
  become "$session"
  refused "(UnrecognizedClientException)" aws secretsmanager list-secrets
)
simulated() {
  is "$(aws iam simulate-principal-policy --policy-source-arn "arn:aws:iam::$account:user/$own-assumer" \
    --action-names sts:AssumeRole secretsmanager:GetSecretValue --query 'EvaluationResults[].EvalDecision' --output text)" \
    $'allowed\timplicitDeny'
}
who_can() (
  arn="$(secret "$own/asked" x)"
  aws iam create-user --user-name "$own-can" >/dev/null
  aws iam put-user-policy --user-name "$own-can" --policy-name own --policy-document "$(document "$(allow secretsmanager:GetSecretValue "$arn")")"
  said="$("$E2E_BINARY" who-can "$own/asked")"
  [[ $said == *"user/$own-can"* && $said != *"user/$own-assumer"* ]] || { echo "$said"; return 1; }
)

story "a role reads its one secret and no other" one_secret_of_two
story "an external id opens a role" external_id
story "tags of the session and of the secret must agree" by_tags
story "a boundary narrows a user" boundary
story "a session policy narrows a role" session_policy
story "a deny wins over every allow" explicit_deny
story "a group's policy counts for its members" group_grants
story "a public policy is blocked" public_policy
story "another account reads when both sides allow" other_account
story "a key that is switched off is refused at once" key_that_is_switched_off
story "a deleted role's session is refused at once" deleted_role
story "a simulation says what would happen" simulated
story "who-can finds who can" who_can
exit $failed
