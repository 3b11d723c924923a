import { readFileSync } from 'fs';
import { App } from 'aws-cdk-lib';
import type { Environment } from 'aws-cdk-lib';

/** Where an app goes and with which feature flags. */
export interface Setting {
  readonly name: string;
  readonly env: Environment;
  readonly flags: Record<string, unknown>;
}

const ENV = { account: '111122223333', region: 'eu-central-1' };

const RECOMMENDED = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8')) as Record<string, unknown>;
const MINIMIZE = '@aws-cdk/aws-iam:minimizePolicies';

/** Flags as `cdk init` writes them, those of an app that never set any, and new ones with policies as they were written. */
export const FLAGS: Record<string, Record<string, unknown>> = {
  'recommended flags': RECOMMENDED,
  'no flags': {},
  'recommended flags without minimizePolicies': { ...RECOMMENDED, [MINIMIZE]: false },
};

export const SETTINGS: Setting[] = Object.entries(FLAGS).flatMap(([flags, values]) => [
  { name: `with an env, ${flags}`, env: ENV, flags: values },
  { name: `without an env, ${flags}`, env: {}, flags: values },
]);

export function appWith(flags: Record<string, unknown>): App {
  return new App({ context: flags, analyticsReporting: false });
}
