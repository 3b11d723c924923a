import { App, CfnParameter, CfnResource } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { checkEncryptionKey, LOG_GROUP, TEMPLATE } from '../../src/private/encryption-key';
import { agnosticStack, ENV, newStack } from '../app';

const US_KEY = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000';
const EU_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';
const ALIAS = 'arn:aws:kms:eu-central-1:111122223333:alias/images';

let app: App;
let scope: Construct;
beforeEach(() => {
  app = new App();
  scope = new Construct(newStack(app), 'Echo');
});

describe('a key to encrypt with', () => {
  test('may be left out', () => {
    expect(() => checkEncryptionKey(undefined, scope, TEMPLATE)).not.toThrow();
  });

  test('may be a new key', () => {
    expect(() => checkEncryptionKey(new kms.Key(scope, 'Key'), scope, TEMPLATE)).not.toThrow();
  });

  test('may be an imported key', () => {
    expect(() => checkEncryptionKey(kms.Key.fromKeyArn(scope, 'Key', EU_KEY), scope, TEMPLATE)).not.toThrow();
  });

  test('may be an L1 key, which holds no other construct', () => {
    const key = new kms.CfnKey(scope, 'Key', { keyPolicy: {} });

    expect(() => checkEncryptionKey(key, scope, TEMPLATE)).not.toThrow();
  });

  test('may be a key that holds a construct of another kind', () => {
    const key = kms.Key.fromKeyArn(scope, 'Key', EU_KEY);
    new CfnResource(key, 'Resource', { type: 'AWS::KMS::ReplicaKey' });

    expect(() => checkEncryptionKey(key, scope, TEMPLATE)).not.toThrow();
  });

  test('may have an ARN that is known at deployment', () => {
    const key = kms.Key.fromKeyArn(scope, 'Key', new CfnParameter(scope, 'KeyArn').valueAsString);

    expect(() => checkEncryptionKey(key, scope, TEMPLATE)).not.toThrow();
  });
});

describe('an alias of a key', () => {
  const withAlias = (key: kms.IKeyRef) => () => checkEncryptionKey(key, scope, TEMPLATE);

  test('fails with what to pass instead and the way round it', () => {
    expect(withAlias(kms.Alias.fromAliasName(scope, 'Alias', 'alias/images'))).toThrow(
      'got a key alias (Stack/Echo/Alias) to encrypt with, expected a key, since a template needs the ARN of the key itself: pass the key that the alias '
      + 'stands for, for example with kms.Key.fromKeyArn or kms.Key.fromLookup; if AWS takes it by now, set the context '
      + '"cdk-ecr-pull-through-cache:accept": ["templateKeyAlias"] [at Stack/Echo]');
  });

  test('fails when it is new, and so has the ARN of its key', () => {
    expect(withAlias(new kms.Alias(scope, 'Alias', { aliasName: 'images', targetKey: kms.Key.fromKeyArn(scope, 'Key', EU_KEY) })))
      .toThrow('got a key alias (Stack/Echo/Alias) to encrypt with');
  });

  test('fails when it is given as the ARN of a key', () => {
    expect(withAlias(kms.Key.fromKeyArn(scope, 'Key', ALIAS))).toThrow('got a key alias (Stack/Echo/Key) to encrypt with');
  });

  test('fails for a log group in the words of a log group', () => {
    expect(() => checkEncryptionKey(kms.Alias.fromAliasName(scope, 'Alias', 'alias/logs'), scope, LOG_GROUP))
      .toThrow('expected a key, since a log group needs the ARN of the key itself: ');
  });

  test('is fine when the context accepts it', () => {
    scope.node.setContext('cdk-ecr-pull-through-cache:accept', ['templateKeyAlias']);

    expect(withAlias(kms.Alias.fromAliasName(scope, 'Alias', 'alias/images'))).not.toThrow();
  });
});

describe('the Region of a key', () => {
  test('fails when it is another one than that of the repositories', () => {
    expect(() => checkEncryptionKey(kms.Key.fromKeyArn(scope, 'Key', US_KEY), scope, TEMPLATE)).toThrow(
      'got an encryption key of the Region us-east-1, expected a key of the Region eu-central-1, in which the repositories are: create the key there, or '
      + 'a replica of a multi-Region key [at Stack/Echo]');
  });

  test('fails when it is another one than that of the log group', () => {
    expect(() => checkEncryptionKey(kms.Key.fromKeyArn(scope, 'Key', US_KEY), scope, LOG_GROUP)).toThrow(
      'got an encryption key of the Region us-east-1, expected a key of the Region eu-central-1, in which the log group is: create the key there');
  });

  test('fails when it is that of another stack', () => {
    const key = new kms.Key(newStack(app, 'Keys', { ...ENV, region: 'us-east-1' }), 'Key');

    expect(() => checkEncryptionKey(key, scope, TEMPLATE)).toThrow('got an encryption key of the Region us-east-1');
  });

  test('fails for an alias that the context accepts, as for a key', () => {
    const alias = kms.Alias.fromAliasName(newStack(app, 'Keys', { ...ENV, region: 'us-east-1' }), 'Alias', 'alias/images');
    scope.node.setContext('cdk-ecr-pull-through-cache:accept', ['templateKeyAlias']);

    expect(() => checkEncryptionKey(alias, scope, TEMPLATE)).toThrow('got an encryption key of the Region us-east-1');
  });

  test('is any in a stack that goes anywhere', () => {
    const stack = agnosticStack(app, 'Anywhere');

    expect(() => checkEncryptionKey(kms.Key.fromKeyArn(stack, 'Key', US_KEY), stack, TEMPLATE)).not.toThrow();
  });
});
