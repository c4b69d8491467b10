// Stories lived through the official JavaScript SDK. The endpoint, the key and the region come from the environment,
// as every user sets them.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import {
  BatchGetSecretValueCommand,
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  InvalidNextTokenException,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretVersionIdsCommand,
  PublicPolicyException,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
  paginateListSecrets,
  paginateListSecretVersionIds,
} from "@aws-sdk/client-secrets-manager";

const secretsmanager = new SecretsManagerClient({ maxAttempts: 1 });
const ask = (command, client = secretsmanager) => client.send(command);
const unique = () => `node/${randomUUID().replaceAll("-", "")}`;

async function made(value = { SecretString: "one" }) {
  const name = unique();
  const { ARN, VersionId } = await ask(new CreateSecretCommand({ Name: name, ...value }));
  return { name, arn: ARN, version: VersionId };
}

async function labels(name) {
  const { VersionIdsToStages = {} } = await ask(new DescribeSecretCommand({ SecretId: name }));
  return Object.fromEntries(Object.entries(VersionIdsToStages).map(([version, stages]) => [version, stages.sort()]));
}

async function refused(command, kind, message) {
  await assert.rejects(ask(command), (error) => {
    assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/);
    if (message) assert.equal(error.message, message);
    return true;
  });
}

test("a secret is created, described and read", async () => {
  const { name, arn, version } = await made({
    SecretString: '{"password":"päßwörd 🔑"}',
    Description: "from node",
    Tags: [{ Key: "team", Value: "core" }],
  });

  const told = await ask(new DescribeSecretCommand({ SecretId: arn }));
  assert.equal(told.Name, name);
  assert.equal(told.Description, "from node");
  assert.deepEqual(told.Tags, [{ Key: "team", Value: "core" }]);
  assert.deepEqual(told.VersionIdsToStages, { [version]: ["AWSCURRENT"] });
  assert.ok(told.CreatedDate instanceof Date && Math.abs(Date.now() - told.CreatedDate) < 120_000);
  for (const absent of ["KmsKeyId", "RotationEnabled", "DeletedDate", "LastAccessedDate", "PrimaryRegion"]) {
    assert.equal(told[absent], undefined, absent);
  }

  const read = await ask(new GetSecretValueCommand({ SecretId: name }));
  assert.deepEqual(
    [read.ARN, read.Name, read.VersionId, read.SecretString, read.SecretBinary, read.VersionStages],
    [arn, name, version, '{"password":"päßwörd 🔑"}', undefined, ["AWSCURRENT"]],
  );
});

test("binary comes back byte for byte", async () => {
  const value = Uint8Array.from({ length: 768 }, (_, place) => place % 256);
  const { name } = await made({ SecretBinary: value });
  const read = await ask(new GetSecretValueCommand({ SecretId: name }));
  assert.deepEqual(Uint8Array.from(read.SecretBinary), value);
  assert.equal(read.SecretString, undefined);
});

