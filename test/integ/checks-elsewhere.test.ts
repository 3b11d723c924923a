import { GROUPS } from '../../integ/groups';
import type { Place } from '../../integ/runner/check';
import type { CloudEvent, Pulled, Session } from '../../integ/runner/session';

const PLACE: Place = { account: '111122223333', region: 'us-east-1', farRegion: 'us-west-2', engine: false };

/** What AWS would answer: calls of the SDK by the name of the command, deployments by their stack, events as they come, pulls. */
interface World {
  readonly calls?: Readonly<Record<string, object | Error | ((input: any) => object | Error)>>;
  readonly deploys?: Readonly<Record<string, { code: number; output: string }>>;
  readonly events?: readonly CloudEvent[];
  readonly pull?: Pulled | ((repository: string) => Pulled);
  /** Whether pushes of an administrator to such repositories are denied. */
  readonly pushDenied?: RegExp;
}

/** A session of an AWS that answers so, without waiting. */
function sessionIn({ calls = {}, deploys = {}, events = [], pull = {}, pushDenied }: World): Session {
  let published = 0;
  const client = {
    send: async (command: { readonly input: unknown }) => {
      const given = calls[command.constructor.name] ?? {};
      const answer = typeof given === 'function' ? given(command.input) : given;
      if (answer instanceof Error) { throw answer; }
      return answer;
    },
  };
  const account = { ecr: client, cloudFormation: client, logs: client, events: client, cloudWatch: client, in: () => account };
  const session = {
    place: PLACE,
    account,
    other: account,
    undo: [],
    output: async (_: string, key: string) => `arn:aws:iam::111122223333:role/${key}`,
    deploy: async (stack: string) => deploys[stack] ?? { code: 0, output: '' },
    pull: async (repository: string) => typeof pull === 'function' ? pull(repository) : pull,
    publish: async (repository: string) => {
      if (pushDenied?.test(repository)) { throw new Error('AccessDeniedException'); }
      return `sha256:${published++}`;
    },
    settle: async () => undefined,
    pass: async () => undefined,
    until: async (look: () => Promise<unknown>) => look(),
    eventsOf: async () => events,
  };
  return session as unknown as Session;
}

const stopped = (reasons: Readonly<Record<string, string>>): CloudEvent[] => Object.entries(reasons).map(([name, stoppedReason]) => ({
  'detail-type': 'ECS Task State Change', 'detail': { taskDefinitionArn: `arn:aws:ecs:us-east-1:111122223333:task-definition/integ-${name}:1`, stoppedReason },
}));
const job = (status: string): CloudEvent[] => [{ 'detail-type': 'Batch Job State Change', 'detail': { status } }];
const PULLED = 'Essential container in task exited', NOT_PULLED = 'CannotPullContainerError: i/o timeout';
const change = (Replacement: string, CausingEntity: string) => ({
  DescribeChangeSetCommand: {
    Status: 'CREATE_COMPLETE',
    Changes: [{ ResourceChange: { ResourceType: 'AWS::ECR::PullThroughCacheRule', Replacement, Details: [{ Evaluation: 'Dynamic', CausingEntity }] } }],
  },
});
const created = (ResourceStatusReason: string | undefined) => ({
  DescribeStackEventsCommand: {
    StackEvents: [{ ResourceType: 'Custom::PullThroughCacheRemoval', ResourceStatus: 'CREATE_COMPLETE', ResourceStatusReason }],
  },
});
const removalEvent = { DescribeStackEventsCommand: { StackEvents: [{ ResourceType: 'Custom::PullThroughCacheRemoval', LogicalResourceId: 'Removal' }] } };
const importsInto = (repository: RegExp) => (name: string): Pulled => repository.test(name) ? { digest: 'sha256:0' } : { refused: 'manifest unknown' };
/** What a preview deletes: images are published as `sha256:0` and so on, untagged ones before their referrers. */
const expired = (...digests: string[]) => ({
  GetLifecyclePolicyPreviewCommand: { status: 'COMPLETE', previewResults: digests.map(imageDigest => ({ imageDigest })) },
});
const line = (message: string) => ({ FilterLogEventsCommand: { events: [{ message }] } });

