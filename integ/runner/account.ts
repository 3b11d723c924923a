import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../../local/harness/aws';
import { RegistryClient } from '../../local/harness/registry-client';
import { partitionOf } from '../../src/private/partitions';

/** How an account is reached: at AWS, or at an endpoint that stands in for it. */
export interface AccountConfig {
  readonly region: string;
  readonly credentials: Credentials;
  readonly endpoint?: string;
}

/** An account in a Region, as one caller sees it. */
export class Account {
  /** The account of a profile of the AWS CLI, or of what the environment says. */
  public static async ofProfile(region: string, profile?: string): Promise<Account> {
    const before = process.env.AWS_PROFILE;
    try {
      process.env.AWS_PROFILE = profile ?? before ?? '';
      if (!process.env.AWS_PROFILE) { delete process.env.AWS_PROFILE; }
      const { accessKeyId, secretAccessKey, sessionToken } = await new STSClient({ region }).config.credentials();
      return new Account({ region, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    } finally {
      if (before === undefined) { delete process.env.AWS_PROFILE; } else { process.env.AWS_PROFILE = before; }
    }
  }

  public readonly cloudFormation: CloudFormationClient;
  public readonly cloudWatch: CloudWatchClient;
  public readonly ecr: ECRClient;
  public readonly events: EventBridgeClient;
  public readonly iam: IAMClient;
  public readonly lambda: LambdaClient;
  public readonly logs: CloudWatchLogsClient;
  public readonly secrets: SecretsManagerClient;
  public readonly sqs: SQSClient;
  public readonly sts: STSClient;

  constructor(public readonly config: AccountConfig) {
    this.cloudFormation = new CloudFormationClient(config);
    this.cloudWatch = new CloudWatchClient(config);
    this.ecr = new ECRClient(config);
    this.events = new EventBridgeClient(config);
    this.iam = new IAMClient(config);
    this.lambda = new LambdaClient(config);
    this.logs = new CloudWatchLogsClient(config);
    this.secrets = new SecretsManagerClient(config);
    this.sqs = new SQSClient(config);
    this.sts = new STSClient(config);
  }

  public async id(): Promise<string> {
    return (await this.sts.send(new GetCallerIdentityCommand({}))).Account!;
  }

  /** The same account in another Region. */
  public in(region: string): Account {
    return new Account({ ...this.config, region });
  }

  /** The account as a role sees it. */
  public async as(roleArn: string): Promise<Account> {
    const { Credentials: given } = await this.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'integ' }));
    const credentials = { accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken };
    return new Account({ ...this.config, credentials });
  }

  /** A login at the registry of an account in this Region, as `docker login`. */
  public async login(registry: string): Promise<RegistryClient> {
    const { authorizationData } = await this.ecr.send(new GetAuthorizationTokenCommand({}));
    const { region, endpoint } = this.config;
    const host = `${registry}.dkr.ecr.${region}.${partitionOf(region).suffix}`;
    const token = authorizationData![0].authorizationToken!;
    return endpoint === undefined ? new RegistryClient(`https://${host}`, token) : new RegistryClient(endpoint, token, host);
  }
}
