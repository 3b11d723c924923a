import { App } from 'aws-cdk-lib';
import { CachedImages } from 'cdk-ecr-pull-through-cache';
import { CachesStack } from './caches-stack';
import { WorkloadStack } from './workload-stack';

const app = new App();
const caches = new CachesStack(app, 'Caches', {
  // a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
const workload = new WorkloadStack(app, 'Workload');
workload.addDependency(caches);

// The workload names public images and knows nothing of caches.
const images = CachedImages.of(app);
images.configure({ requireCached: true });
images.useWith(caches.echo, { replaces: ['docker.io/library/*'] });
images.use(caches.ecrPublic, caches.quay);

app.synth();
process.stderr.write(`${images.renderReport()}\n`);