/** For each check that the engine can't decide: an AWS that confirms it, and one that refutes it. */
const WORLDS: Readonly<Record<string, readonly [confirms: World, refutes: World]>> = {
  'first-pull-internet': [{ events: stopped({ near: NOT_PULLED, far: NOT_PULLED }) }, { events: stopped({ near: PULLED, far: NOT_PULLED }) }],
  'endpoint-policy-actions': [{ events: stopped({ scoped: PULLED, reading: NOT_PULLED }) }, { events: stopped({ scoped: PULLED, reading: PULLED }) }],
  'batch-ec2-puller': [{ events: job('SUCCEEDED') }, { events: job('FAILED') }],
  'codebuild-registry-credential': [{ deploys: { IntegBuild: { code: 1, output: 'Invalid registry credential' } } }, {}],
  'alarm-action-region': [
    { calls: { PutMetricAlarmCommand: ({ AlarmName }) => AlarmName.endsWith(PLACE.farRegion) ? new Error('Invalid region us-west-2 specified') : {} } }, {},
  ],
  'removal-resources': [
    {
      calls: {
        ...removalEvent,
        ListStackResourcesCommand: ({ StackName }) => ({
          StackResourceSummaries: StackName === 'IntegRule' ? [] : [{ LogicalResourceId: 'Removal', PhysicalResourceId: 'integ-ops@2026' }],
        }),
      },
    },
    {
      calls: {
        ...removalEvent,
        ListStackResourcesCommand: {
          StackResourceSummaries: [
            { LogicalResourceId: 'Removal', PhysicalResourceId: 'integ-ops@2026', ResourceStatus: 'CREATE_COMPLETE' },
            { LogicalResourceId: 'Other', PhysicalResourceId: 'integ-other', ResourceStatus: 'CREATE_COMPLETE' },
          ],
        },
      },
    },
  ],
  'success-reason': [{ calls: created('a removal would delete 2 repositories') }, { calls: created(undefined) }],
  'creation-role-path': [{ deploys: { IntegPath: { code: 1, output: 'does not match the pattern' } } }, {}],
  'import-types': [{}, { deploys: { IntegImported: { code: 1, output: 'resource type cannot be imported' } } }],
  'conditional-replacement': [{ calls: change('Conditional', 'Role.Arn') }, { calls: change('True', 'Role.Arn') }],
  'denied-event': [{ calls: line('"errorCode":"AccessDenied","repositoryName":"integ-k8s/pause"') }, {}],
  'replicas-under-a-rule': [{ pull: { digest: 'sha256:0' } }, { calls: { GetLifecyclePolicyCommand: new Error('no policy') }, pull: { digest: 'sha256:0' } }],
  'untagged-referrers': [{ calls: expired('sha256:1') }, { calls: expired('sha256:1', 'sha256:2') }],
  'importing-writer': [{ pull: { digest: 'sha256:0' }, pushDenied: /-kept\// }, { pull: importsInto(/-tagged\//), pushDenied: /-kept\// }],
  'importing-writer-role': [{ pull: { digest: 'sha256:0' }, pushDenied: /-kept\// }, { pull: importsInto(/-hardened\//), pushDenied: /-kept\// }],
};
/** Needs an account elsewhere, or asks public registries. */
const NOT_HERE = ['other-partitions', 'kubernetes-old-host'];

const elsewhere = GROUPS.flatMap(({ checks }) => checks).filter(({ notOnEngine }) => notOnEngine !== undefined);

test('every check that the engine cannot decide is judged here', () => {
  expect(elsewhere.map(({ id }) => id).sort()).toEqual([...Object.keys(WORLDS), ...NOT_HERE].sort());
});

describe.each(Object.entries(WORLDS))('the check %s', (id, [confirms, refutes]) => {
  const { run } = elsewhere.find(one => one.id === id)!;

  test('confirms what AWS does so', async () => {
    expect(await run(sessionIn(confirms))).toMatchObject({ answer: 'confirmed' });
  });

  test('refutes what AWS does otherwise', async () => {
    expect(await run(sessionIn(refutes))).toMatchObject({ answer: 'refuted' });
  });
});

test.each(['first-pull-internet', 'endpoint-policy-actions', 'batch-ec2-puller'])('%s decides nothing when no event comes', async id => {
  expect(await elsewhere.find(one => one.id === id)!.run(sessionIn({}))).toMatchObject({ answer: 'not decided' });
});

test.each<[string, World]>([
  ['pushes of an administrator are taken', { pull: { digest: 'sha256:0' } }],
  ['the upstream serves nothing', { pull: { refused: 'too many requests' }, pushDenied: /-kept\// }],
])('importing-writer decides nothing when %s', async (_, world) => {
  expect(await elsewhere.find(({ id }) => id === 'importing-writer')!.run(sessionIn(world))).toMatchObject({ answer: 'not decided' });
});
