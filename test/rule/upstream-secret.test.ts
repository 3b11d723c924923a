import { App, CfnParameter, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamSecret } from '../../src/rule/upstream-secret';
import type { UpstreamSecretProps } from '../../src/rule/upstream-secret';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

const newStack = () => new Stack(new App(), 'Stack');

describe('a secret for an upstream', () => {
  test('has a name that ECR reads, both keys, and the default key', () => {
    const stack = newStack();

    new UpstreamSecret(stack, 'HubLogin');

    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: Match.stringLikeRegexp('^ecr-pullthroughcache/[A-Za-z0-9_-]+$'),
      SecretString: '{"username":"REPLACE_ME","accessToken":"REPLACE_ME"}',
      KmsKeyId: Match.absent(),
      GenerateSecretString: Match.absent(),
    });
  });

  test('has a name that is made of its place, readable and short', () => {
    const stack = new Stack(new App(), 'My-Stack');

    new UpstreamSecret(stack, 'hub-login_1');
    new UpstreamSecret(stack, 'x'.repeat(200));

    const [short, long] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret')).map(one => one.Properties.Name);
    expect(short).toMatch(/^ecr-pullthroughcache\/My-Stackhub-login_1[0-9A-F]{8}$/);
    expect(long).toHaveLength('ecr-pullthroughcache/'.length + 100);
  });

  test('has another name in another place by itself', () => {
    const stack = newStack();

    new UpstreamSecret(stack, 'Hub');
    new UpstreamSecret(stack, 'GitHub');

    const names = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret')).map(one => one.Properties.Name);
    expect(new Set(names).size).toBe(2);
  });

  test('has the name, user and description that are given', () => {
    const stack = newStack();

    new UpstreamSecret(stack, 'Hub', {
      secretName: 'ecr-pullthroughcache/hub', username: 'team', description: 'for pulls', removalPolicy: RemovalPolicy.RETAIN,
    });

    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'ecr-pullthroughcache/hub', SecretString: '{"username":"team","accessToken":"REPLACE_ME"}', Description: 'for pulls',
    });
    template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Retain' });
  });

  test('is the credential of a cache', () => {
    const stack = newStack();
    const secret = new UpstreamSecret(stack, 'Hub');

    new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.dockerHub(secret.credential) });

    Template.fromStack(stack).hasResourceProperties('AWS::ECR::PullThroughCacheRule', { CredentialArn: { Ref: Match.stringLikeRegexp('^Hub') } });
  });

  test('says how it is filled', () => {
    const stack = newStack();

    const { fillCommand } = new UpstreamSecret(stack, 'Hub');

    expect(JSON.stringify(stack.resolve(fillCommand))).toContain('aws secretsmanager put-secret-value --region ');
    expect(JSON.stringify(stack.resolve(fillCommand))).toContain('--secret-string file://credential.json');
  });

  test('fails for a name that ECR would not read', () => {
    expect(() => new UpstreamSecret(newStack(), 'Hub', { secretName: 'docker-hub' })).toThrow(
      "got the secret name 'docker-hub', expected 'ecr-pullthroughcache/' and letters, digits or any of /_+=.@-, 512 characters at most: "
      + "write 'ecr-pullthroughcache/docker-hub'; a secret that exists can't be renamed, so make a new one [at Stack/Hub]");
  });

  test('fails for a name that is too long', () => {
    expect(() => new UpstreamSecret(newStack(), 'Hub', { secretName: `ecr-pullthroughcache/${'x'.repeat(500)}` })).toThrow('512 characters at most');
  });
});

