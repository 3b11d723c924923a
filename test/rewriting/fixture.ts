import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { PullThroughCache } from '../../src/pull-through-cache';
import type { IPullThroughCache } from '../../src/pull-through-cache-base';
import { CachedImages } from '../../src/rewriting/cached-images';
import type { CachedImagesOptions } from '../../src/rewriting/options';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

export const ENV = { account: '111122223333', region: 'eu-west-1' };
export const DIGEST = `sha256:${'0a'.repeat(32)}`;

export function newStack(app = new App()): Stack {
  return new Stack(app, 'Stack', { env: ENV });
}

/** Caches that are made elsewhere: nothing of theirs stands in the templates that are looked at. */
export function caches(stack: Stack): { dockerHub: IPullThroughCache; echo: IPullThroughCache; quay: IPullThroughCache } {
  const imported = (id: string, repositoryPrefix: string, upstream: UpstreamRegistry) =>
    PullThroughCache.fromPullThroughCacheAttributes(stack, id, { repositoryPrefix, upstream });
  const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret',
    `arn:aws:secretsmanager:eu-west-1:${ENV.account}:secret:ecr-pullthroughcache/hub-a1b2c3`);
  return {
    dockerHub: imported('DockerHub', 'docker-hub', UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret))),
    echo: imported('Echo', 'echo', UpstreamRegistry.echo({ account: '123456789012' })),
    quay: imported('Quay', 'quay', UpstreamRegistry.QUAY),
  };
}

const HOST = '111122223333.dkr.ecr.eu-west-1.<AWS::URLSuffix>';

/** The URI of a cached image as `plain()` shows it. */
export function cached(name: string): string {
  return `${HOST}/${name}`;
}

/** A value of a template in which joined texts are plain ones. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => {
    const parts = (inner as { 'Fn::Join'?: [string, (string | { Ref?: string })[]] } | null)?.['Fn::Join'];
    return parts ? parts[1].map(part => typeof part === 'string' ? part : `<${part.Ref ?? '...'}>`).join(parts[0]) : inner;
  }) as T;
}

/** The properties of the resources of a type, joined texts plain. */
export function propertiesOf(stack: Stack, type: string): Record<string, any>[] {
  return Object.values(Template.fromStack(stack).findResources(type)).map(one => plain(one.Properties));
}

/** Which repositories the roles whose id matches may pull for the first time, by the policies of a stack. */
export function pullable(stack: Stack, role: RegExp): string[] {
  const names = propertiesOf(stack, 'AWS::IAM::Policy')
    .filter(policy => role.test(policy.Roles[0].Ref))
    .flatMap(policy => policy.PolicyDocument.Statement)
    .filter(statement => statement.Action.includes('ecr:BatchImportUpstreamImage') && statement.Action.includes('ecr:CreateRepository'))
    .flatMap(statement => statement.Resource as string | string[])
    .map(arn => arn.replace('arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/', ''));
  return [...new Set(names)].sort();
}

export function warnings(construct: IConstruct): string[] {
  return construct.node.findAll().flatMap(one => one.node.metadata)
    .filter(entry => entry.type === 'aws:cdk:warning').map(entry => String(entry.data));
}

export const registry = (name: string) => ecs.ContainerImage.fromRegistry(name);

/** A task with a container for each image, the way the L2 makes it. */
export function taskOf(stack: Stack, ...images: (string | ecs.ContainerImage)[]): ecs.FargateTaskDefinition {
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  images.forEach((image, index) => task.addContainer(`C${index}`, { image: typeof image === 'string' ? registry(image) : image }));
  return task;
}

export function imagesOf(stack: Stack): string[] {
  return propertiesOf(stack, 'AWS::ECS::TaskDefinition')[0].ContainerDefinitions.map((one: { Image: string }) => one.Image);
}

/** The images of one task after a rewrite by Docker Hub's, Echo's and Quay's caches. */
export function rewritten(names: string[], options?: CachedImagesOptions) {
  const stack = newStack();
  taskOf(stack, ...names);
  const { dockerHub, quay } = caches(stack);
  const images = CachedImages.of(stack);
  images.configure(options ?? {});
  images.use(dockerHub, quay);
  return { stack, images, after: imagesOf(stack) };
}
