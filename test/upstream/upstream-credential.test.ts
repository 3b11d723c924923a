import { App, CfnParameter, SecretValue, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { CacheRule } from '../../src/rule/cache-rule';
import { checkSecretName, UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

const { Secret } = secretsmanager;
const NAME = 'ecr-pullthroughcache/hub';
/** A value as ECR reads it. */
const LOGIN = { username: SecretValue.unsafePlainText('my-team'), accessToken: SecretValue.unsafePlainText('REPLACE_ME') };
const ARN = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${NAME}-a1b2c3`;

function newStack(): Stack {
  return new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
}

function ruleWith(stack: Stack, secret: secretsmanager.ISecret): CacheRule {
  return new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret)) });
}

describe('a credential', () => {
  test('of an imported secret gives the rule its complete ARN', () => {
    const stack = newStack();

    ruleWith(stack, Secret.fromSecretCompleteArn(stack, 'Secret', ARN));

    Template.fromStack(stack).hasResourceProperties('AWS::ECR::PullThroughCacheRule', {
      UpstreamRegistry: 'docker-hub', UpstreamRegistryUrl: 'registry-1.docker.io', CredentialArn: ARN,
    });
  });

  test('of a secret of the stack makes the rule wait for it', () => {
    const stack = newStack();

    ruleWith(stack, new Secret(stack, 'Secret', { secretName: NAME, secretObjectValue: LOGIN }));

    Template.fromStack(stack).hasResourceProperties('AWS::ECR::PullThroughCacheRule', { CredentialArn: { Ref: 'SecretA720EF05' } });
  });

  test('may be a token', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;

    expect(UpstreamCredential.fromSecret(Secret.fromSecretCompleteArn(stack, 'Secret', arn)).secretArn).toBe(arn);
  });

  test('may name the AWS managed key', () => {
    const stack = newStack();
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Key', 'alias/aws/secretsmanager');

    expect(() => UpstreamCredential.fromSecret(Secret.fromSecretAttributes(stack, 'Secret', { secretCompleteArn: ARN, encryptionKey })))
      .not.toThrow();
  });

  test('may have the AWS managed key on its L1', () => {
    const stack = newStack();
    const secret = new Secret(stack, 'Secret', { secretName: NAME, secretObjectValue: LOGIN });
    (secret.node.defaultChild as secretsmanager.CfnSecret).kmsKeyId = 'alias/aws/secretsmanager';

    expect(() => UpstreamCredential.fromSecret(secret)).not.toThrow();
  });

  test('may be of a secret whose name is known at deployment only', () => {
    const stack = newStack();
    const secretName = new CfnParameter(stack, 'Name').valueAsString;

    expect(() => UpstreamCredential.fromSecret(new Secret(stack, 'Secret', { secretName, secretObjectValue: LOGIN }))).not.toThrow();
  });

  test('goes with every upstream that needs one', () => {
    const credential = UpstreamCredential.fromSecret(Secret.fromSecretCompleteArn(newStack(), 'Secret', ARN));

    for (const upstream of [UpstreamRegistry.gitHub(credential), UpstreamRegistry.gitLab(credential),
      UpstreamRegistry.azure('team', credential), UpstreamRegistry.chainguard(credential)]) {
      const stack = newStack();
      new CacheRule(stack, 'Rule', { upstream });
      Template.fromStack(stack).hasResourceProperties('AWS::ECR::PullThroughCacheRule', { CredentialArn: ARN });
    }
  });
});

describe('the name of a secret', () => {
  const OWN = "make one with UpstreamSecret, or name it 'ecr-pullthroughcache/...' yourself";
  const filled = (length: number) => `ecr-pullthroughcache/${'a'.repeat(length - 'ecr-pullthroughcache/'.length)}`;

  test('may be as long as AWS takes', () => {
    expect(() => checkSecretName(filled(512), newStack())).not.toThrow();
  });

  test('is not checked while it is a token', () => {
    expect(() => checkSecretName(new CfnParameter(newStack(), 'Name').valueAsString, newStack())).not.toThrow();
  });

  test.each([
    ['that is longer', filled(513), OWN],
    ['with other letters behind the prefix', 'ecr-pullthroughcache/hub two', OWN],
    ['with other letters', 'hub two', OWN],
    ['with the prefix further on', 'my/ecr-pullthroughcache/hub',
      "write 'ecr-pullthroughcache/my/ecr-pullthroughcache/hub'; a secret that exists can't be renamed, so make a new one"],
    ['with the prefix and nothing else', 'ecr-pullthroughcache/', OWN],
    ['with a name for which the prefix leaves no room', 'x'.repeat(500), OWN],
  ])('fails %s, with the way out', (_, name, fix) => {
    expect(() => checkSecretName(name, newStack())).toThrow(`, 512 characters at most: ${fix}`);
  });
});

describe('a secret that ECR would not read', () => {
  test.each<[string, (stack: Stack) => secretsmanager.ISecret, string]>([
    ['by its name alone', stack => Secret.fromSecretNameV2(stack, 'Secret', NAME),
      'got a secret that is imported by its name or a partial ARN, expected the complete ARN, which ends with a dash and six characters: '
      + 'import it with Secret.fromSecretCompleteArn() [at Stack/Secret]'],
    ['by a partial ARN', stack => Secret.fromSecretPartialArn(stack, 'Secret', ARN.slice(0, -7)),
      'got a secret that is imported by its name or a partial ARN'],
    ['with another name', stack => Secret.fromSecretCompleteArn(stack, 'Secret', ARN.replace('ecr-pullthroughcache/', '')),
      "got the secret name 'hub', expected 'ecr-pullthroughcache/' and letters, digits or any of /_+=.@-, 512 characters at most: "
      + "write 'ecr-pullthroughcache/hub'; a secret that exists can't be renamed, so make a new one [at Stack/Secret]"],
    ['made with another name', stack => new Secret(stack, 'Secret', { secretName: 'hub' }), "got the secret name 'hub'"],
    ['made with letters that ECR refuses', stack => new Secret(stack, 'Secret', { secretName: `${NAME} two` }),
      `got the secret name '${NAME} two'`],
    ['made without a name', stack => new Secret(stack, 'Secret'),
      "got a secret without a name, which CloudFormation would name as it likes, expected a name that begins with 'ecr-pullthroughcache/', "
      + "the only secrets that ECR reads: make one with UpstreamSecret, or name it 'ecr-pullthroughcache/...' yourself"],
    ['with a key of its own', stack => new Secret(stack, 'Secret', { secretName: NAME, encryptionKey: new kms.Key(stack, 'Key') }),
      "got a secret that is encrypted with a key of your own, expected the AWS managed key 'aws/secretsmanager', the only one that ECR supports "
      + 'here: leave the encryption key of the secret out'],
    ['with a key of its own on its L1', (stack) => {
      const secret = new Secret(stack, 'Secret', { secretName: NAME, secretObjectValue: LOGIN });
      (secret.node.defaultChild as secretsmanager.CfnSecret).kmsKeyId = 'alias/mine';
      return secret;
    }, 'got a secret that is encrypted with a key of your own'],
    ['imported with a key of its own', stack => Secret.fromSecretAttributes(stack, 'Secret', {
      secretCompleteArn: ARN, encryptionKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/mine'),
    }), 'got a secret that is encrypted with a key of your own'],
  ])('fails %s', (_, secret, message) => {
    const stack = newStack();

    expect(() => UpstreamCredential.fromSecret(secret(stack))).toThrow(message);
  });

  test('fails in another account', () => {
    const stack = newStack();

    expect(() => ruleWith(stack, Secret.fromSecretCompleteArn(stack, 'Secret', ARN.replace('111122223333', '444455556666')))).toThrow(
      'got a secret in the account 444455556666 for a cache in 111122223333, expected a secret in the account and Region of the cache, '
      + "the only place where ECR reads it: make the secret in 111122223333, for example with UpstreamSecret in the cache's stack or an "
      + 'earlier one [at Stack/Rule]');
  });

  test('fails in another Region', () => {
    const stack = newStack();

    expect(() => ruleWith(stack, Secret.fromSecretCompleteArn(stack, 'Secret', ARN.replace('us-east-1', 'eu-west-1')))).toThrow(
      'got a secret in the Region eu-west-1 for a cache in us-east-1');
  });

  test('is not found out in an environment that is not known', () => {
    const stack = new Stack(new App(), 'Stack');

    expect(() => ruleWith(stack, Secret.fromSecretCompleteArn(stack, 'Secret', ARN))).not.toThrow();
  });
});
