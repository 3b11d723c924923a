import { Stack, Stage } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { CacheStack } from './cache-stack';
import { ENVIRONMENTS } from './environments';
import { WorkloadStack } from './workload-stack';

export interface PipelineStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** Deploys the cache and what pulls through it to one environment after the other, to production by approval. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);

    const pipeline = new CodePipeline(this, 'Pipeline', {
      pipelineType: PipelineType.V2,
      crossAccountKeys: true,
      synth: new ShellStep('Synth', {
        input: CodePipelineSource.connection('my-company/image-caches', 'main', {
          connectionArn: this.formatArn({ service: 'codeconnections', resource: 'connection', resourceName: '11111111-2222-3333-4444-555555555555' }),
        }),
        commands: ['npm ci', 'npx cdk synth'],
      }),
    });
    for (const environment of ENVIRONMENTS) {
      const stage = new Stage(this, environment.name, { env: { account: environment.account, region: this.region } });
      const cache = new CacheStack(stage, 'Cache', { echoAccount: props.echoAccount, environment });
      const workload = new WorkloadStack(stage, 'Workload', { echo: cache.echo });
      // the stacks of a Stage are deployed at the same time, unless one waits for another
      workload.addDependency(cache);
      pipeline.addStage(stage, { pre: environment.name === 'Prod' ? [new ManualApprovalStep('Release')] : [] });
    }
  }
}
