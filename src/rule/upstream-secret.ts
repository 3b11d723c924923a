import { Names, RemovalPolicy, Resource, SecretValue, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { checkProps, isMissing, kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { InvalidInputError } from '../private/errors';
import { isLater } from '../private/later';
import { PLACEHOLDER } from '../upstream/secret-value';
import { UpstreamCredential } from '../upstream/upstream-credential';

/** Properties of an `UpstreamSecret`. */
export interface UpstreamSecretProps {
  /**
   * The whole name of the secret. It has to begin with `ecr-pullthroughcache/`.
   *
   * @default - `ecr-pullthroughcache/` and a name made of the construct's path
   */
  readonly secretName?: string;

  /**
   * The user name at the upstream. It is no secret and stands in the template as you write it.
   *
   * @default - a placeholder, to be filled out of band
   */
  readonly username?: string;

  /**
   * The access token at the upstream, as a reference: a parameter with `noEcho`, a value of another secret. A plain text is refused.
   *
   * @default - a placeholder, to be filled out of band; CloudFormation doesn't overwrite what you put there
   */
  readonly accessToken?: SecretValue;

  /**
   * What the secret is for.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * What happens to the secret when it leaves the stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

const PROPS = ['secretName', 'username', 'accessToken', 'description', 'removalPolicy'];

/**
 * A secret for a credentialed upstream, as ECR wants it: its name begins with `ecr-pullthroughcache/`, it has the keys `username` and
 * `accessToken`, and AWS's default key encrypts it. No plain token gets into the template. A secret costs 0.40 USD a month.
 *
 * With an `accessToken` the cache works after one deployment. Without, make it in a stack that is deployed before the cache's, and fill it between the two:
 * ECR reads it when the rule is created.
 *
 * Amazon ECR User Guide, "Storing your upstream repository credentials in an AWS Secrets Manager secret".
 *
 * @example
 * import { PullThroughCache, UpstreamRegistry, UpstreamSecret } from 'cdk-ecr-pull-through-cache';
 * import { CfnParameter, SecretValue } from 'aws-cdk-lib';
 *
 * const token = new CfnParameter(this, 'HubToken', { noEcho: true }); // npx cdk deploy --parameters HubToken=...
 * const secret = new UpstreamSecret(this, 'HubLogin', { username: 'my-team', accessToken: SecretValue.cfnParameter(token) });
 * new PullThroughCache(this, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(secret.credential) });
 */
export class UpstreamSecret extends Resource {
  /** The secret itself. */
  public readonly secret: secretsmanager.ISecret;

  /** What the upstream's factory asks for, such as `UpstreamRegistry.dockerHub()`. */
  public readonly credential: UpstreamCredential;

  /** A shell command that fills the secret from a file `credential.json` with the two keys, for example as a `CfnOutput`. */
  public readonly fillCommand: string;

  constructor(scope: Construct, id: string, props: UpstreamSecretProps = {}) {
    super(scope, id);
    checkProps(this, UpstreamSecret, 'an upstream secret', props ?? {}, PROPS);
    // what other languages leave out may arrive as null
    const { secretName, username, accessToken, description, removalPolicy }: UpstreamSecretProps = props ?? {};
    for (const [name, text, example] of [
      ['secretName', secretName, "'ecr-pullthroughcache/docker-hub'"], ['username', username, "'my-team'"], ['description', description, "'for pulls'"],
    ] as const) {
      checkText(name, text ?? '', example, this);
    }
    this.checkNotPlain(accessToken ?? undefined);
    if (!isMissing(accessToken) && (username ?? '') === '') {
      throw new InvalidInputError({
        got: 'an access token without a user name', expected: 'both, since the registry refuses one without the other', fix: "write it, such as username 'my-team'",
      }, this);
    }
    this.secret = new secretsmanager.Secret(this, 'Resource', {
      secretName: secretName ?? `ecr-pullthroughcache/${Names.uniqueResourceName(this, { maxLength: 100, allowedSpecialCharacters: '-_' })}`,
      description: description ?? undefined,
      secretObjectValue: {
        username: SecretValue.unsafePlainText(username ?? PLACEHOLDER),
        accessToken: accessToken ?? SecretValue.unsafePlainText(PLACEHOLDER),
      },
      removalPolicy: removalPolicy ?? undefined,
    });
    this.credential = UpstreamCredential.fromSecret(this.secret);
    this.fillCommand = `aws secretsmanager put-secret-value --region ${Stack.of(this).region} --secret-id ${this.secret.secretArn} `
      + '--secret-string file://credential.json';
  }

  /**
   * What happens to the secret when it leaves the stack.
   *
   * @param policy whether it is deleted or stays
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.secret.applyRemovalPolicy(policy);
  }

  private checkNotPlain(token: SecretValue | undefined): void {
    if (token === undefined) { return; }
    if (typeof token !== 'string' && !SecretValue.isSecretValue(token)) {
      throw new InvalidInputError({
        got: `${kindOf(token)} as the access token`,
        expected: 'a SecretValue',
        fix: 'leave it out and fill the secret out of band, or use SecretValue.cfnParameter() with noEcho or SecretValue.secretsManager()',
      }, this);
    }
    // unwrapped first: under the flag checkSecretUsage, aws-cdk refuses to resolve a SecretValue outside of where it belongs
    const value: unknown = typeof token === 'string' ? token : Stack.of(this).resolve(token.unsafeUnwrap());
    if (typeof value === 'string' && value.startsWith('{{resolve:ssm-secure:')) {
      throw new InvalidInputError({
        got: 'an access token from a SecureString of Parameter Store',
        expected: 'one of Secrets Manager or a parameter, since CloudFormation resolves no SecureString in a secret (CloudFormation User Guide, "Get a secure string value '
          + 'from Systems Manager Parameter Store")',
        fix: 'use SecretValue.secretsManager() or SecretValue.cfnParameter() with noEcho, or fill the secret out of band',
      }, this);
    }
    if (typeof value === 'string' && !value.startsWith('{{resolve:') && !isLater(value)) {
      throw new InvalidInputError({
        got: 'an access token as plain text, which would stand in the template for all to read',
        expected: 'a reference to it',
        fix: 'leave it out and fill the secret out of band, or use SecretValue.cfnParameter() with noEcho or SecretValue.secretsManager()',
      }, this);
    }
  }
}
