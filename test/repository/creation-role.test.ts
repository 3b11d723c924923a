import { App, Aspects, PropertyInjectors, Stack, TagManager, Tags } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { RepositoryTemplate, TemplateUse } from '../../src/repository/repository-template';
import type { RepositoryTemplateProps } from '../../src/repository/repository-template';
import { newStack, propertiesOf, warningsOf } from '../app';

const TEMPLATE = 'AWS::ECR::RepositoryCreationTemplate';
const OWN = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:eu-central-1:111122223333:repository/echo/*']] };

function templateIn(stack: Stack, props: Partial<RepositoryTemplateProps> = {}) {
  return new RepositoryTemplate(stack, 'Template', { prefix: 'echo', ...props });
}

/** Whether the role is there, and everything that has to go with it: both or neither. */
function hasRole(stack: Stack): boolean {
  const template = Template.fromStack(stack);
  const roles = Object.keys(template.findResources('AWS::IAM::Role'));
  const { CustomRoleArn: arn, ResourceTags: tags, EncryptionConfiguration: encryption } = propertiesOf(stack, TEMPLATE) as any;
  const wanted = tags !== undefined || encryption.EncryptionType === 'KMS';

  expect(roles).toHaveLength(wanted ? 1 : 0);
  expect(arn).toEqual(wanted ? { 'Fn::GetAtt': [roles[0], 'Arn'] } : undefined);
  const ids = Object.keys(template.toJSON().Resources);
  Object.values(template.toJSON().Resources).forEach((resource: any) => expect(ids).toEqual(expect.arrayContaining(resource.DependsOn ?? [])));
  return wanted;
}

describe('the creation role', () => {
  test('is trusted by ECR and may create tagged repositories below the prefix', () => {
    const stack = newStack();
    templateIn(stack, { tags: { team: 'web' } });
    expect(propertiesOf(stack, 'AWS::IAM::Role')).toEqual({
      Description: 'Creates the repositories below echo as their template says',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17', Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ecr.amazonaws.com' } }],
      },
      Policies: [{
        PolicyName: 'CreateRepositories',
        PolicyDocument: {
          Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['ecr:CreateRepository', 'ecr:TagResource'], Resource: OWN }],
        },
      }],
    });
  });

  test('has no path and no name, which ECR could refuse', () => {
    const stack = newStack();
    templateIn(stack, { tags: { team: 'web' } });
    expect(propertiesOf(stack, 'AWS::IAM::Role')).not.toHaveProperty('Path');
    expect(propertiesOf(stack, 'AWS::IAM::Role')).not.toHaveProperty('RoleName');
  });

  test('may use the key by ECR alone, and no other', () => {
    const stack = newStack();
    templateIn(stack, { encryptionKey: new kms.Key(stack, 'Key') });
    const [{ PolicyDocument: { Statement: [, key] } }] = propertiesOf(stack, 'AWS::IAM::Role').Policies as any;
    expect(key).toEqual({
      Effect: 'Allow',
      Action: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
      Condition: { StringEquals: { 'kms:CallerAccount': '111122223333', 'kms:ViaService': 'ecr.eu-central-1.amazonaws.com' } },
    });
  });

  test('may replicate when the template is for replication', () => {
    const stack = newStack();
    templateIn(stack, { tags: { team: 'web' }, appliedFor: [TemplateUse.REPLICATION] });
    const [{ PolicyDocument: { Statement: [statement] } }] = propertiesOf(stack, 'AWS::IAM::Role').Policies as any;
    expect(statement.Action).toEqual(['ecr:CreateRepository', 'ecr:TagResource', 'ecr:ReplicateImage']);
  });

  test('reaches the whole registry with the prefix ROOT', () => {
    const stack = newStack();
    templateIn(stack, { prefix: 'ROOT', tags: { team: 'web' } });
    const [{ PolicyDocument: { Statement: [statement] } }] = propertiesOf(stack, 'AWS::IAM::Role').Policies as any;
    expect(JSON.stringify(statement.Resource)).toContain(':repository/*');
  });
});

/** Everything that can tag a template, and whether tags then reach the repositories. */
const TAGGERS: [string, (app: App, stack: Stack, template: () => void) => void][] = [
  ['nobody', (_app, _stack, make) => make()],
  ['Tags.of the stack, before', (_app, stack, make) => {
    Tags.of(stack).add('team', 'web');
    make();
  }],
  ['Tags.of the stack, after', (_app, stack, make) => {
    make();
    Tags.of(stack).add('team', 'web');
  }],
  ['Tags.of the app', (app, _stack, make) => {
    make();
    Tags.of(app).add('team', 'web');
  }],
  ['an aspect that tags each construct', (app, _stack, make) => {
    make();
    Aspects.of(app).add({ visit: node => TagManager.of(node)?.setTag('team', 'web') } satisfies IAspect, { priority: 900 });
  }],
  ['an aspect that runs first', (app, _stack, make) => {
    make();
    Aspects.of(app).add({ visit: node => TagManager.of(node)?.setTag('team', 'web') } satisfies IAspect, { priority: 1 });
  }],
];
const KEYS: [string, (stack: Stack) => Partial<RepositoryTemplateProps>][] = [
  ['no key', () => ({})], ['a key', stack => ({ encryptionKey: new kms.Key(stack, 'Key') })],
];
const OWN_TAGS: [string, Partial<RepositoryTemplateProps>][] = [['no own tags', {}], ['own tags', { tags: { cost: '7' } }]];

