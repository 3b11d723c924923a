import { join } from 'path';
import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { BuildImages } from 'cdk-ecr-pull-through-cache';
import type { PullThroughCache } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface ServerStackProps extends StackProps {
  readonly nodeCache: PullThroughCache;
}

/** An image whose Dockerfile says `FROM node:24`, and is built from the cached one. */
export class ServerStack extends Stack {
  constructor(scope: Construct, id: string, props: ServerStackProps) {
    super(scope, id, props);

    const node = props.nodeCache.image('docker/library/node:24');
    const build = BuildImages.forStack(this, [node]);
    // Amazon ECR Public has Docker's official images below docker/library
    build.replace('node:24', node);
    build.replace('node:24-slim', props.nodeCache.image('docker/library/node:24-slim'));
    build.grantPublishing();

    const image = new DockerImageAsset(this, 'Image', { directory: join(__dirname, 'server'), buildContexts: build.buildContexts });
    // where whatever runs it finds its address
    new StringParameter(this, 'ImageUri', { stringValue: image.imageUri });
  }
}
