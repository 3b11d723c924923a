import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Aws } from './aws';
import { ROOT, tool } from './paths';
import type { Finished, Processes } from './processes';

/** What the CDK CLI is told besides the command. */
export interface CdkOptions {
  /** The app's command, or the directory of an assembly; that of `cdk.json` when it isn't given. */
  readonly app?: string;
  readonly context?: Record<string, string>;
  readonly args?: readonly string[];
  /** The program that builds images instead of `docker`. */
  readonly docker?: string;
}

/** The environment in which `aws` and `cdk` find the engine and nothing of the user's. */
export function environment(aws: Aws, home: string): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = aws.credentials;
  return {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...sessionToken ? { AWS_SESSION_TOKEN: sessionToken } : {},
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_HOME: join(home, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_PROXY: '127.0.0.1,localhost',
  };
}

/** The AWS CDK CLI that npm installed. */
export class Cdk {
  /**
   * @param home a directory for what the CLI keeps and for assemblies
   * @param onLine hears what it says
   */
  constructor(
    private readonly processes: Processes, private readonly aws: Aws, private readonly home: string,
    private readonly onLine: (line: string) => void = () => undefined) {}

  /** Prepares an account for CDK apps. */
  public async bootstrap(account: string): Promise<Finished> {
    return this.run(['bootstrap', `aws://${account}/${this.aws.region}`]);
  }

  public async deploy(stack: string, options: CdkOptions = {}): Promise<Finished> {
    return this.run(['deploy', stack, '--require-approval', 'never', '--outputs-file', this.outputsFile(stack)], options);
  }

  public async diff(stack: string, options: CdkOptions = {}): Promise<Finished> {
    return this.run(['diff', stack], options);
  }

  public async destroy(stack: string, options: CdkOptions = {}): Promise<Finished> {
    return this.run(['destroy', stack, '--force'], options);
  }

  /** The outputs of the last deployment of a stack. */
  public outputs(stack: string): Record<string, string> {
    return (JSON.parse(readFileSync(this.outputsFile(stack), 'utf8')) as Record<string, Record<string, string>>)[stack];
  }

  private async run(command: readonly string[], { app, context = {}, args = [], docker }: CdkOptions = {}): Promise<Finished> {
    const given = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const assembly = ['--no-notices', '--output', join(this.home, 'cdk.out'), ...app ? ['--app', app] : []];
    return this.processes.run(process.execPath, [tool('aws-cdk', 'bin', 'cdk'), ...command, ...assembly, ...given, ...args], {
      cwd: ROOT,
      env: { ...inherited(), ...environment(this.aws, this.home), ...docker === undefined ? {} : { CDK_DOCKER: docker } },
      onLine: this.onLine,
    });
  }

  private outputsFile(stack: string): string {
    return join(this.home, `${stack}.outputs.json`);
  }
}

/** The user's environment without what would lead the CLI to another account, endpoint or proxy, or colour its lines. */
function inherited(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|CDK_|FORCE_COLOR$|(https?|all)_proxy$)/i.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
}
