import { Aws, CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { checkAccount, checkLength, checkPrefix, checkRegion, checkRoleAccount, checkRoleWithoutPath, checkText, checkUpstreamPrefix, knownLength } from '../../src/private/checks';
import { CheckId } from '../../src/private/errors';
import { agnosticStack, ENV, newStack } from '../app';

const scope = newStack();
const token = Lazy.string({ produce: () => 'NOT VALID' });

describe('a prefix', () => {
  test.each(['ab', 'echo', 'a'.repeat(30), '0a', 'team-a/echo', 'a.b', 'a_b', 'a__b', 'a-b', 'a---b', 'a/b/c', 'my-team', 'a/b-c', 'a/b---c', 'a/my-team',
    'root', 'ROOT'])(
    "may be '%s'", (prefix) => {
      expect(() => checkPrefix('repository prefix', prefix, scope)).not.toThrow();
    });

  test.each([
    ['', 0], ['a', 1], ['a'.repeat(31), 31],
  ])("fails for '%s', which is too short or too long", (prefix, length) => {
    expect(() => checkPrefix('repository prefix', prefix, scope)).toThrow(
      `got the repository prefix '${prefix}' of length ${length}, expected 2 to 30 characters: choose a prefix of that length`);
  });

  test.each([
    '/echo', 'a//b', 'echo_', '-echo', 'a___b', 'a..b', 'a.-b', 'ROOT/', 'echo/*', 'échô', ' echo', 'echo ', 'echo\n', 'a b', 'a:b',
  ])("fails for '%s', which is not of the form", (prefix) => {
    expect(() => checkPrefix('repository prefix', prefix, scope)).toThrow(
      `got the repository prefix '${prefix}', expected lower-case letters and digits, joined by '.', '_', '__', hyphens or '/', `
      + "or ROOT for the whole registry: choose one such as 'echo' or 'team-a/echo'");
  });

  test.each([
    ['Echo', "write 'echo'"],
    ['Team/App', "write 'team/app'"],
    ['Root', "write 'ROOT' for the whole registry, or 'root' for a prefix of that name"],
    ['echo/', "write 'echo'"],
    ['eCho/', "choose one such as 'echo' or 'team-a/echo'"],
  ])("fails for '%s' with the prefix that is meant", (prefix, fix) => {
    expect(() => checkPrefix('repository prefix', prefix, scope)).toThrow(`: ${fix} [at `);
  });

  test('fails for a slash at the end, which ECR assumes', () => {
    expect(() => checkPrefix('repository prefix', 'team/echo/', scope)).toThrow(
      "got the repository prefix 'team/echo/', expected no slash at the end, since ECR assumes one: write 'team/echo'");
  });

  test('of a template may have 1 to 256 characters', () => {
    expect(() => checkPrefix('template prefix', 'a', scope, 256)).not.toThrow();
    expect(() => checkPrefix('template prefix', 'a'.repeat(256), scope, 256)).not.toThrow();
  });

  test.each([0, 257])('fails for a template with %d characters', (length) => {
    expect(() => checkPrefix('template prefix', 'a'.repeat(length), scope, 256)).toThrow(
      `of length ${length}, expected 1 to 256 characters: choose a prefix of that length`);
  });

  test('is not checked while it is a token, whole or in part', () => {
    expect(() => checkPrefix('repository prefix', token, scope)).not.toThrow();
    expect(() => checkPrefix('repository prefix', `echo-${token}`, scope)).not.toThrow();
  });

  test.each(['ECHO-', '*', '?', '$'])('fails for what no value of a token makes right: %s', around => {
    expect(() => checkPrefix('repository prefix', `${token}${around}`, scope)).toThrow(
      `got '${around}' around what is known only at deployment in the repository prefix`);
  });
});

describe('an upstream prefix', () => {
  test.each([
    [undefined, 'ROOT'], ['ROOT', 'ROOT'], ['ROOT', 'echo'], ['team-a', 'echo'], [token, 'ROOT'], ['team-a', token],
  ])('may be %s beside the prefix %s', (upstreamPrefix, prefix) => {
    expect(() => checkUpstreamPrefix(upstreamPrefix, prefix, scope)).not.toThrow();
  });

  test('fails beside the prefix ROOT', () => {
    expect(() => checkUpstreamPrefix('team-a', 'ROOT', scope)).toThrow(
      "got the upstream repository prefix 'team-a' for a cache with the prefix ROOT, expected an upstream repository prefix beside a "
      + 'repository prefix other than ROOT only: leave the upstream repository prefix out, or give the cache a prefix of its own');
  });

  test('fails in a form that ECR refuses, also beside a token', () => {
    expect(() => checkUpstreamPrefix('Team', token, scope)).toThrow("got the upstream repository prefix 'Team', expected lower-case letters");
  });
});

describe('an account', () => {
  test.each(['123456789012', '000000000001', token])('may be %s', (account) => {
    expect(() => checkAccount(account)).not.toThrow();
  });

  test.each(['', '1234', '1234567890123', 'abcdefghijkl', '1234-5678-9012', '123456789012\n'])("fails for '%s'", (account) => {
    expect(() => checkAccount(account)).toThrow(`got the account '${account}', expected the 12 digits of an AWS account id: `
      + "write it as a string and keep leading zeros, for example '012345678901'");
  });

  test.each<[string, unknown, string]>([
    ['a number', 123456789012, 'the number 123456789012'], ['a list of one', ['123456789012'], 'a list'],
  ])('fails for %s, which reads like one', (_, account, got) => {
    expect(() => checkAccount(account as string)).toThrow(`got ${got} as account, expected the 12 digits of an AWS account id`);
  });

  test('fails for an unset variable, which types let through', () => {
    expect(() => checkAccount(process.env.NOT_SET_ANYWHERE!)).toThrow('got no account, expected the 12 digits of an AWS account id');
  });
});

describe('a Region', () => {
  test.each([
    'us-east-1', 'eu-central-2', 'ap-southeast-7', 'ap-northeast-3', 'mx-central-1', 'il-central-1', 'sa-east-1', 'eusc-de-east-1', 'eu-north-1',
    'us-isof-south-1', 'us-west-10', 'cn-north-1', 'us-gov-east-1',
  ])('may be %s', (region) => {
    expect(() => checkRegion(region, scope)).not.toThrow();
  });

  test('is not checked while it is a token', () => {
    expect(() => checkRegion(token, scope)).not.toThrow();
  });

  test.each(['', 'frankfurt', ' us-east-1', 'us-east-1a', 'US-EAST-1', 'us_east_1', 'us-east', 'us-east-123', 'east-1', 'us-east-1\n'])(
    "fails for '%s'", (region) => {
      expect(() => checkRegion(region, scope)).toThrow(`got the Region '${region}', expected the name of an AWS Region such as 'us-east-1': `
        + 'write the name of the Region, not of a zone or a place');
    });

  test.each(['us-esat-1', 'us-middle-1', 'us-eastwest-1'])("fails for '%s', which no Region is called", (region) => {
    expect(() => checkRegion(region, scope)).toThrow(
      `got the Region '${region}', expected a name that ends in a point of the compass and a number, as all of them do: write it such as 'us-east-1'`);
  });


  test('fails for an unset variable, which types let through', () => {
    expect(() => checkRegion(process.env.NOT_SET_ANYWHERE!, scope)).toThrow("got no Region, expected the name of an AWS Region such as 'us-east-1'");
  });
});

describe('a text', () => {
  test('may be as long as AWS takes', () => {
    expect(() => checkLength(CheckId.TEMPLATE_DESCRIPTION_LENGTH, 'description', 'abc', 3, scope)).not.toThrow();
  });

  test('fails when it is longer', () => {
    expect(() => checkLength(CheckId.TEMPLATE_DESCRIPTION_LENGTH, 'description', 'abcd', 3, scope)).toThrow('got a description of 4 characters, expected at most 3: shorten it');
  });

  test('is not measured while it is a token', () => {
    expect(() => checkLength(CheckId.TEMPLATE_DESCRIPTION_LENGTH, 'description', Token.asString({ Ref: 'Parameter' }), 3, scope)).not.toThrow();
  });
});

describe('the least length of a text', () => {
  test.each<[unknown, number]>([
    ['abc', 3],
    [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] }, 4 + 3 + 6 + 12 + 5],
    [{ Ref: 'AWS::Region' }, 9],
    [{ Ref: 'Parameter' }, 0],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 0],
    [{ 'Fn::Join': ['', ['a', { 'Fn::GetAtt': ['Role', 'Arn'] }]] }, 1],
  ])('of %j is %d', (text, length) => {
    expect(knownLength(text)).toBe(length);
  });
});