const combinations = TAGGERS.flatMap(([tagger, tag]) => KEYS.flatMap(([key, keyProps]) => OWN_TAGS.flatMap(([own, tagProps]) =>
  [true, false].map(inheritTags => ({
    name: `${tagger} tags, ${key}, ${own}, inheritTags: ${inheritTags}`,
    tag,
    props: (stack: Stack) => ({ ...keyProps(stack), ...tagProps, inheritTags }),
    tagged: own === 'own tags' || inheritTags && tagger !== 'nobody',
    wanted: own === 'own tags' || key === 'a key' || inheritTags && tagger !== 'nobody',
  })))));

describe('the creation role is there exactly when tags or a key ask for it', () => {
  test.each(combinations)('$name: $wanted', ({ tag, props, tagged, wanted }) => {
    const app = new App();
    const stack = newStack(app);
    let template: RepositoryTemplate | undefined;
    tag(app, stack, () => {
      template = templateIn(stack, props(stack));
      // something that waits for all of the template must not wait for a role that isn't there
      new Topic(stack, 'Later').node.addDependency(template);
    });

    expect(hasRole(stack)).toBe(wanted);
    expect(template!.tagged).toBe(tagged);
  });
});

describe('tags that are inherited', () => {
  test('give way to the own ones', () => {
    const stack = newStack();
    templateIn(stack, { tags: { team: 'web' }, inheritTags: true });
    Tags.of(stack).add('team', 'other');
    Tags.of(stack).add('cost', '7');
    expect(propertiesOf(stack, TEMPLATE).ResourceTags).toEqual(expect.arrayContaining([{ Key: 'team', Value: 'web' }, { Key: 'cost', Value: '7' }]));
  });

  test('can be removed again', () => {
    const stack = newStack();
    const template = templateIn(stack, { inheritTags: true });
    Tags.of(stack).add('team', 'web');
    Tags.of(template).remove('team');
    expect(hasRole(stack)).toBe(false);
  });

  test('are not those of the stack\'s own tags property, which CloudFormation spreads', () => {
    const stack = new Stack(new App(), 'Stack', { tags: { team: 'web' } });
    templateIn(stack, { inheritTags: true });
    expect(hasRole(stack)).toBe(false);
  });

  test('can leave the template out by its type', () => {
    const stack = newStack();
    templateIn(stack, { inheritTags: true });
    Tags.of(stack).add('team', 'web', { excludeResourceTypes: [TEMPLATE] });
    expect(hasRole(stack)).toBe(false);
  });

  test('fail at synthesis when they are too many', () => {
    const app = new App();
    const stack = newStack(app);
    templateIn(stack, { inheritTags: true });
    Array.from({ length: 51 }, (_, index) => Tags.of(stack).add(`tag${index}`, 'x'));
    expect(() => app.synth()).toThrow('got 51 tags, expected at most 50: drop some');
  });

  test('fail at synthesis when one is reserved', () => {
    const app = new App();
    const stack = newStack(app);
    templateIn(stack, { inheritTags: true });
    Tags.of(stack).add('aws:team', 'x');
    expect(() => app.synth()).toThrow("got the tag 'aws:team', expected no key that starts with 'aws:'");
  });
});

describe('an organisation that changes all roles', () => {
  const tags = { team: 'web' };
  const withPath = (path: string, excepts: boolean): IAspect => ({
    visit: node => { if (node instanceof iam.CfnRole && !(excepts && node.node.id === 'CreationRole')) { node.path = path; } },
  });

  test('is told that ECR refuses the path that an Aspect gives the creation role, and how to except it', () => {
    const app = new App();
    const stack = newStack(app);
    templateIn(stack, { tags });
    Aspects.of(app).add(withPath('/platform/', false));
    expect(() => app.synth()).toThrow(
      "got the path '/platform/' of the creation role, which an Aspect may have set, expected none, since ECR refuses others in a template and the first pull fails: "
      + "except it in the Aspect, such as by node.node.id !== 'CreationRole'");
  });

  test.each<[string, IAspect, Partial<RepositoryTemplateProps>]>([
    ['excepts the creation role', withPath('/platform/', true), { tags }],
    ['sets the path that there is by default', withPath('/', false), { tags }],
    ['meets no creation role, since nothing is tagged', withPath('/platform/', false), { inheritTags: true }],
  ])('is told nothing when it %s', (_, aspect, props) => {
    const app = new App();
    templateIn(newStack(app), props);
    Aspects.of(app).add(aspect);
    expect(() => app.synth()).not.toThrow();
  });

  test('reaches it by an injector of boundaries for roles, the nearest one', () => {
    const injector = (name: string) => ({
      constructUniqueId: iam.Role.PROPERTY_INJECTION_ID,
      inject: (props: iam.RoleProps, { scope }: { scope: any }) => (
        { ...props, path: '/platform/', permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyArn(scope, `Boundary${name}`, `arn:aws:iam::aws:policy/${name}`) }),
    });
    const app = new App({ propertyInjectors: [injector('far')] });
    const stack = newStack(app);
    PropertyInjectors.of(stack).add(injector('near'));
    templateIn(stack, { tags });
    expect(propertiesOf(stack, 'AWS::IAM::Role')).toMatchObject({ PermissionsBoundary: 'arn:aws:iam::aws:policy/near' });
    expect(propertiesOf(stack, 'AWS::IAM::Role')).not.toHaveProperty('Path');
  });

  test.each<[string, iam.CustomizeRolesOptions, Partial<RepositoryTemplateProps>, number]>([
    ['is warned of the role that stays', {}, { tags }, 1],
    ['is not warned when roles stay anyway', { preventSynthesis: false }, { tags }, 0],
    ['is not warned when there is none', {}, {}, 0],
  ])('and makes its roles elsewhere %s', (_, options, props, count) => {
    const stack = newStack();
    iam.Role.customizeRoles(stack, options);
    templateIn(stack, props);
    expect(warningsOf(stack).filter(text => text.includes('creationRoleNotCustomized'))).toHaveLength(count);
  });
});
