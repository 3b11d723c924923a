import {
  BatchGetImageCommand, DeregisterPullTimeUpdateExclusionCommand, DescribeImagesCommand, RegisterPullTimeUpdateExclusionCommand,
  UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { decided, undecided } from '../runner/check';
import type { Verdict } from '../runner/check';
import type { Session } from '../runner/session';

/** An image of a cache that nobody pulled yet. */
interface Fresh {
  readonly repository: string;
  readonly tag: string;
}

async function described(session: Session, { repository: repositoryName, tag }: Fresh) {
  const { imageDetails: [image] = [] } = await session.account.ecr.send(new DescribeImagesCommand({
    repositoryName, imageIds: [{ imageTag: tag }], filter: { imageStatus: 'ANY' },
  })).catch(() => ({ imageDetails: [] }));
  return image;
}

/** Whether a pull of what is in the archive looks like one of what isn't there, and `DescribeImages` tells the difference. */
export async function archivedImage(session: Session, fresh: Fresh): Promise<Verdict> {
  const { ecr } = session.account;
  const pulled = await session.pull(fresh.repository, fresh.tag);
  if (pulled.refused) { return undecided(pulled); }
  const image = { repositoryName: fresh.repository, imageId: { imageTag: fresh.tag } };
  const archived = await ecr.send(new UpdateImageStorageClassCommand({ ...image, targetStorageClass: 'ARCHIVE' })).catch((problem: Error) => problem);
  if (archived instanceof Error) { return undecided(`${archived.name}: ${archived.message}`); }
  session.undo.push(async () => ecr.send(new UpdateImageStorageClassCommand({ ...image, targetStorageClass: 'STANDARD' })).catch(() => undefined));
  const status = await session.until(async () => described(session, fresh).then(found => found?.imageStatus === 'ARCHIVED' ? found.imageStatus : undefined));
  const { failures = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName: fresh.repository, imageIds: [image.imageId] }))
    .catch((problem: Error) => ({ failures: [{ failureCode: problem.name }] }));
  const codes = failures.map(({ failureCode }) => failureCode);
  return decided(status === 'ARCHIVED' && codes.join() === 'ImageNotFound', { status: status ?? 'never ARCHIVED', codes });
}

/** Whether an exclusion of a role is one of its sessions: of a fresh image, since ECR records no more than one pull a day. */
export async function pullTimeExclusion(session: Session, fresh: Fresh, role: string): Promise<Verdict> {
  const { ecr } = session.account;
  await ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn: role }));
  session.undo.push(async () => ecr.send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn: role })).catch(() => undefined));
  await session.settle();
  const excluded = await session.pull(fresh.repository, fresh.tag, role);
  await session.settle();
  const before = (await described(session, fresh))?.lastRecordedPullTime;
  const other = await session.pull(fresh.repository, fresh.tag);
  if (excluded.refused ?? other.refused) { return undecided({ excluded, other }); }
  const after = await session.until(async () => described(session, fresh).then(found => found?.lastRecordedPullTime));
  return decided(before === undefined && after !== undefined, {
    excluded: before === undefined ? 'not recorded' : 'recorded', other: after === undefined ? 'not recorded' : 'recorded',
  });
}
