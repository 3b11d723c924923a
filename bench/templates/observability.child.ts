import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App } from 'aws-cdk-lib';
import { ObservabilityStack } from '../../examples/observability/observability-stack';

const outdir = mkdtempSync(join(tmpdir(), 'synth-'));
const app = new App({ outdir, analyticsReporting: false });
new ObservabilityStack(app, 'ObservedCaches', { echoAccount: '123456789012' });
const templates = app.synth().stacks.map(({ templateFullPath }) => readFileSync(templateFullPath, 'utf8'));
rmSync(outdir, { recursive: true });
process.stdout.write(JSON.stringify({ templates }));