const assumedBy = new iam.AccountRootPrincipal();
const byArn = (stack: Stack, arn: string) => iam.Role.fromRoleArn(stack, 'Role', arn);
const parameter = (stack: Stack) => new CfnParameter(stack, 'Parameter').valueAsString;

describe('the account of a role', () => {
  test('may be that of the stack', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, `arn:aws:iam::${ENV.account}:role/reader`), stack)).not.toThrow();
  });

  test('fails when it is another', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, 'arn:aws:iam::444455556666:role/reader'), stack)).toThrow(
      "got the upstream role 'reader' of the account 444455556666, expected a role of the account 111122223333, to which this stack goes: "
      + 'create the role in this account [at Stack]');
  });

  test('is not checked for a role whose ARN is a token', () => {
    const stack = newStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, parameter(stack)), stack)).not.toThrow();
  });

  test('is not checked in a stack that goes anywhere', () => {
    const stack = agnosticStack();
    expect(() => checkRoleAccount('upstream', byArn(stack, 'arn:aws:iam::444455556666:role/reader'), stack)).not.toThrow();
  });

  test('is not checked without a role', () => {
    expect(() => checkRoleAccount('upstream', undefined, newStack())).not.toThrow();
  });
});

describe('the path of a role', () => {
  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['a new role', stack => new iam.Role(stack, 'Role', { assumedBy })],
    ['a new role with the path /', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/' })],
    ['an ARN', stack => byArn(stack, `arn:aws:iam::${ENV.account}:role/creator`)],
    ['an ARN with tokens before the name', stack => byArn(stack, `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/creator`)],
    ['an ARN that is a token', stack => byArn(stack, parameter(stack))],
    ['a name', stack => iam.Role.fromRoleName(stack, 'Role', 'creator')],
    ['a name that is a token', stack => iam.Role.fromRoleName(stack, 'Role', parameter(stack))],
    ['a new role whose path is a token', stack => new iam.Role(stack, 'Role', { assumedBy, path: parameter(stack) })],
  ])('is no problem for %s', (_, role) => {
    const stack = newStack();
    expect(() => checkRoleWithoutPath('creation', role(stack), stack)).not.toThrow();
  });

  test.each<[string, string, string, (stack: Stack) => iam.IRole]>([
    ['a new role', 'Stack/Role', '/ecr/', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/ecr/' })],
    ['a new role that may not be changed', 'Stack/ImmutableRoleRole', '/ecr/', stack => new iam.Role(stack, 'Role', { assumedBy, path: '/ecr/' }).withoutPolicyUpdates()],
    ['an ARN', 'creator', '/a/b/', stack => byArn(stack, `arn:aws:iam::${ENV.account}:role/a/b/creator`)],
    ['a name', 'creator', '/a/', stack => iam.Role.fromRoleName(stack, 'Role', 'a/creator')],
  ])('fails for %s', (_, name, path, role) => {
    const stack = newStack();
    expect(() => checkRoleWithoutPath('creation', role(stack), stack)).toThrow(
      new RegExp(`got the creation role '${name}' with the path '${path}', expected a role without a path, since ECR refuses others in a template: `
        + 'create the role without a path'));
  });
});
describe('a text', () => {
  test('may be any, also an empty one and a token', () => {
    for (const text of ['', 'nginx', token]) {
      expect(() => checkText('image', text, "'nginx'", scope)).not.toThrow();
    }
  });

  test.each<[unknown, string]>([
    [undefined, 'no image'], [null, 'no image'], [5, 'the number 5 as image'], [true, 'the value true as image'],
    [() => 'nginx', 'a function that was not called as image'], [['nginx'], 'a list as image'], [{}, 'an object as image'],
  ])('fails for what is none: %p', (value, got) => {
    expect(() => checkText('image', value, "'nginx'", scope)).toThrow(`got ${got}, expected a text: write it such as 'nginx' [at Stack]`);
  });
});
