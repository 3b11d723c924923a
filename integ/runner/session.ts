import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CompleteLayerUploadCommand, CreatePullThroughCacheRuleCommand, CreateRepositoryCommand, DeletePullThroughCacheRuleCommand,
  InitiateLayerUploadCommand, PutImageCommand, UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { CreatePullThroughCacheRuleRequest } from '@aws-sdk/client-ecr';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { App } from 'aws-cdk-lib';
import type { Account } from './account';
import type { Place } from './check';
import type { Finished } from '../../local/harness/processes';

/** What a session needs of where it runs. */
export interface Ground {
  readonly place: Place;
  readonly account: Account;
  readonly other?: Account;
  /** A directory for what is written. */
  readonly home: string;
  /** The CDK CLI with the credentials of an account. */
  readonly cdk: (account: Account, args: readonly string[]) => Promise<Finished>;
  /** Lets time pass. Rejects when the run is interrupted. */
  readonly pass: (seconds: number) => Promise<void>;
}

/** A pull that was served, or why it wasn't. */
export interface Pulled {
  readonly digest?: string;
  readonly refused?: string;
}

const PAUSE_SECONDS = 10;

/** What a check works with. */
export class Session {
  /** What is undone at the end, last first. */
  public readonly undo: (() => Promise<unknown>)[] = [];
  public readonly place: Place;
  public readonly account: Account;

  constructor(private readonly ground: Ground) {
    this.place = ground.place;
    this.account = ground.account;
  }

  /** The second account, for groups that need one. */
  public get other(): Account {
    return this.ground.other!;
  }

  /** Deploys a stack of an app by the CDK CLI. */
  public async deploy(stack: string, build: (app: App) => void, account = this.account, args: readonly string[] = []): Promise<Finished> {
    const outdir = mkdtempSync(join(this.ground.home, 'assembly-'));
    const app = new App({ outdir, analyticsReporting: false });
    build(app);
    app.synth();
    return this.ground.cdk(account, ['deploy', stack, '--app', outdir, '--require-approval', 'never', ...args]);
  }

  /** An output of a stack. */
  public async output(stack: string, key: string, account = this.account): Promise<string> {
    const { Stacks: [found] = [] } = await account.cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
    return found.Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
  }

  /** Pulls an image whole, as a role or another caller. */
  public async pull(repository: string, reference: string, by: Account | string = this.account, registry = this.place.account): Promise<Pulled> {
    try {
      const caller = typeof by === 'string' ? await this.account.as(by) : by;
      return { digest: (await (await caller.login(registry)).pull(repository, reference)).digest };
    } catch (problem) {
      return { refused: (problem as Error).message };
    }
  }

  /** What a function finds, once it finds something; undefined when it doesn't within some minutes (seconds on the engine). */
  public async until<T>(look: () => Promise<T | undefined>, minutes = 5): Promise<T | undefined> {
    const tries = this.place.engine ? 40 : Math.ceil(minutes * 60 / PAUSE_SECONDS);
    for (let at = 0; at < tries; at++) {
      const found = await look();
      if (found !== undefined) { return found; }
      await this.pass(this.place.engine ? 0.25 : PAUSE_SECONDS);
    }
    return undefined;
  }

  /** Lets time pass: on AWS by waiting, on the engine by its clock when it is an hour or more. */
  public async pass(seconds: number): Promise<void> {
    await this.ground.pass(seconds);
  }

  /** Waits until IAM knows everywhere what was just written. */
  public async settle(): Promise<void> {
    if (!this.place.engine) { await this.pass(30); }
  }

  /** The messages of a queue that carry an event, until one fits or time is up. All of them come back, the one that fits last. */
  public async eventsOf(queueUrl: string, fits: (event: CloudEvent) => boolean, minutes = 5): Promise<CloudEvent[]> {
    const seen: CloudEvent[] = [];
    await this.until(async () => {
      const { Messages = [] } = await this.account.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
      for (const { Body, ReceiptHandle } of Messages) {
        seen.push(JSON.parse(Body!) as CloudEvent);
        await this.account.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      }
      const at = seen.findIndex(fits);
      if (at >= 0) { seen.push(...seen.splice(at, 1)); }
      return at >= 0 ? true : undefined;
    }, minutes);
    return seen;
  }

  /** Makes a rule by hand, for as long as the check takes. */
  public async withRule<T>(rule: CreatePullThroughCacheRuleRequest, use: () => Promise<T>, account = this.account): Promise<T> {
    await account.ecr.send(new CreatePullThroughCacheRuleCommand(rule));
    const drop = async () => account.ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: rule.ecrRepositoryPrefix }));
    this.undo.push(drop);
    try {
      return await use();
    } finally {
      await drop();
      this.undo.splice(this.undo.indexOf(drop), 1);
    }
  }

  /** Pushes a tiny image by the API, with a referrer's subject or other additions to its manifest. Its digest. */
  public async publish(repository: string, tag: string | undefined, more: object = {}, account = this.account): Promise<string> {
    await account.ecr.send(new CreateRepositoryCommand({ repositoryName: repository })).catch((problem: Error) => {
      if (problem.name !== 'RepositoryAlreadyExistsException') { throw problem; }
    });
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, made: [repository, tag] }));
    const layer = gzipSync(Buffer.alloc(1024));
    const [configDigest, layerDigest] = [await this.upload(account, repository, config), await this.upload(account, repository, layer)];
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layerDigest, size: layer.length }],
      ...more,
    });
    await account.ecr.send(new PutImageCommand({ repositoryName: repository, imageTag: tag, imageManifest, imageManifestMediaType: OCI_MANIFEST }));
    return digestOf(Buffer.from(imageManifest));
  }

  private async upload(account: Account, repositoryName: string, content: Buffer): Promise<string> {
    const { uploadId } = await account.ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
    const part = { repositoryName, uploadId, partFirstByte: 0, partLastByte: content.length - 1, layerPartBlob: content };
    await account.ecr.send(new UploadLayerPartCommand(part));
    const digest = digestOf(content);
    await account.ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] })).catch((problem: Error) => {
      if (problem.name !== 'LayerAlreadyExistsException') { throw problem; }
    });
    return digest;
  }
}

/** An event of EventBridge, as far as checks look into it. */
export interface CloudEvent {
  readonly 'detail-type': string;
  readonly 'detail': Readonly<Record<string, unknown>>;
}

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
