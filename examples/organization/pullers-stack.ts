import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import type { IPullThroughCache } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface PullersStackProps extends StackProps {
  /** The cache of another account; in an app of its own, import it by `PullThroughCache.fromPullThroughCacheAttributes()`. */
  readonly echo: IPullThroughCache;
}

/** Builds in another account that pull through the shared cache: what the owner allows, their own role has to allow as well. */
export class PullersStack extends Stack {
  constructor(scope: Construct, id: string, props: PullersStackProps) {
    super(scope, id, props);

    const { echo } = props;
    const project = new codebuild.Project(this, 'Build', {
      environment: { privileged: true },
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: [echo.image('python:3.13').pullCommand] } } }),
    });
    echo.grants.pullImages(project, ['python', 'node']);

    new CfnOutput(this, 'PullCommand', { value: echo.image('python:3.13').pullCommand });
  }
}
