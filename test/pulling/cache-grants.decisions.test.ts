import { App, Stack, Tags } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullPolicy, PullThroughCache, PullThroughCacheGrants, RepositoryTemplate } from '../../src';
import { ECHO, ENV, newStack } from '../app';
import { Deployed, isAllowed, untestedActions, wrongRows } from '../simulator';
import type { Caller, Row, World } from '../simulator';

const LOG_IN = ['ecr:GetAuthorizationToken'];
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];
const TAG = ['ecr:TagResource'];
const NEVER = ['ecr:PutImage', 'ecr:BatchDeleteImage', 'ecr:DeleteRepository', 'ecr:SetRepositoryPolicy', 'ecr:DescribeImages'];

const repository = (name: string, account = ENV.account, region = ENV.region) => `arn:aws:ecr:${region}:${account}:repository/${name}`;
const rows = (who: string, allowed: boolean, actions: string[], ...names: string[]): Row[] =>
  actions.flatMap(action => names.map(name => ({ who, action, resource: name === '*' ? '*' : repository(name), allowed })));

function cache(stack: Stack, props: object = {}) {
  return new PullThroughCache(stack, 'Echo', { upstream: ECHO, ...props });
}

function role(stack: Stack, id = 'Puller') {
  return new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
}

function world(stack: Stack): World {
  return { callers: { puller: new Deployed(stack).role('Puller') } };
}

const FIRST_PULLS = [
  ...rows('puller', true, LOG_IN, '*'),
  ...rows('puller', true, [...READ, ...IMPORT], 'echo/nginx', 'echo/team/app'),
  ...rows('puller', false, [...READ, ...IMPORT], 'echo', 'echo2/nginx', 'team/echo/nginx', 'nginx'),
  ...rows('puller', false, [...TAG, ...NEVER], 'echo/nginx'),
];

describe('a puller of the whole cache', () => {
  function granted(): World {
    const stack = newStack();
    cache(stack).grants.pull(role(stack));
    return world(stack);
  }

  test('gets what a first pull needs, below the prefix and nowhere else', async () => {
    expect(await wrongRows(granted(), FIRST_PULLS)).toEqual([]);
  });

  test('gets nothing that the table does not ask for', async () => {
    expect(await untestedActions(granted(), FIRST_PULLS)).toEqual([]);
  });

  test('gets it in no other account and Region', async () => {
    const deployed = granted();
    for (const resource of [repository('echo/nginx', '999999999999'), repository('echo/nginx', ENV.account, 'us-east-1')]) {
      expect(await isAllowed(deployed, { who: 'puller', action: 'ecr:BatchGetImage', resource })).toBe(false);
    }
  });
});

test('the table of first pulls fails without the grant', async () => {
  const stack = newStack();
  cache(stack);
  role(stack);
  expect(await wrongRows(world(stack), FIRST_PULLS)).toHaveLength(FIRST_PULLS.filter(({ allowed }) => allowed).length);
});

test('grantPull gives what grants.pull gives', async () => {
  const stack = newStack();
  cache(stack).grantPull(role(stack));
  expect(await wrongRows(world(stack), FIRST_PULLS)).toEqual([]);
});

test('a puller of an L1 rule gets what a first pull needs', async () => {
  const stack = newStack();
  const rule = new ecr.CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: 'registry.k8s.io' });
  PullThroughCacheGrants.fromRule(rule).pull(role(stack));
  expect(await wrongRows(world(stack), FIRST_PULLS)).toEqual([]);
});

test('a puller of what is cached gets nothing of a first pull', async () => {
  const stack = newStack();
  cache(stack).grants.pullCached(role(stack));
  const table = [
    ...rows('puller', true, LOG_IN, '*'),
    ...rows('puller', true, READ, 'echo/nginx'),
    ...rows('puller', false, [...IMPORT, ...TAG, ...NEVER], 'echo/nginx'),
    ...rows('puller', false, READ, 'echo2/nginx'),
  ];
  expect(await wrongRows(world(stack), table)).toEqual([]);
  expect(await untestedActions(world(stack), table)).toEqual([]);
});

test('an allow-list is exact', async () => {
  const stack = newStack();
  cache(stack).grants.pullImages(role(stack), ['nginx', 'team/*']);
  const table = [
    ...rows('puller', true, LOG_IN, '*'),
    ...rows('puller', true, [...READ, ...IMPORT], 'echo/nginx', 'echo/team/app', 'echo/team/sub/app'),
    ...rows('puller', false, [...READ, ...IMPORT], 'echo/nginx-extra', 'echo/nginx/sub', 'echo/team', 'echo/teams/app', 'echo/python', 'nginx',
      'echo2/nginx', 'team/app'),
  ];
  expect(await wrongRows(world(stack), table)).toEqual([]);
  expect(await untestedActions(world(stack), table)).toEqual([]);
});

