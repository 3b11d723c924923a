import { Size, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

/** An app as it was before anyone thought of caches: a task with a sidecar, a nightly job and a build. */
export class WorkloadStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const task = new ecs.FargateTaskDefinition(this, 'Web');
    task.addContainer('nginx', { image: ecs.ContainerImage.fromRegistry('nginx:1.27') });
    task.addContainer('collector', { image: ecs.ContainerImage.fromRegistry('public.ecr.aws/aws-observability/aws-otel-collector:v0.43.0') });

    new batch.EcsJobDefinition(this, 'Nightly', {
      container: new batch.EcsFargateContainerDefinition(this, 'NightlyContainer', {
        image: ecs.ContainerImage.fromRegistry('python:3.13-slim'),
        cpu: 1,
        memory: Size.gibibytes(2),
      }),
    });

    new codebuild.Project(this, 'Build', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: ['buildah bud .'] } } }),
      environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry('quay.io/buildah/stable:v1.38') },
    });
  }
}