describe('an access token', () => {
  const TOKEN = 'dckr_pat_very-secret';

  test.each<[string, (stack: Stack) => SecretValue]>([
    ['a parameter', stack => SecretValue.cfnParameter(new CfnParameter(stack, 'Token', { noEcho: true }))],
    ['another secret', () => SecretValue.secretsManager('other', { jsonField: 'token' })],
    ['a secret that this app made', stack => new secretsmanager.Secret(stack, 'Other').secretValue],
  ])('of %s stands in the template as a reference only', (_, value) => {
    const stack = newStack();

    new UpstreamSecret(stack, 'Hub', { username: 'team', accessToken: value(stack) });

    const [secret] = Object.entries(Template.fromStack(stack).findResources('AWS::SecretsManager::Secret'))
      .filter(([id]) => id.startsWith('Hub')).map(([, one]) => one);
    const text = secret.Properties.SecretString;
    expect(JSON.stringify(text)).toMatch(/\{\{resolve:secretsmanager:|"Ref":"Token"/);
    expect(JSON.stringify(text)).toContain('username');
    expect(JSON.stringify(text)).toContain('accessToken');
  });

  test('fails from a SecureString, which CloudFormation resolves in no secret', () => {
    expect(() => new UpstreamSecret(new Stack(new App(), 'Stack'), 'Hub', { username: 'my-team', accessToken: SecretValue.ssmSecure('/hub') })).toThrow(
      'got an access token from a SecureString of Parameter Store, expected one of Secrets Manager or a parameter');
  });

  test.each<[string, UpstreamSecretProps]>([
    ['no user name', { accessToken: SecretValue.secretsManager('token') }],
    ['an empty one', { username: '', accessToken: SecretValue.secretsManager('token') }],
  ])('fails with %s, since a registry refuses one without the other', (_, props) => {
    expect(() => new UpstreamSecret(new Stack(new App(), 'Stack'), 'Hub', props)).toThrow('got an access token without a user name, expected both');
  });

  test('fails for an option that there is not', () => {
    expect(() => new UpstreamSecret(new Stack(new App(), 'Stack'), 'Hub', { userName: 'my-team' } as UpstreamSecretProps)).toThrow("'userName'");
  });

  test('fails as plain text, before it reaches a template', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');

    expect(() => new UpstreamSecret(stack, 'Hub', { accessToken: SecretValue.unsafePlainText(TOKEN) })).toThrow(
      'got an access token as plain text, which would stand in the template for all to read, expected a reference to it: '
      + 'leave it out and fill the secret out of band, or use SecretValue.cfnParameter() with noEcho or SecretValue.secretsManager() [at Stack/Hub]');
    expect(JSON.stringify(app.synth().getStackByName('Stack').template)).not.toContain(TOKEN);
  });

  test.each<[string, unknown, string]>([
    ['a number', 5, 'the number 5 as the access token, expected a SecretValue'],
    ['an object', {}, 'an object as the access token, expected a SecretValue'],
    ['a text itself', TOKEN, 'an access token as plain text'],
  ])('fails as %s', (_, accessToken, got) => {
    expect(() => new UpstreamSecret(newStack(), 'Hub', { accessToken: accessToken as SecretValue })).toThrow(`got ${got}`);
  });

  test.each<[string, (stack: Stack) => SecretValue]>([
    ['a parameter', stack => SecretValue.cfnParameter(new CfnParameter(stack, 'Token', { noEcho: true }))],
    ['another secret', () => SecretValue.secretsManager('other', { jsonField: 'token' })],
  ])('of %s is the same under the flag that refuses other uses of secrets', (_, value) => {
    const [before, after] = [{}, { '@aws-cdk/core:checkSecretUsage': true }].map((context) => {
      const stack = new Stack(new App({ context }), 'Stack');
      new UpstreamSecret(stack, 'Hub', { username: 'team', accessToken: value(stack) });
      return Template.fromStack(stack).toJSON();
    });

    expect(after).toEqual(before);
  });

  test('fails as plain text under that flag too', () => {
    const stack = new Stack(new App({ context: { '@aws-cdk/core:checkSecretUsage': true } }), 'Stack');

    expect(() => new UpstreamSecret(stack, 'Hub', { accessToken: SecretValue.unsafePlainText(TOKEN) })).toThrow('got an access token as plain text');
  });
});

describe('the properties of a secret', () => {
  const made = (props: unknown) => {
    const stack = newStack();
    new UpstreamSecret(stack, 'Hub', props as UpstreamSecretProps);
    return Template.fromStack(stack).toJSON();
  };

  test('may be null, all and each', () => {
    expect(made(null)).toEqual(made({}));
    expect(made({ secretName: null, username: null, accessToken: null, description: null, removalPolicy: null })).toEqual(made({}));
  });

  test.each(['secretName', 'username', 'description'])('fail for a %s that is no text', (name) => {
    expect(() => made({ [name]: 5 })).toThrow(`got the number 5 as ${name}, expected a text: write it such as '`);
  });
});