describe('a puller of a cache whose repositories are born with tags', () => {
  const TAGGED = [
    ...rows('puller', true, LOG_IN, '*'),
    ...rows('puller', true, [...READ, ...IMPORT, ...TAG], 'echo/nginx'),
    ...rows('puller', false, [...READ, ...IMPORT, ...TAG], 'echo2/nginx'),
  ];

  test('may tag', async () => {
    const stack = newStack();
    cache(stack, { repositoryTemplate: { tags: { team: 'web' } } }).grants.pull(role(stack));
    expect(await wrongRows(world(stack), TAGGED)).toEqual([]);
    expect(await untestedActions(world(stack), TAGGED)).toEqual([]);
  });

  test('may tag when the tags come after the grant', async () => {
    const stack = newStack();
    const echo = cache(stack, { repositoryTemplate: { inheritTags: true } });
    echo.grants.pull(role(stack));
    Tags.of(echo).add('team', 'web');
    expect(await wrongRows(world(stack), TAGGED)).toEqual([]);
  });

  test.each([{ tags: { team: 'web' } }, { inheritTags: true }])('may tag by a grant of the rule: %j', async repositoryTemplate => {
    const stack = newStack();
    const echo = cache(stack, { repositoryTemplate });
    PullThroughCacheGrants.fromRule(echo.rule).pull(role(stack));
    Tags.of(echo).add('team', 'web');
    expect(await wrongRows(world(stack), TAGGED)).toEqual([]);
  });

  test('may not when no tag came', async () => {
    const stack = newStack();
    cache(stack, { repositoryTemplate: { inheritTags: true } }).grants.pull(role(stack));
    expect(await wrongRows(world(stack), FIRST_PULLS)).toEqual([]);
  });

  test('may not when tags do not reach the repositories', async () => {
    const stack = newStack();
    const echo = cache(stack);
    echo.grants.pull(role(stack));
    Tags.of(echo).add('team', 'web');
    expect(await wrongRows(world(stack), FIRST_PULLS)).toEqual([]);
  });

  test('may tag when an import says that they are tagged', async () => {
    const stack = newStack();
    const attributes = { repositoryPrefix: 'echo', repositoriesTagged: true };
    PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', attributes).grants.pull(role(stack));
    expect(await wrongRows(world(stack), TAGGED)).toEqual([]);
  });
});

test('a puller in another stack gets what a first pull needs', async () => {
  const app = new App();
  const echo = cache(newStack(app, 'Caches'));
  const stack = newStack(app, 'Pullers');
  echo.grants.pull(role(stack));
  expect(await wrongRows(world(stack), FIRST_PULLS)).toEqual([]);
});

test('a puller of the whole registry may pull everything', async () => {
  const stack = newStack();
  cache(stack, { repositoryPrefix: 'ROOT' }).grants.pull(role(stack));
  const table = [...rows('puller', true, [...READ, ...IMPORT], 'nginx', 'team/app'), ...rows('puller', false, NEVER, 'nginx')];
  expect(await wrongRows(world(stack), table)).toEqual([]);
});

describe('a puller who may set the tags of the template alone', () => {
  const OWN: Caller['context'] = { 'aws:RequestTag/team': 'web', 'aws:RequestTag/cost': '42', 'aws:TagKeys': ['team', 'cost'] };
  const tags = { team: 'web', cost: '42' };
  const tagged = (grant: (one: PullThroughCache, puller: iam.Role) => unknown) => {
    const stack = newStack();
    grant(cache(stack, { repositoryTemplate: { tags, restrictTagging: true } }), role(stack));
    return (context: Caller['context']): World => ({ callers: { puller: new Deployed(stack).role('Puller', context) } });
  };

  test.each<[string, (one: PullThroughCache, puller: iam.Role) => unknown]>([
    ['the whole cache', (one, puller) => one.grants.pull(puller)],
    ['some images', (one, puller) => one.grants.pullImages(puller, ['nginx'])],
    ['one image', (one, puller) => one.image('nginx:1').grantPull(puller)],
    ['a policy', (one, puller) => new PullPolicy(one, 'Policy', { caches: [one], roles: [puller] })],
  ])('makes first pulls, and opens nothing that tags close: %s', async (_, grant) => {
    const given = tagged(grant);
    expect(await wrongRows(given(OWN), rows('puller', true, [...READ, ...IMPORT, ...TAG], 'echo/nginx'))).toEqual([]);
    expect(await wrongRows(given(OWN), rows('puller', false, TAG, 'echo2/nginx', 'nginx'))).toEqual([]);
    for (const other of [
      {}, { ...OWN, 'aws:RequestTag/team': 'secret' }, { ...OWN, 'aws:RequestTag/level': 'open', 'aws:TagKeys': ['team', 'cost', 'level'] },
      { 'aws:RequestTag/level': 'open', 'aws:TagKeys': ['level'] },
    ]) {
      expect(await wrongRows(given(other), rows('puller', false, TAG, 'echo/nginx'))).toEqual([]);
    }
  });

  test('is bound by a template that is made after the grant too', async () => {
    const stack = newStack();
    const rule = new ecr.CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: 'quay.io' });
    PullThroughCacheGrants.fromRule(rule).pull(role(stack));
    new RepositoryTemplate(stack, 'Template', { prefix: 'echo', tags, restrictTagging: true });
    const given = (context: Caller['context']): World => ({ callers: { puller: new Deployed(stack).role('Puller', context) } });
    expect(await wrongRows(given(OWN), rows('puller', true, TAG, 'echo/nginx'))).toEqual([]);
    expect(await wrongRows(given({ 'aws:RequestTag/level': 'open', 'aws:TagKeys': ['level'] }), rows('puller', false, TAG, 'echo/nginx'))).toEqual([]);
  });

  test.each([
    ['without tags', { restrictTagging: true }, 'got restrictTagging without tags'],
    ['together with inheritTags', { tags, inheritTags: true, restrictTagging: true }, 'got restrictTagging together with inheritTags'],
  ])('fails %s', (_, repositoryTemplate, message) => {
    expect(() => cache(newStack(), { repositoryTemplate })).toThrow(message);
  });
});
