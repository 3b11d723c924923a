import { CreateRepositoryCreationTemplateCommand, DeleteRepositoryCreationTemplateCommand } from '@aws-sdk/client-ecr';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from '../../src';
import { decided, Need, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import type { Session } from '../runner/session';

const OWNER = 'IntegShared', PULLERS = 'IntegPullersOther';
const BUSYBOX = 'docker/library/busybox', ALPINE = 'docker/library/alpine';

/** The second account's roles, and the owner's side: those whose names begin with `integ-named` may make first pulls, with tags and without. */
function stacks(app: App, { otherAccount }: Place): void {
  const theirs = new Stack(app, PULLERS);
  for (const name of ['named', 'unnamed']) {
    const role = new iam.Role(theirs, name, { roleName: `integ-${name}`, assumedBy: new iam.AccountRootPrincipal() });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:*'], resources: ['*'] }));
    new CfnOutput(theirs, `${name}Arn`, { value: role.roleArn });
  }
  const stack = new Stack(app, OWNER);
  const policy = new RegistryPolicy(stack, 'RegistryPolicy');
  const pullers = [CachePullers.account(otherAccount!, { roles: ['integ-named*'] })];
  for (const [prefix, tags] of Object.entries({ 'integ-shared': undefined, 'integ-shared-tags': { integ: 'yes' } })) {
    const cache = new PullThroughCache(stack, prefix, {
      upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: prefix, repositoryTemplate: { tags, pullers },
    });
    policy.allowFirstPull(cache, { pullers });
  }
}

const elsewhere = async (session: Session, role: 'named' | 'unnamed', repository: string, tag: string) =>
  session.pull(repository, tag, await session.other.as(await session.output(PULLERS, `${role}Arn`, session.other)));

async function otherAccounts(session: Session) {
  // neither repository nor image are there, then the repository is
  const first = await elsewhere(session, 'named', `integ-shared/${BUSYBOX}`, 'stable');
  const second = await elsewhere(session, 'named', `integ-shared/${BUSYBOX}`, 'glibc');
  return decided(first.digest !== undefined && second.digest !== undefined, { first, second });
}

async function otherAccountsKeys(session: Session) {
  const named = await elsewhere(session, 'named', `integ-shared/${BUSYBOX}`, 'stable');
  const cached = await elsewhere(session, 'unnamed', `integ-shared/${BUSYBOX}`, 'stable');
  const fresh = await elsewhere(session, 'unnamed', `integ-shared/${ALPINE}`, '3');
  const template = await session.account.ecr.send(new CreateRepositoryCreationTemplateCommand({
    prefix: 'integ-everybody',
    appliedFor: ['PULL_THROUGH_CACHE'],
    repositoryPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage', Condition: { StringEquals: { 'aws:PrincipalOrgID': session.place.organization ?? 'o-a1b2c3d4e5' } },
      }],
    }),
  })).then(() => 'created', (problem: Error) => problem.message);
  await session.account.ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix: 'integ-everybody' })).catch(() => undefined);
  const seen = { named, unnamedCached: cached, unnamedFirst: fresh, templateForEverybodyOfAnOrganisation: template };
  return decided(named.digest !== undefined && cached.refused !== undefined && fresh.refused !== undefined && template === 'created', seen);
}

async function otherAccountsTags(session: Session) {
  const repository = `integ-shared-tags/${BUSYBOX}`;
  const first = await elsewhere(session, 'named', repository, 'stable');
  const owner = await session.pull(repository, 'stable');
  const after = await elsewhere(session, 'named', repository, 'stable');
  return owner.refused ?? after.refused ? undecided({ owner, after }) : decided(first.refused !== undefined, { first, afterTheOwner: after });
}

async function accountIdPrincipal(session: Session) {
  const { otherAccount } = session.place;
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: otherAccount }, Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'] }] });
  const made = await session.account.ecr.send(new CreateRepositoryCreationTemplateCommand({
    prefix: 'integ-plain', appliedFor: ['PULL_THROUGH_CACHE'], repositoryPolicy: text,
  })).then(() => undefined, (problem: Error) => problem.message);
  if (made !== undefined) { return decided(false, made); }
  return session.withRule({ ecrRepositoryPrefix: 'integ-plain', upstreamRegistryUrl: 'public.ecr.aws', upstreamRegistry: 'ecr-public' }, async () => {
    const owner = await session.pull(`integ-plain/${BUSYBOX}`, 'stable');
    const theirs = await elsewhere(session, 'unnamed', `integ-plain/${BUSYBOX}`, 'stable');
    return owner.refused ? undecided(owner.refused) : decided(theirs.digest !== undefined, { template: 'created', theirs });
  });
}

export const SHARED: Group = {
  name: 'shared',
  creates: 'two caches of ECR Public, a registry policy, which must not exist; two roles in the second account; five small images',
  minutes: 15,
  dollars: 0.5,
  needs: [Need.OTHER_ACCOUNT],
  images: { 'public.ecr.aws': [`${BUSYBOX}:stable`, `${BUSYBOX}:glibc`, `${ALPINE}:3`] },
  stacks,
  checks: [
    { id: 'other-accounts', run: otherAccounts },
    { id: 'other-accounts-keys', run: otherAccountsKeys },
    { id: 'other-accounts-tags', run: otherAccountsTags },
    { id: 'account-id-principal', run: accountIdPrincipal },
  ],
};
