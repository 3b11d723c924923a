import { createHash } from 'crypto';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Size, Stack } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CachedImages, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';
import { timeSpentIn } from './time-spent';

const STACKS = 20;
/** References to images: 60 tasks with three containers each, 30 jobs and 30 builds in each stack. */
const REFERENCES = STACKS * 240;
const ENV = { account: '111122223333', region: 'eu-central-1' };
const [how] = process.argv.slice(2);

/** What a team deploys; its tasks log, so that their execution roles have a policy already. By hand it names the cache, grants the roles and waits for that. */
function fill(stack: Stack, cache: PullThroughCache): void {
  // no two references name the same image
  const path = (name: string) => `${stack.node.id.toLowerCase()}/${name}`;
  const written = (name: string) => `public.ecr.aws/${path(name)}:1.27`;
  const image = (name: string) => how === 'by-hand' ? cache.image(written(name)).uri : written(name);
  const grant = (role: iam.IGrantable, ...names: string[]) => {
    if (how === 'by-hand') {
      cache.grants.pullImages(role, names.map(path));
    }
  };
  const order = (puller: Construct, role: iam.IRole) => {
    if (how === 'by-hand') {
      puller.node.defaultChild!.node.addDependency(role.node.findChild('DefaultPolicy'));
    }
  };
  const groups = Array.from({ length: 20 }, (_, at) => new logs.LogGroup(stack, `Logs${at}`));
  for (let at = 0; at < 60; at++) {
    const task = new ecs.FargateTaskDefinition(stack, `Task${at}`);
    for (const container of ['App', 'Sidecar', 'Proxy']) {
      task.addContainer(container, {
        image: ecs.ContainerImage.fromRegistry(image(`${container.toLowerCase()}-${at}`)),
        logging: ecs.LogDriver.awsLogs({ streamPrefix: 'app', logGroup: groups[at % groups.length] }),
      });
    }
    grant(task.obtainExecutionRole(), `app-${at}`, `sidecar-${at}`, `proxy-${at}`);
    order(task, task.obtainExecutionRole());
  }
  for (let at = 0; at < 30; at++) {
    const container = new batch.EcsFargateContainerDefinition(stack, `JobContainer${at}`, {
      image: ecs.ContainerImage.fromRegistry(image(`job-${at}`)), cpu: 1, memory: Size.gibibytes(2),
    });
    grant(container.executionRole, `job-${at}`);
    order(new batch.EcsJobDefinition(stack, `Job${at}`, { container }), container.executionRole);
    const build = new codebuild.Project(stack, `Build${at}`, {
      environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(image(`build-${at}`)) },
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: ['make'] } } }),
    });
    grant(build, `build-${at}`);
  }
}

const spent = timeSpentIn();
const outdir = mkdtempSync(join(tmpdir(), 'rewriting-'));
const [before, begun] = [process.cpuUsage(), performance.now()];
const app = new App({ outdir, analyticsReporting: false });
const cache = new PullThroughCache(new Stack(app, 'Caches', { env: ENV }), 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
if (how === 'rewritten') {
  CachedImages.of(app).configure({ requireCached: true });
  CachedImages.of(app).use(cache);
}
for (let at = 0; at < STACKS; at++) {
  fill(new Stack(app, `Workload${at}`, { env: ENV }), cache);
}
const assembly = app.synth();
const [{ user, system }, clock] = [process.cpuUsage(before), performance.now() - begun];
const reported = performance.now();
const report = CachedImages.of(app).renderReport();
const reporting = performance.now() - reported;
const texts = assembly.stacks.map(({ templateFullPath }) => readFileSync(templateFullPath, 'utf8'));
rmSync(outdir, { recursive: true });
const count = (pattern: RegExp) => texts.reduce((sum, text) => sum + (text.match(pattern) ?? []).length, 0);
process.stdout.write(JSON.stringify({
  cpu: (user + system) / 1000,
  rewriting: spent.rewriting() / clock,
  checking: spent.checking() / clock,
  reporting: reporting / clock,
  reported: report === '' ? 0 : report.split('\n').length,
  references: REFERENCES,
  templates: createHash('sha256').update(texts.join()).digest('hex'),
  asWritten: count(/"public\.ecr\.aws\//g),
  inCache: count(/\/ecr-public\/workload\d+\/[a-z]+-\d+:1\.27"/g),
  resources: texts.reduce((sum, text) => sum + Object.keys(JSON.parse(text).Resources).length, 0),
}));