test("a new value becomes current and the old one previous", async () => {
  const { name, version: first } = await made();
  const { VersionId: second } = await ask(new PutSecretValueCommand({ SecretId: name, SecretString: "two" }));
  assert.deepEqual(await labels(name), { [first]: ["AWSPREVIOUS"], [second]: ["AWSCURRENT"] });
  const previous = await ask(new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSPREVIOUS" }));
  assert.equal(previous.SecretString, "one");

  await ask(
    new UpdateSecretVersionStageCommand({
      SecretId: name,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: first,
      RemoveFromVersionId: second,
    }),
  );
  assert.deepEqual(await labels(name), { [first]: ["AWSCURRENT"], [second]: ["AWSPREVIOUS"] });
});

test("an update changes the description, or the value, or both", async () => {
  const { name } = await made();
  const described = await ask(new UpdateSecretCommand({ SecretId: name, Description: "new" }));
  assert.equal(described.VersionId, undefined);
  const valued = await ask(new UpdateSecretCommand({ SecretId: name, SecretString: "two" }));
  assert.deepEqual((await labels(name))[valued.VersionId], ["AWSCURRENT"]);
  assert.equal((await ask(new DescribeSecretCommand({ SecretId: name }))).Description, "new");
});

test("a repeated token changes nothing and another value under it is refused", async () => {
  const { name, arn } = await made();
  const token = randomUUID();
  const put = (value) => new PutSecretValueCommand({ SecretId: name, SecretString: value, ClientRequestToken: token });
  await ask(put("two"));
  assert.equal((await ask(put("two"))).VersionId, token);
  await refused(
    put("three"),
    ResourceExistsException,
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
});

test("refusals carry the documented code and text", async () => {
  const { name } = await made();
  await refused(
    new GetSecretValueCommand({ SecretId: `${name}/absent` }),
    ResourceNotFoundException,
    "Secrets Manager can't find the specified secret.",
  );
  await refused(
    new GetSecretValueCommand({ SecretId: name, VersionStage: "AWSPENDING" }),
    ResourceNotFoundException,
    "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
  );
  await refused(
    new CreateSecretCommand({ Name: name, SecretString: "one" }),
    ResourceExistsException,
    `The operation failed because the secret ${name} already exists.`,
  );
  await refused(
    new CreateSecretCommand({ Name: unique(), SecretString: "one", SecretBinary: new Uint8Array([1]) }),
    InvalidParameterException,
    "You can't specify both a binary secret value and a string secret value in the same secret.",
  );
  await assert.rejects(ask(new CreateSecretCommand({ Name: "Inv Name", SecretString: "one" })), (error) => {
    assert.ok(error instanceof SecretsManagerServiceException);
    assert.equal(error.name, "ValidationException");
    return true;
  });
});

test("a deleted secret may be restored until it is gone", async () => {
  const { name } = await made();
  const { DeletionDate } = await ask(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
  assert.ok(Math.abs(DeletionDate - Date.now() - 7 * 86_400_000) < 120_000);
  await refused(
    new GetSecretValueCommand({ SecretId: name }),
    InvalidRequestException,
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
  await ask(new RestoreSecretCommand({ SecretId: name }));
  assert.equal((await ask(new GetSecretValueCommand({ SecretId: name }))).SecretString, "one");
  await ask(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
  await refused(new DescribeSecretCommand({ SecretId: name }), ResourceNotFoundException);
});

test("a secret rotates until it is told not to", async () => {
  const { name, version } = await made({ SecretString: '{"comment":"deploy"}' });
  const rotator = "arn:aws:lambda:us-east-1:123456789012:function:KeepwellSshKeyRotation";
  await refused(
    new RotateSecretCommand({ SecretId: name }),
    InvalidRequestException,
    "No Lambda rotation function ARN is associated with this secret.",
  );
  const rotation = { SecretId: name, RotationLambdaARN: rotator, RotationRules: { AutomaticallyAfterDays: 7 } };
  const { VersionId: rotated } = await ask(new RotateSecretCommand(rotation));
  const isCurrent = async () => (await labels(name))[rotated]?.includes("AWSCURRENT");
  for (let tries = 0; tries < 200 && !(await isCurrent()); tries += 1) await setTimeout(100);
  assert.deepEqual(await labels(name), { [version]: ["AWSPREVIOUS"], [rotated]: ["AWSCURRENT", "AWSPENDING"] });
  await ask(new CancelRotateSecretCommand({ SecretId: name }));
  const told = await ask(new DescribeSecretCommand({ SecretId: name }));
  assert.deepEqual([told.RotationEnabled, told.RotationLambdaARN], [false, rotator]);
  assert.deepEqual(told.RotationRules, { AutomaticallyAfterDays: 7 });
});

test("tags merge and go", async () => {
  const { name } = await made();
  await ask(new TagResourceCommand({ SecretId: name, Tags: [{ Key: "a", Value: "1" }, { Key: "b", Value: "" }] }));
  await ask(new UntagResourceCommand({ SecretId: name, TagKeys: ["a", "unknown"] }));
  assert.deepEqual((await ask(new DescribeSecretCommand({ SecretId: name }))).Tags, [{ Key: "b", Value: "" }]);
});

test("a resource policy is validated, put, read and taken away", async () => {
  const { name } = await made();
  const granting = (Principal) => {
    const statement = { Effect: "Allow", Principal, Action: "secretsmanager:GetSecretValue", Resource: "*" };
    return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  };
  const validated = await ask(new ValidateResourcePolicyCommand({ SecretId: name, ResourcePolicy: granting("*") }));
  assert.equal(validated.PolicyValidationPassed, false);
  assert.equal(validated.ValidationErrors.length, 1);
  const blocked = { SecretId: name, ResourcePolicy: granting("*"), BlockPublicPolicy: true };
  await assert.rejects(ask(new PutResourcePolicyCommand(blocked)), PublicPolicyException);

  const ResourcePolicy = granting({ Service: "lambda.amazonaws.com" });
  await ask(new PutResourcePolicyCommand({ SecretId: name, ResourcePolicy }));
  assert.equal((await ask(new GetResourcePolicyCommand({ SecretId: name }))).ResourcePolicy, ResourcePolicy);
  await ask(new DeleteResourcePolicyCommand({ SecretId: name }));
  assert.equal((await ask(new GetResourcePolicyCommand({ SecretId: name }))).ResourcePolicy, undefined);
});

test("pages together hold every secret once", async () => {
  const prefix = unique();
  const names = Array.from({ length: 7 }, (_, number) => `${prefix}/${number}`);
  for (const name of names) await ask(new CreateSecretCommand({ Name: name, SecretString: "one" }));
  const asked = { Filters: [{ Key: "name", Values: [prefix] }], SortBy: "name", SortOrder: "asc" };
  const seen = [];
  for await (const page of paginateListSecrets({ client: secretsmanager, pageSize: 3 }, asked)) {
    seen.push(...page.SecretList.map((entry) => entry.Name));
  }
  assert.deepEqual(seen, names);
  await assert.rejects(
    ask(new BatchGetSecretValueCommand({ Filters: asked.Filters, NextToken: "invented" })),
    InvalidNextTokenException,
  );
});

test("versions are listed with their labels, deprecated ones when asked", async () => {
  const { name } = await made();
  for (const value of ["two", "three"]) {
    await ask(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  }
  const usual = await ask(new ListSecretVersionIdsCommand({ SecretId: name }));
  assert.equal(usual.Versions.length, 2);
  const every = [];
  const asked = { SecretId: name, IncludeDeprecated: true };
  for await (const page of paginateListSecretVersionIds({ client: secretsmanager, pageSize: 2 }, asked)) {
    every.push(...page.Versions);
  }
  assert.equal(every.length, 3);
  assert.deepEqual(every.map((entry) => entry.KmsKeyIds), Array(3).fill(["DefaultEncryptionKey"]));
});

test("a batch answers in the order asked, with failures beside", async () => {
  const [first, second] = [await made({ SecretString: "1" }), await made({ SecretString: "2" })];
  const absent = unique();
  const answer = await ask(new BatchGetSecretValueCommand({ SecretIdList: [second.name, absent, first.arn] }));
  assert.deepEqual(answer.SecretValues.map((entry) => entry.SecretString), ["2", "1"]);
  assert.deepEqual(answer.Errors, [
    {
      SecretId: absent,
      ErrorCode: "ResourceNotFoundException",
      Message: "Secrets Manager can't find the specified secret.",
    },
  ]);
});

test("a random password has what was asked for", async () => {
  const { RandomPassword } = await ask(new GetRandomPasswordCommand({ PasswordLength: 24, ExcludePunctuation: true }));
  assert.match(RandomPassword, /^[A-Za-z0-9]{24}$/);
  await refused(
    new GetRandomPasswordCommand({ PasswordLength: 3 }),
    InvalidParameterException,
    "Password length is too short based on the required types.",
  );
});

test("regions are kept apart", async () => {
  const { name } = await made();
  const elsewhere = new SecretsManagerClient({ region: "eu-west-1", maxAttempts: 1 });
  await assert.rejects(ask(new GetSecretValueCommand({ SecretId: name }), elsewhere), ResourceNotFoundException);
  await ask(new CreateSecretCommand({ Name: name, SecretString: "there" }), elsewhere);
  assert.equal((await ask(new GetSecretValueCommand({ SecretId: name }))).SecretString, "one");
  elsewhere.destroy();
});

test("a wrong key is refused", async () => {
  const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" };
  const stranger = new SecretsManagerClient({ credentials, maxAttempts: 1 });
  await assert.rejects(ask(new GetRandomPasswordCommand({}), stranger), { name: "InvalidSignatureException" });
  stranger.destroy();
});

test("a clock that is an hour slow is corrected from the answer", async () => {
  const late = new SecretsManagerClient({ systemClockOffset: -3_600_000, maxAttempts: 3 });
  const { RandomPassword } = await ask(new GetRandomPasswordCommand({}), late);
  assert.equal(RandomPassword.length, 32);
  late.destroy();
});

test("many at once are all answered", async () => {
  const { name } = await made();
  const read = () => ask(new GetSecretValueCommand({ SecretId: name }));
  const values = await Promise.all(Array.from({ length: 200 }, read));
  assert.ok(values.every((value) => value.SecretString === "one"));
});
