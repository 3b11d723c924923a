import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Size, Stack } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { CachedImages, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';

const STACKS = 20;
/** References to images: 40 tasks with two containers each, 10 jobs and 10 builds in each stack. */
const REFERENCES = STACKS * 100;
const ENV = { account: '111122223333', region: 'eu-central-1' };
const [rewrites] = process.argv.slice(2);

/** What a team deploys that knows nothing of caches; its tasks log, so that their execution roles have a policy already. */
function fill(stack: Stack): void {
  // no two references name the same image
  const image = (name: string) => `public.ecr.aws/${stack.node.id.toLowerCase()}/${name}:1.27`;
  for (let at = 0; at < 40; at++) {
    const task = new ecs.FargateTaskDefinition(stack, `Task${at}`);
    for (const container of ['App', 'Sidecar']) {
      task.addContainer(container, {
        image: ecs.ContainerImage.fromRegistry(image(`${container.toLowerCase()}-${at}`)),
        logging: ecs.LogDriver.awsLogs({ streamPrefix: 'app' }),
      });
    }
  }
  for (let at = 0; at < 10; at++) {
    new batch.EcsJobDefinition(stack, `Job${at}`, {
      container: new batch.EcsFargateContainerDefinition(stack, `JobContainer${at}`, {
        image: ecs.ContainerImage.fromRegistry(image(`job-${at}`)), cpu: 1, memory: Size.gibibytes(2),
      }),
    });
    new codebuild.Project(stack, `Build${at}`, {
      environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(image(`build-${at}`)) },
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: ['make'] } } }),
    });
  }
}

const outdir = mkdtempSync(join(tmpdir(), 'rewriting-'));
const before = process.cpuUsage();
const app = new App({ outdir, analyticsReporting: false });
const cache = new PullThroughCache(new Stack(app, 'Caches', { env: ENV }), 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
const images = rewrites === 'rewritten' ? CachedImages.of(app, { requireCached: true }) : undefined;
images?.use(cache);
for (let at = 0; at < STACKS; at++) {
  fill(new Stack(app, `Workload${at}`, { env: ENV }));
}
const assembly = app.synth();
const { user, system } = process.cpuUsage(before);
const texts = assembly.stacks.map(({ templateFullPath }) => readFileSync(templateFullPath, 'utf8'));
rmSync(outdir, { recursive: true });
const count = (pattern: RegExp) => texts.reduce((sum, text) => sum + (text.match(pattern) ?? []).length, 0);
process.stdout.write(JSON.stringify({
  cpu: (user + system) / 1000,
  references: REFERENCES,
  asWritten: count(/"public\.ecr\.aws\//g),
  inCache: count(/\/ecr-public\/workload\d+\/[a-z]+-\d+:1\.27"/g),
  resources: texts.reduce((sum, text) => sum + Object.keys(JSON.parse(text).Resources).length, 0),
}));
