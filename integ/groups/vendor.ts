import { DescribePullThroughCacheRulesCommand, ListImageReferrersCommand, PutRegistryPolicyCommand, DeleteRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { writerIsExcepted } from './tagged';
import { roleIn } from './watched-cache';
import { policy } from '../../local/harness/aws';
import { PullThroughCache, UpstreamRegistry } from '../../src';
import { CacheActions } from '../../src/rule/cache-actions';
import { decided, Need, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import type { Session } from '../runner/session';

const STACK = 'IntegVendor', PREFIX = 'integ-hardened', SOURCE = 'integ-vendor/app', KEPT = 'integ-hardened-kept';

/** Caches of the second account's registry, one of which takes no pushes. */
function stacks(app: App, { otherAccount, region }: Place): void {
  const stack = new Stack(app, STACK);
  const upstream = UpstreamRegistry.ecr({ account: otherAccount!, region });
  const cache = new PullThroughCache(stack, 'Cache', { upstream, repositoryPrefix: PREFIX });
  new PullThroughCache(stack, 'Kept', { upstream, repositoryPrefix: KEPT, repositoryTemplate: { denyPushes: true } });
  const puller = roleIn(stack, 'Puller');
  cache.grants.pull(puller);
  new CfnOutput(stack, 'PullerArn', { value: puller.roleArn });
}

/** What the vendor's registry allows: this account to read, on conditions. */
async function allow(session: Session, Condition?: Record<string, Record<string, string>>): Promise<void> {
  const { place: { account, otherAccount, region }, other } = session;
  await other.ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: CacheActions.READ_UPSTREAM, Resource: `arn:aws:ecr:${region}:${otherAccount}:repository/integ-*`, Condition,
    }),
  }));
  session.undo.push(async () => other.ecr.send(new DeleteRegistryPolicyCommand({})).catch(() => undefined));
  await session.settle();
}

async function pull(session: Session, tag: string) {
  return session.pull(`${PREFIX}/${SOURCE}`, tag, await session.output(STACK, 'PullerArn'));
}

async function upstreamRole(session: Session): Promise<string> {
  const look = new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: [PREFIX] });
  const { pullThroughCacheRules: [rule] = [] } = await session.account.ecr.send(look);
  return rule.customRoleArn!;
}

async function scopedUpstreamRole(session: Session) {
  await allow(session);
  await session.publish(SOURCE, '1', {}, session.other);
  const pulled = await pull(session, '1');
  return decided(pulled.digest !== undefined, pulled);
}

async function sourceAccountTrust(session: Session) {
  await allow(session);
  await session.publish(SOURCE, '2', {}, session.other);
  const RoleName = (await upstreamRole(session)).split('/').pop()!;
  const trust = async (Condition?: Record<string, Record<string, string>>) => {
    await session.account.iam.send(new UpdateAssumeRolePolicyCommand({
      RoleName, PolicyDocument: policy({ Effect: 'Allow', Principal: { Service: 'pullthroughcache.ecr.amazonaws.com' }, Action: 'sts:AssumeRole', Condition }),
    }));
    await session.settle();
  };
  await trust({ StringEquals: { 'aws:SourceAccount': session.place.account } });
  const narrow = await pull(session, '2');
  await trust();
  const wide = await pull(session, '2');
  return wide.refused ? undecided(wide.refused) : decided(narrow.digest !== undefined, { withTheCondition: narrow, without: wide });
}

async function upstreamConditions(session: Session) {
  const role = await upstreamRole(session);
  await session.publish(SOURCE, '3', {}, session.other);
  await session.publish(SOURCE, '4', {}, session.other);
  await allow(session, { ArnLike: { 'aws:PrincipalArn': role } });
  const own = await pull(session, '3');
  await allow(session, { ArnLike: { 'aws:PrincipalArn': role.replace(/[^/]+$/, 'somebody-else') } });
  const others = await pull(session, '4');
  return decided(own.digest !== undefined && others.refused !== undefined, { narrowedToTheRole: own, toAnotherRole: others });
}

async function importingWriterRole(session: Session) {
  await allow(session);
  await session.publish(SOURCE, '7', {}, session.other);
  return writerIsExcepted(session, `${KEPT}/${SOURCE}`, `${PREFIX}/${SOURCE}`, '7');
}

type Lister = (digest: string) => Promise<readonly { readonly artifactType?: string }[]>;

/** An image of the vendor with a referrer, pulled once; what a list of its referrers says, as this account's administrator or a puller gets it. */
async function referrersOf(session: Session, tag: string, artifactType: string, list: Lister) {
  await allow(session);
  const digest = await session.publish(SOURCE, tag, {}, session.other);
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 0 };
  await session.publish(SOURCE, undefined, { artifactType, subject }, session.other);
  const pulled = await pull(session, tag);
  if (pulled.refused) { return undecided(pulled.refused); }
  try {
    const referrers = await list(digest);
    return decided(referrers.some(one => one.artifactType === artifactType), referrers);
  } catch (problem) {
    return decided(false, `${(problem as Error).name}: ${(problem as Error).message}`);
  }
}

async function upstreamReferrers(session: Session) {
  return referrersOf(session, '5', 'application/vnd.integ.sbom', async imageDigest =>
    (await session.account.ecr.send(new ListImageReferrersCommand({ repositoryName: `${PREFIX}/${SOURCE}`, subjectId: { imageDigest } }))).referrers ?? []);
}

/** As cosign and Notation look for signatures: by the registry's protocol, with the permissions of a puller. */
async function signatures(session: Session) {
  const puller = await session.account.as(await session.output(STACK, 'PullerArn'));
  const client = await puller.login(session.place.account);
  return referrersOf(session, '6', 'application/vnd.cncf.notary.signature', async digest => client.referrers(`${PREFIX}/${SOURCE}`, digest));
}

export const VENDOR: Group = {
  name: 'vendor',
  creates: 'two caches of the second account\'s registry, three roles; there a registry policy, which must not exist, and a small repository',
  minutes: 20,
  dollars: 0.5,
  needs: [Need.OTHER_ACCOUNT],
  stacks,
  checks: [
    { id: 'scoped-upstream-role', run: scopedUpstreamRole },
    { id: 'source-account-trust', run: sourceAccountTrust },
    { id: 'upstream-conditions', run: upstreamConditions },
    { id: 'upstream-referrers', run: upstreamReferrers },
    { id: 'signatures', run: signatures },
    { id: 'importing-writer-role', notOnEngine: 'its imports ask no policy of a repository', run: importingWriterRole },
  ],
};
