import { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, PullThroughCache, RegistryPolicy } from '../../src';
import { ECHO, ENV, newStack } from '../app';
import { Deployed, isAllowed, untestedActions, wrongRows } from '../simulator';
import type { Caller, Policy, Row, World } from '../simulator';

const PULLERS = { account: '999999999999', region: ENV.region };
const ORGANIZATION = 'o-a1b2c3d4e5';
const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];
const NEVER = ['ecr:PutImage', 'ecr:BatchDeleteImage', 'ecr:DeleteRepository', 'ecr:TagResource', 'ecr:ReplicateImage'];

const repository = (name: string) => `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/${name}`;
const rows = (who: string, allowed: boolean, actions: string[], ...names: string[]): Row[] =>
  actions.flatMap(action => names.map(name => ({ who, action, resource: repository(name), allowed })));
const LOG_IN: Row[] = [{ who: 'puller', action: 'ecr:GetAuthorizationToken', resource: '*', allowed: true }];

interface Sides {
  /** What the owner writes; what isn't named is there. */
  readonly template?: boolean;
  readonly registry?: boolean;
  /** Whether the puller's own policy is there. */
  readonly puller?: boolean;
}

/** One app with the owner's stack and a puller's stack in another account. */
function world(pullers: CachePullers[], context: Caller['context'] = {}, images?: string[], sides: Sides = {}): World {
  const { template: inTemplate = true, registry: inRegistry = true, puller: granted = true } = sides;
  const app = new App();
  const owner = newStack(app, 'Owner');
  const echo = new PullThroughCache(owner, 'Echo', { upstream: ECHO, repositoryTemplate: inTemplate ? { pullers } : {} });
  const policy = new RegistryPolicy(owner, 'RegistryPolicy', {
    existingStatements: [new iam.PolicyStatement({
      actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal('777777777777')], resources: ['*'],
    })],
  });
  const importers = inRegistry ? pullers.filter(who => who._numbered) : [];
  if (importers.length > 0) {
    policy.allowFirstPull(echo, { pullers: importers, images });
  }
  const stack = newStack(app, 'Pullers', PULLERS);
  const role = new iam.Role(stack, 'Puller', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  const other = new iam.Role(stack, 'Other', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  if (granted) {
    echo.grants.pull(role);
    echo.grants.pull(other);
  }

  const deployed = new Deployed(owner);
  const template = deployed.only('AWS::ECR::RepositoryCreationTemplate');
  const born: Policy[] = template.RepositoryPolicy === undefined ? [] : [JSON.parse(template.RepositoryPolicy)];
  // the replication statement belongs to the user, so the tables don't look at it
  const registry: Policy = { ...deployed.only('AWS::ECR::RegistryPolicy').PolicyText };
  registry.Statement = registry.Statement.filter(({ Action }) => Action !== 'ecr:ReplicateImage');
  return {
    callers: {
      puller: new Deployed(stack).role('Puller', context),
      other: new Deployed(stack).role('Other', context),
      stranger: {
        arn: 'arn:aws:sts::888888888888:assumed-role/Stranger/session',
        policies: [ADMINISTRATOR],
        context: {
          'aws:PrincipalArn': 'arn:aws:iam::888888888888:role/Stranger', 'aws:PrincipalOrgID': 'o-zzzzzzzzzz', 'aws:PrincipalOrgPaths': ['o-zzzzzzzzzz/r-zz/'],
        },
      },
    },
    resourcePolicies: [
      ...born.map(one => ({ resource: /:repository\/echo\//, policy: one })),
      ...registry.Statement.length > 0 ? [{ resource: /:repository\//, policy: registry }] : [],
    ],
  };
}

const ADMINISTRATOR: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const FIRST_PULLS = [
  ...LOG_IN,
  ...rows('puller', true, [...READ, ...IMPORT], 'echo/nginx', 'echo/team/app'),
  ...rows('puller', false, [...READ, ...IMPORT], 'echo2/nginx', 'nginx', 'team/echo/nginx'),
  ...rows('puller', false, NEVER, 'echo/nginx'),
  ...rows('stranger', false, [...READ, ...IMPORT, ...NEVER], 'echo/nginx'),
];

describe('a puller of an account that the owner allows', () => {
  const both = () => world([CachePullers.account(PULLERS.account)]);

  test('makes first pulls, below the prefix and nowhere else', async () => {
    expect(await wrongRows(both(), FIRST_PULLS)).toEqual([]);
  });

  test('gets nothing that the table does not ask for from the registry policy', async () => {
    const one = withoutOther(world([CachePullers.account(PULLERS.account)], {}, undefined, { template: false }));
    expect(await wrongRows(one, FIRST_PULLS)).toEqual([]);
    expect(await untestedActions(one, FIRST_PULLS)).toEqual([]);
  });

  test('reads a repository that has no policy of its own yet', async () => {
    const { callers, resourcePolicies } = both();
    const unborn = { callers, resourcePolicies: resourcePolicies!.filter(({ resource }) => !resource.source.includes('echo')) };
    expect(await wrongRows(unborn, FIRST_PULLS)).toEqual([]);
  });

  test.each<[string, Sides]>([['owner', { template: false, registry: false }], ['puller', { puller: false }]])(
    'gets nothing without the half of the %s', async (_, sides) => {
      const one = world([CachePullers.account(PULLERS.account)], {}, undefined, sides);
      const denied = FIRST_PULLS.filter(({ resource }) => resource !== '*').map(row => ({ ...row, allowed: false }));
      expect(await wrongRows(one, denied)).toEqual([]);
    });

  test('imports nothing without the registry policy, and reads what is cached', async () => {
    expect(await wrongRows(world([CachePullers.account(PULLERS.account)], {}, undefined, { registry: false }), [
      ...rows('puller', true, READ, 'echo/nginx'), ...rows('puller', false, IMPORT, 'echo/nginx'),
    ])).toEqual([]);
  });
});

test('roles that are named make first pulls, others of their account nothing', async () => {
  const named = world([CachePullers.account(PULLERS.account, { roles: ['Puller*'] })]);
  expect(await wrongRows(named, [...FIRST_PULLS, ...rows('other', false, [...READ, ...IMPORT], 'echo/nginx')])).toEqual([]);
});

test('images that are named can be imported, others not, and all that is cached be read', async () => {
  const named = world([CachePullers.account(PULLERS.account)], {}, ['nginx', 'team/*']);
  expect(await wrongRows(named, [
    ...rows('puller', true, IMPORT, 'echo/nginx', 'echo/team/app'),
    ...rows('puller', false, IMPORT, 'echo/python', 'echo/nginx2', 'echo/teams/app'),
    ...rows('puller', true, READ, 'echo/python'),
  ])).toEqual([]);
});

describe('an organisation', () => {
  const member = { 'aws:PrincipalOrgID': ORGANIZATION, 'aws:PrincipalOrgPaths': [`${ORGANIZATION}/r-ab12/ou-ab12-11111111/`] };
  const stranger = { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz', 'aws:PrincipalOrgPaths': ['o-zzzzzzzzzz/r-zz/'] };
  const whole = CachePullers.organization(ORGANIZATION);
  const accounts = CachePullers.organization(ORGANIZATION, { accounts: [PULLERS.account] });
  const unit = (path: string) => CachePullers.organization(ORGANIZATION, { paths: [`${ORGANIZATION}/r-ab12/${path}/*`] });
  const READS = rows('puller', true, READ, 'echo/nginx');

  test('reads what is cached', async () => {
    expect(await wrongRows(world([whole], member), [...READS, ...rows('puller', false, [...IMPORT, ...NEVER], 'echo/nginx'),
      ...rows('stranger', false, [...READ, ...IMPORT], 'echo/nginx')])).toEqual([]);
  });

  test('makes first pulls from the accounts that are named', async () => {
    expect(await wrongRows(world([accounts], member), FIRST_PULLS)).toEqual([]);
  });

  test('reads from the units that are named', async () => {
    expect(await wrongRows(world([unit('ou-ab12-11111111')], member), READS)).toEqual([]);
    expect(await wrongRows(world([unit('ou-ab12-22222222')], member), rows('puller', false, READ, 'echo/nginx'))).toEqual([]);
  });

  test.each([['the organisation', whole], ['a named account', accounts]])('leaves out who is not of it: %s', async (_, pullers) => {
    expect(await wrongRows(world([pullers], stranger), rows('puller', false, [...READ, ...IMPORT], 'echo/nginx'))).toEqual([]);
  });
});

describe('the account of the cache, which belongs to the organisation', () => {
  const own = (policies: Policy[]): Caller => ({
    arn: `arn:aws:sts::${ENV.account}:assumed-role/Development/session`,
    policies,
    context: {
      'aws:PrincipalArn': `arn:aws:iam::${ENV.account}:role/Development`, 'aws:PrincipalAccount': ENV.account!, 'aws:PrincipalOrgID': ORGANIZATION,
    },
  });
  const S3: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };

  test.each([
    ['the whole organisation', CachePullers.organization(ORGANIZATION)],
    ['its own account by number', CachePullers.organization(ORGANIZATION, { accounts: [ENV.account!] })],
    ['its own account', CachePullers.account(ENV.account!)],
  ])('lets in whom IAM allows, and nobody else: %s', async (_, pullers) => {
    const { resourcePolicies } = world([pullers], {}, undefined, { registry: false });
    const callers = { developer: own([S3]), administrator: own([ADMINISTRATOR]) };
    expect(await wrongRows({ callers, resourcePolicies }, [
      ...rows('developer', false, [...READ, ...IMPORT], 'echo/nginx'), ...rows('administrator', true, [...READ, ...IMPORT], 'echo/nginx'),
    ])).toEqual([]);
  });
});

test('an administrator who belongs to no organisation gets nothing', async () => {
  const { resourcePolicies } = world([CachePullers.organization(ORGANIZATION)]);
  const nobody: World = { callers: { nobody: { arn: 'arn:aws:sts::888888888888:assumed-role/X/y', policies: [ADMINISTRATOR] } }, resourcePolicies };
  expect(await isAllowed(nobody, { who: 'nobody', action: 'ecr:BatchGetImage', resource: repository('echo/nginx') })).toBe(false);
});

function withoutOther({ callers: { puller, stranger }, resourcePolicies }: World): World {
  // the administrator's policy isn't the library's, and none of its actions is missed
  return { callers: { puller, stranger: { ...stranger, policies: [] } }, resourcePolicies };
}
