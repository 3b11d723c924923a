import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

// which Node.js a later release of the SDK wants is none of the user's concern here
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Who calls. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A statement of a policy. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: Record<string, string>;
  readonly Condition?: Record<string, Record<string, string>>;
}

/** A policy document of statements. */
export function policy(...statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The root of an account: on the engine an access key that is an account's number is that account. */
export function root(account: string): Credentials {
  return { accessKeyId: account, secretAccessKey: 'test' };
}

/** AWS as one caller sees it. */
export class Aws {
  public readonly cloudFormation: CloudFormationClient;
  public readonly cloudWatch: CloudWatchClient;
  public readonly ecr: ECRClient;
  public readonly eventBridge: EventBridgeClient;
  public readonly iam: IAMClient;
  public readonly logs: CloudWatchLogsClient;
  public readonly secretsManager: SecretsManagerClient;
  public readonly sns: SNSClient;
  public readonly sqs: SQSClient;
  public readonly sts: STSClient;

  constructor(public readonly endpoint: string, public readonly region: string, public readonly credentials: Credentials) {
    const config = { endpoint, region, credentials, maxAttempts: 1 };
    this.cloudFormation = new CloudFormationClient(config);
    this.cloudWatch = new CloudWatchClient(config);
    this.ecr = new ECRClient(config);
    this.eventBridge = new EventBridgeClient(config);
    this.iam = new IAMClient(config);
    this.logs = new CloudWatchLogsClient(config);
    this.secretsManager = new SecretsManagerClient(config);
    this.sns = new SNSClient(config);
    this.sqs = new SQSClient(config);
    this.sts = new STSClient(config);
  }

  /** The same engine for another caller. */
  public as(credentials: Credentials): Aws {
    return new Aws(this.endpoint, this.region, credentials);
  }

  /** A new user with these permissions, as a caller. */
  public async user(name: string, ...statements: Statement[]): Promise<Aws> {
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    await this.iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'Given', PolicyDocument: policy(...statements) }));
    const { AccessKey: key } = await this.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return this.as({ accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! });
  }

  /** A session of a role, as a caller. */
  public async assume(roleArn: string, session = 'pull'): Promise<Aws> {
    const { Credentials: given } = await this.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: session }));
    return this.as({ accessKeyId: given!.AccessKeyId!, secretAccessKey: given!.SecretAccessKey!, sessionToken: given!.SessionToken });
  }
}
