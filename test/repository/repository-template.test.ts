import { App, CfnParameter, Stack, Tags, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnRepositoryCreationTemplate, TagMutability } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';
import { RepositoryTemplate, TemplateUse } from '../../src/repository/repository-template';
import type { RepositoryTemplateProps } from '../../src/repository/repository-template';
import { agnosticStack, ENV, newStack, propertiesOf, warningsOf } from '../app';

const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';

function templateWith(props: Partial<RepositoryTemplateProps>, stack: Stack = newStack()) {
  new RepositoryTemplate(stack, 'Template', { prefix: 'echo', ...props });
  return propertiesOf(stack, TEMPLATE) as Record<string, any>;
}

describe('a template', () => {
  test('by default keeps the newest images, encrypts with AES-256 and leaves tags mutable', () => {
    expect(templateWith({})).toEqual({
      Prefix: 'echo',
      AppliedFor: ['PULL_THROUGH_CACHE'],
      Description: 'Repositories below echo',
      ImageTagMutability: 'MUTABLE',
      EncryptionConfiguration: { EncryptionType: 'AES256' },
      LifecyclePolicy: CacheLifecycleRule.toPolicyText(CacheLifecycleRule.defaults()),
    });
  });

  test('is for the uses that the user names', () => {
    expect(templateWith({ appliedFor: [TemplateUse.REPLICATION, TemplateUse.CREATE_ON_PUSH] }).AppliedFor).toEqual(['REPLICATION', 'CREATE_ON_PUSH']);
  });

  test.each([
    [[], 'a template that is applied for nothing'],
    [[TemplateUse.REPLICATION, TemplateUse.REPLICATION], 'the uses REPLICATION, REPLICATION'],
  ])('fails for the uses %j', (appliedFor, got) => {
    expect(() => templateWith({ appliedFor })).toThrow(
      `got ${got}, expected at least one use, each once: leave appliedFor out, or name each TemplateUse once [at Stack/Template]`);
  });

  test.each(['a', 'a'.repeat(256), 'ROOT'])("may have the prefix '%s'", (prefix) => {
    expect(templateWith({ prefix }).Prefix).toBe(prefix);
  });

  test('fails for a prefix that ECR refuses', () => {
    expect(() => templateWith({ prefix: 'Echo' })).toThrow("got the template prefix 'Echo', expected lower-case letters");
  });

  test('takes a prefix at deployment', () => {
    const stack = newStack();
    expect(templateWith({ prefix: new CfnParameter(stack, 'Prefix').valueAsString }, stack).Prefix).toEqual({ Ref: 'Prefix' });
  });
});

describe('the description of a template', () => {
  test('is the one that the user gives, up to 256 characters', () => {
    expect(templateWith({ description: 'x'.repeat(256) }).Description).toBe('x'.repeat(256));
  });

  test('fails above 256 characters', () => {
    expect(() => templateWith({ description: 'x'.repeat(257) })).toThrow(
      'got a template description of 257 characters, expected at most 256: shorten it');
  });

  test('fits by default whatever the prefix', () => {
    expect(templateWith({ prefix: 'a'.repeat(237) }).Description).toBe(`Repositories below ${'a'.repeat(237)}`);
    [238, 256].forEach(length => expect(templateWith({ prefix: 'a'.repeat(length) }).Description).toBe('Repositories below this prefix'));
  });

  test('says by default what ROOT means', () => {
    expect(templateWith({ prefix: 'ROOT' }).Description).toBe('Repositories that no other template matches');
  });

  test('is not measured while it is a token', () => {
    const stack = newStack();
    expect(templateWith({ description: new CfnParameter(stack, 'Text').valueAsString }, stack).Description).toEqual({ Ref: 'Text' });
  });
});

