import { App, CfnCondition, CfnMapping, CfnParameter, Fn, SecretValue, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { UpstreamSecret } from '../../src/rule/upstream-secret';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { warningsOf } from '../app';

const NAME = 'ecr-pullthroughcache/hub';
const TOKEN = 'dckr_pat_thisIsNotForTemplates';
const plain = (text: string) => SecretValue.unsafePlainText(text);

function warnings(make: (stack: Stack) => secretsmanager.ISecret, context = {}): string[] {
  const stack = new Stack(new App({ context }), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  UpstreamCredential.fromSecret(make(stack));
  return warningsOf(stack);
}

const secretOf = (value: (stack: Stack) => SecretValue, username = 'my-team') => (stack: Stack) => new secretsmanager.Secret(stack, 'Secret', {
  secretName: NAME, secretObjectValue: { username: plain(username), accessToken: value(stack) },
});
const wholeOf = (value: (stack: Stack) => string) => (stack: Stack) => new secretsmanager.Secret(stack, 'Secret', {
  secretName: NAME, secretStringValue: plain(value(stack)),
});
const parameter = (stack: Stack, defaultValue?: string) => new CfnParameter(stack, 'Token', { noEcho: true, default: defaultValue });
const json = (token: string) => JSON.stringify({ username: 'my-team', accessToken: token });

describe('a token that stands in the template is warned of', () => {
  test.each<[string, (stack: Stack) => secretsmanager.ISecret]>([
    ['as plain text', secretOf(() => plain(TOKEN))],
    ['in the whole value', wholeOf(() => json(TOKEN))],
    ['by Fn.sub()', secretOf(() => plain(Fn.sub(TOKEN)))],
    ['in a whole value by Fn.sub()', wholeOf(() => Fn.sub(json(TOKEN)))],
    ['joined with a reference', secretOf(stack => plain(TOKEN + parameter(stack).valueAsString))],
    ['behind a dynamic reference', secretOf(() => plain(`{{resolve:ssm:/hub/start}}${TOKEN}`))],
    ['as the default of a parameter', secretOf(stack => SecretValue.cfnParameter(parameter(stack, TOKEN)))],
    ['as the default of a parameter in Fn.sub()', secretOf(stack => { parameter(stack, TOKEN); return plain(Fn.sub('${Token}')); })],
    ['in a variable of Fn.sub()', secretOf(() => plain(Fn.sub('${It}', { It: TOKEN })))],
    ['in the second branch of a condition', secretOf(stack => {
      const condition = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals('a', 'b') });
      return plain(Fn.conditionIf(condition.logicalId, 'REPLACE_ME', TOKEN).toString());
    })],
    ['in a mapping', secretOf(stack => plain(new CfnMapping(stack, 'Map', { mapping: { hub: { token: TOKEN } } }).findInMap('hub', 'token')))],
    ['beside a generated text', stack => new secretsmanager.Secret(stack, 'Secret', {
      secretName: NAME, generateSecretString: { secretStringTemplate: json(TOKEN), generateStringKey: 'other' },
    })],
    ['of an UpstreamSecret, by Fn.sub()', stack => new UpstreamSecret(stack, 'Secret', { username: 'my-team', accessToken: plain(Fn.sub(TOKEN)) }).secret],
  ])('%s', (_, make) => {
    const found = warnings(make);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('plainCredential: the access token of a secret for ECR, or a part of it, is written out');
    expect(found[0]).not.toContain(TOKEN);
  });

  test('also where aws-cdk checks the use of secrets', () => {
    expect(warnings(secretOf(() => plain(TOKEN)), { '@aws-cdk/core:checkSecretUsage': true })).toHaveLength(1);
  });

  test('also when a SecretValue was made text on an L1', () => {
    expect(warnings(stack => {
      const secret = new secretsmanager.Secret(stack, 'Secret', { secretName: NAME });
      const l1 = secret.node.defaultChild as secretsmanager.CfnSecret;
      l1.generateSecretString = undefined;
      l1.secretString = `{"username":"a","accessToken":"${plain(TOKEN).toString()}"}`;
      return secret;
    })).toHaveLength(1);
  });
});

describe('no warning where no token stands in the template', () => {
  test.each<[string, (stack: Stack) => secretsmanager.ISecret]>([
    ['a user name, and the placeholder', secretOf(() => plain('REPLACE_ME'), TOKEN)],
    ['an UpstreamSecret that is filled out of band', stack => new UpstreamSecret(stack, 'Secret', { username: 'my-team' }).secret],
    ['a parameter without a default', secretOf(stack => SecretValue.cfnParameter(parameter(stack)))],
    ['a parameter whose default is the placeholder', secretOf(stack => SecretValue.cfnParameter(parameter(stack, 'REPLACE_ME')))],
    ['another secret', secretOf(() => SecretValue.secretsManager('other', { jsonField: 'token' }))],
    ['a secret of the app', secretOf(stack => new secretsmanager.Secret(stack, 'Other').secretValue)],
    ['a whole that is a dynamic reference', wholeOf(() => '{{resolve:secretsmanager:other}}')],
    ['a generated token', stack => new secretsmanager.Secret(stack, 'Secret', {
      secretName: NAME, generateSecretString: { secretStringTemplate: '{"username":"my-team"}', generateStringKey: 'accessToken' },
    })],
    ['an imported secret', stack => secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret',
      `arn:aws:secretsmanager:us-east-1:111122223333:secret:${NAME}-a1b2c3`)],
  ])('%s', (_, make) => {
    expect(warnings(make)).toEqual([]);
  });
});