describe('the tags of a template', () => {
  test('are given to the repositories', () => {
    expect(templateWith({ tags: { team: 'web', cost: '7' } }).ResourceTags).toEqual([{ Key: 'cost', Value: '7' }, { Key: 'team', Value: 'web' }]);
  });

  test('are in the same order in whatever order they come, inherited ones too', () => {
    const tagsOf = (own: { [key: string]: string }, inherited: [string, string][]) => {
      const stack = newStack();
      const template = new RepositoryTemplate(stack, 'Template', { prefix: 'echo', tags: own, inheritTags: true });
      inherited.forEach(([key, value]) => Tags.of(template).add(key, value));
      return propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate').ResourceTags;
    };

    expect(tagsOf({ team: 'web', cost: '7' }, [['stage', 'prod'], ['area', 'eu']])).toEqual([
      { Key: 'area', Value: 'eu' }, { Key: 'cost', Value: '7' }, { Key: 'stage', Value: 'prod' }, { Key: 'team', Value: 'web' },
    ]);
    expect(tagsOf({ cost: '7', team: 'web' }, [['area', 'eu'], ['stage', 'prod']])).toEqual(tagsOf({ team: 'web', cost: '7' }, [['stage', 'prod'], ['area', 'eu']]));
  });

  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x']));

  test('may be 50', () => {
    expect(templateWith({ tags: many(50) }).ResourceTags).toHaveLength(50);
  });

  test('may be as long as AWS takes them', () => {
    expect(templateWith({ tags: { ['k'.repeat(128)]: 'v'.repeat(256), empty: '' } }).ResourceTags).toHaveLength(2);
  });

  test.each([
    ['51 of them', many(51), 'got 51 tags, expected at most 50: drop some'],
    ['an empty key', { '': 'x' }, 'got a tag without a key, expected 1 to 128 characters: name the tag'],
    ['a long key', { ['k'.repeat(129)]: 'x' }, 'got a tag key of 129 characters, expected 1 to 128: rename the tag'],
    ['a long value', { team: 'v'.repeat(257) }, "got a value of the tag 'team' of 257 characters, expected at most 256: shorten it"],
    ['a reserved key', { 'aws:team': 'x' }, "got the tag 'aws:team', expected no key that starts with 'aws:', which AWS reserves: rename the tag"],
    ['a reserved key in capitals', { 'AWS:team': 'x' }, "got the tag 'AWS:team', expected no key that starts with 'aws:'"],
  ])('fail for %s', (_, tags, message) => {
    expect(() => templateWith({ tags })).toThrow(message);
  });

  test('may be tokens', () => {
    const stack = newStack();
    const value = new CfnParameter(stack, 'Team').valueAsString;
    expect(templateWith({ tags: { team: value } }, stack).ResourceTags).toEqual([{ Key: 'team', Value: { Ref: 'Team' } }]);
  });

  test('may have keys that are tokens, however long their names are', () => {
    const key = Token.asString({ Ref: 'Key' }, { displayHint: 'k'.repeat(200) });
    expect(templateWith({ tags: { [key]: 'web' } }).ResourceTags).toEqual([{ Key: { Ref: 'Key' }, Value: 'web' }]);
  });
});

describe('the key of a template', () => {
  test('encrypts the repositories', () => {
    const stack = newStack();
    expect(templateWith({ encryptionKey: new kms.Key(stack, 'Key') }, stack).EncryptionConfiguration).toEqual({
      EncryptionType: 'KMS', KmsKey: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    });
  });

  test('may be of another account', () => {
    const arn = 'arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const stack = newStack();
    expect(templateWith({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn) }, stack).EncryptionConfiguration.KmsKey).toBe(arn);
  });

  test('may be a token', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', new CfnParameter(stack, 'KeyArn').valueAsString);
    expect(templateWith({ encryptionKey }, stack).EncryptionConfiguration.KmsKey).toEqual({ Ref: 'KeyArn' });
  });

  test.each<[string, string, (stack: Stack) => kms.IKey]>([
    ['imported by name', 'Stack/Alias', stack => kms.Alias.fromAliasName(stack, 'Alias', 'alias/images')],
    ['new', 'Stack/Alias', stack => new kms.Alias(stack, 'Alias', { aliasName: 'images', targetKey: new kms.Key(stack, 'Key') })],
    ['given as the ARN of a key', 'Stack/Alias', stack => kms.Alias.fromAliasAttributes(stack, 'Alias', {
      aliasName: 'alias/images', aliasTargetKey: new kms.Key(stack, 'Key'),
    })],
  ])('fails for an alias that is %s', (_, path, key) => {
    const stack = newStack();
    expect(() => templateWith({ encryptionKey: key(stack) }, stack)).toThrow(`got a key alias (${path}) to encrypt with, expected a key, since a template `
      + 'needs the ARN of the key itself: pass the key that the alias stands for, for example with kms.Key.fromKeyArn or kms.Key.fromLookup');
  });

  test('fails in another Region', () => {
    const app = new App();
    const key = new kms.Key(newStack(app, 'Keys', { ...ENV, region: 'us-east-1' }), 'Key');
    expect(() => templateWith({ encryptionKey: key }, newStack(app))).toThrow('got an encryption key of the Region us-east-1, expected a key of the Region '
      + 'eu-central-1, in which the repositories are: create the key there, or a replica of a multi-Region key [at Stack/Template]');
  });
});

describe('the tag mutability of a template', () => {
  test.each([TagMutability.MUTABLE, TagMutability.IMMUTABLE])('may be %s without filters', (imageTagMutability) => {
    const properties = templateWith({ imageTagMutability });
    expect(properties.ImageTagMutability).toBe(imageTagMutability);
    expect(properties).not.toHaveProperty('ImageTagMutabilityExclusionFilters');
  });

  test.each([TagMutability.MUTABLE_WITH_EXCLUSION, TagMutability.IMMUTABLE_WITH_EXCLUSION])('may be %s with filters', (imageTagMutability) => {
    expect(templateWith({ imageTagMutability, imageTagMutabilityExclusionFilters: ['latest', 'dev-*'] })).toMatchObject({
      ImageTagMutability: imageTagMutability,
      ImageTagMutabilityExclusionFilters: [
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
        { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev-*' },
      ],
    });
  });

  test('may have 5 filters', () => {
    const imageTagMutabilityExclusionFilters = ['a', 'b', 'c', 'd', 'e'];
    const template = templateWith({ imageTagMutability: TagMutability.MUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters });
    expect(template.ImageTagMutabilityExclusionFilters).toHaveLength(5);
  });

  test.each([
    ['no filters', undefined, 0], ['an empty list', [], 0], ['6 filters', ['a', 'b', 'c', 'd', 'e', 'f'], 6],
  ])('fails with exclusion and %s', (_, imageTagMutabilityExclusionFilters, count) => {
    expect(() => templateWith({ imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters })).toThrow(
      `got ${count} mutability exclusion filters with IMMUTABLE_WITH_EXCLUSION, expected 1 to 5: `
      + "name the tags that are excluded, for example ['latest', 'dev-*']");
  });

  test.each([undefined, TagMutability.MUTABLE, TagMutability.IMMUTABLE])('fails when it is %s and there are filters', (imageTagMutability) => {
    expect(() => templateWith({ imageTagMutability, imageTagMutabilityExclusionFilters: ['latest'] })).toThrow(
      `got mutability exclusion filters with ${imageTagMutability ?? 'MUTABLE'}, expected filters with MUTABLE_WITH_EXCLUSION or `
      + 'IMMUTABLE_WITH_EXCLUSION only: set imageTagMutability to one of these, or leave the filters out');
  });

  const withFilters = (imageTagMutabilityExclusionFilters: string[], stack?: Stack) =>
    templateWith({ imageTagMutability: TagMutability.MUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters }, stack);

  test.each(['', 'v 1', 'v/1', 'x'.repeat(129)])("fails for the filter '%s'", (filter) => {
    expect(() => withFilters([filter])).toThrow(`got the mutability exclusion filter '${filter}', expected 1 to 128 letters, digits, '.', '_', '-' and '*': `
      + "write a pattern of tags such as 'dev-*'");
  });

  test('takes a filter at deployment', () => {
    const stack = newStack();
    expect(withFilters([new CfnParameter(stack, 'Filter').valueAsString], stack).ImageTagMutabilityExclusionFilters[0])
      .toMatchObject({ ImageTagMutabilityExclusionFilterValue: { Ref: 'Filter' } });
  });

  test('fails for a list of filters at deployment', () => {
    const stack = newStack();
    const list = new CfnParameter(stack, 'Filters', { type: 'CommaDelimitedList' }).valueAsList;
    expect(() => withFilters(list, stack)).toThrow('got a list of mutability exclusion filters that is known only at deployment, expected filters one by '
      + 'one, since each becomes an entry of its own: write the list out; a single filter in it may be known only at deployment');
  });

  test('warns when it is immutable for a cache', () => {
    const stack = newStack();
    templateWith({ imageTagMutability: TagMutability.IMMUTABLE }, stack);
    expect(warningsOf(stack)).toEqual(["/Stack/Template immutableTemplate: the repositories below 'echo' are immutable: when a tag moves upstream, ECR can't "
      + 'refresh it here. Use MUTABLE, or exclude the tags that move.']);
  });

  test.each<[string, Partial<RepositoryTemplateProps>]>([
    ['for replication', { imageTagMutability: TagMutability.IMMUTABLE, appliedFor: [TemplateUse.REPLICATION] }],
    ['with exclusions', { imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: ['latest'] }],
    ['by default', {}],
  ])('does not warn %s', (_, props) => {
    const stack = newStack();
    templateWith(props, stack);
    expect(warningsOf(stack)).toEqual([]);
  });
});

describe('the lifecycle of a template', () => {
  test('is that of the rules that the user gives', () => {
    const { LifecyclePolicy: text } = templateWith({ lifecycleRules: [CacheLifecycleRule.keepNewest(3)] });
    expect(JSON.parse(text).rules).toHaveLength(1);
  });

  test('is none when everything stays', () => {
    expect(templateWith({ lifecycleRules: [CacheLifecycleRule.keepEverything()] })).not.toHaveProperty('LifecyclePolicy');
  });

  test('fails without a rule', () => {
    expect(() => templateWith({ lifecycleRules: [] })).toThrow('got 0 rules for a lifecycle policy, expected 1 to 50: give at least one rule; '
      + 'CacheLifecycleRule.keepEverything() says that nothing shall go');
  });

  test('fails with 51 rules', () => {
    const lifecycleRules = Array.from({ length: 51 }, (_, index) => CacheLifecycleRule.keepNewest(1, { tagPatterns: [`v${index}.*`] }));
    expect(() => templateWith({ lifecycleRules })).toThrow('got 51 rules for a lifecycle policy, expected 1 to 50');
  });

  test('fails above 30,720 characters', () => {
    const description = 'x'.repeat(30_720);
    expect(() => templateWith({ lifecycleRules: [CacheLifecycleRule.keepNewest(1, { description })] })).toThrow(
      /got a lifecycle policy of 3\d{4} characters, expected at most 30720: shorten descriptions and tag lists, or use fewer rules/);
  });

  test('has more than the 100 characters that CloudFormation asks for with the shortest of policies', () => {
    const [shortest] = CacheLifecycleRule.fromPolicyText(
      '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}');
    expect(templateWith({ lifecycleRules: [shortest] }).LifecyclePolicy.length).toBeGreaterThanOrEqual(100);
  });

  test('may be a text at deployment', () => {
    const stack = newStack();
    const lifecycleRules = CacheLifecycleRule.fromPolicyText(new CfnParameter(stack, 'Policy').valueAsString);
    expect(templateWith({ lifecycleRules }, stack).LifecyclePolicy).toEqual({ Ref: 'Policy' });
  });
});

describe('two templates', () => {
  const message = "got a second repository creation template for the prefix 'echo' of one account and Region (Stack/Template is the first), expected one "
    + 'template for each prefix: join the two: name both uses in appliedFor, or set the repositoryTemplate of the cache';

  test('fail at synthesis for one prefix', () => {
    const app = new App();
    const stack = newStack(app);
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo' });
    new RepositoryTemplate(stack, 'Second', { prefix: 'echo', appliedFor: [TemplateUse.REPLICATION] });
    expect(() => app.synth()).toThrow(message);
  });

  test('fail with an L1 template for one prefix', () => {
    const app = new App();
    new RepositoryTemplate(newStack(app), 'Template', { prefix: 'echo' });
    new CfnRepositoryCreationTemplate(newStack(app, 'Other'), 'L1', { prefix: 'echo', appliedFor: ['REPLICATION'] });
    expect(() => app.synth()).toThrow(`${message} [at Other/L1]`);
  });

  test('are fine for two prefixes, two Regions, and places that are not known', () => {
    const app = new App();
    const stack = newStack(app);
    [stack, newStack(app, 'West', { ...ENV, region: 'us-west-2' }), agnosticStack(app, 'Anywhere')].forEach(scope =>
      new RepositoryTemplate(scope, 'Template', { prefix: 'echo' }));
    new RepositoryTemplate(stack, 'Other', { prefix: 'echo/team' });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('the creation role that a user brings', () => {
  const byArn = (stack: Stack, arn: string) => iam.Role.fromRoleArn(stack, 'Creator', arn);

  test('is taken, and none is made', () => {
    const stack = newStack();
    const creationRole = byArn(stack, `arn:aws:iam::${ENV.account}:role/creator`);
    expect(templateWith({ creationRole, tags: { team: 'web' } }, stack).CustomRoleArn).toBe(`arn:aws:iam::${ENV.account}:role/creator`);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
  });

  test('is taken also when neither tags nor a key ask for it', () => {
    const stack = newStack();
    expect(templateWith({ creationRole: byArn(stack, `arn:aws:iam::${ENV.account}:role/creator`) }, stack)).toHaveProperty('CustomRoleArn');
  });

  test('fails with a path', () => {
    const stack = newStack();
    expect(() => templateWith({ creationRole: byArn(stack, `arn:aws:iam::${ENV.account}:role/ecr/creator`) }, stack)).toThrow(
      "got the creation role 'creator' with the path '/ecr/', expected a role without a path, since ECR refuses others in a template");
  });

  test('fails in another account', () => {
    const stack = newStack();
    expect(() => templateWith({ creationRole: byArn(stack, 'arn:aws:iam::444455556666:role/creator') }, stack)).toThrow(
      "got the creation role 'creator' of the account 444455556666, expected a role of the account 111122223333");
  });

  test('may be a token', () => {
    const stack = newStack();
    const creationRole = byArn(stack, Token.asString({ Ref: 'AWS::NoValue' }));
    expect(templateWith({ creationRole }, stack).CustomRoleArn).toEqual({ Ref: 'AWS::NoValue' });
  });
});
