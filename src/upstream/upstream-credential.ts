import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { warnOfPlainCredential } from './plain-credential';
import { checkSecretValue, holdsPlaceholder, PLACEHOLDER } from './secret-value';
import { refuse } from '../private/accepted';
import { isMissing, kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { BY_METHOD, checkChoice, checkMadeByMethod, keepMade } from '../private/choices';
import { CheckId, excerpt, InvalidInputError } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkScopeAndId } from '../private/given';
import { checkWhenKnown, isLater, isLookup } from '../private/later';
import { differ } from '../private/places';

const NAME_PREFIX = 'ecr-pullthroughcache/';
const LONGEST_NAME = 512;
const NAME = /^ecr-pullthroughcache\/[a-zA-Z0-9/_+=.@-]+$/;
const DEFAULT_KEY = 'alias/aws/secretsmanager';
const COMPLETE_ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+-[A-Za-z0-9]{6}$/;
const WAYS = "UpstreamCredential.fromSecretCompleteArn(), UpstreamCredential.fromSecret(secret), or the property 'credential' of an UpstreamSecret";
const MAKE_ONE = `make one with UpstreamSecret, or name it '${NAME_PREFIX}...' yourself`;

/** Refuses a secret's name under which ECR would not find it. */
export function checkSecretName(name: string | undefined, scope: IConstruct): void {
  if (isLater(name)) {
    checkWhenKnown('name of a secret', scope, name!, known => checkSecretName(known, scope));
    return;
  }
  if (name === undefined) {
    throw new InvalidInputError({
      got: 'a secret without a name, which CloudFormation would name as it likes',
      expected: `a name that begins with '${NAME_PREFIX}', the only secrets that ECR reads`,
      fix: MAKE_ONE,
    }, scope);
  }
  const suggestion = NAME_PREFIX + name;
  const wrongName: Problem = {
    got: `the secret name ${excerpt(name)}`,
    expected: `'${NAME_PREFIX}' and letters, digits or any of /_+=.@-, ${LONGEST_NAME} characters at most`,
    fix: name !== NAME_PREFIX && isFound(suggestion) ? `write '${suggestion}'; a secret that exists can't be renamed, so make a new one` : MAKE_ONE,
  };
  if (!NAME.test(name)) {
    throw new InvalidInputError(wrongName, scope);
  }
  if (!isFound(name)) {
    refuse(scope, CheckId.SECRET_NAME_LENGTH, wrongName);
  }
}

function isFound(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST_NAME;
}

/**
 * What ECR logs in to an upstream registry with: a secret of AWS Secrets Manager with the keys `username` and `accessToken`.
 *
 * The secret's name begins with `ecr-pullthroughcache/`, it is encrypted with the AWS managed key `aws/secretsmanager`, and it is in
 * the account and Region of the cache. Change the value of the secret when the token is renewed, never the secret: its ARN is part of
 * the rule, which CloudFormation can't change in place.
 *
 * Amazon ECR User Guide, "Storing your upstream repository credentials in an AWS Secrets Manager secret".
 *
 * @example
 * import { PullThroughCache, UpstreamCredential, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const credential = UpstreamCredential.fromSecretCompleteArn(this, 'HubLogin',
 *   'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-a1b2c3');
 * new PullThroughCache(this, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(credential) });
 */
export class UpstreamCredential {
  /**
   * A secret that exists, or that this app makes: see `UpstreamSecret` for one with the right name and keys.
   *
   * An import needs the complete ARN, with the six characters that Secrets Manager added to the name.
   *
   * @param secret the secret
   * @throws for a name that doesn't begin with `ecr-pullthroughcache/`, a partial ARN, an import by name, a key of your own
   */
  public static fromSecret(secret: ISecret): UpstreamCredential {
    return new UpstreamCredential(BY_METHOD, secret);
  }

  /**
   * A secret that exists, by its ARN.
   *
   * @param scope the parent of the import
   * @param id the id of the import
   * @param secretCompleteArn its complete ARN, with the dash and the six characters that Secrets Manager added to the name
   * @throws for a name that doesn't begin with `ecr-pullthroughcache/`, a partial ARN
   */
  public static fromSecretCompleteArn(scope: Construct, id: string, secretCompleteArn: string): UpstreamCredential {
    checkScopeAndId('UpstreamCredential.fromSecretCompleteArn()', scope, id);
    checkText('secretCompleteArn', secretCompleteArn, "'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-a1b2c3'", scope);
    const arn = isLookup(secretCompleteArn) ? arnToComeIn(scope) : secretCompleteArn;
    if (!isLater(arn) && !COMPLETE_ARN.test(arn)) {
      throw new InvalidInputError({
        got: `the ARN ${excerpt(arn)} of a secret`,
        expected: 'the complete ARN, which ends with a dash and six characters',
        fix: 'copy it from: aws secretsmanager list-secrets',
      }, scope);
    }
    return new UpstreamCredential(BY_METHOD, Secret.fromSecretCompleteArn(scope, id, arn));
  }

  /** The secret. */
  public readonly secret: ISecret;

  /** The complete ARN of the secret, which the rule names. */
  public readonly secretArn: string;

  private constructor(key: symbol, secret: ISecret) {
    checkMadeByMethod(key, UpstreamCredential, WAYS);
    checkIsSecret(secret);
    if (secret.secretFullArn === undefined) {
      throw new InvalidInputError({
        got: 'a secret that is imported by its name or a partial ARN',
        expected: 'the complete ARN, which ends with a dash and six characters',
        fix: 'import it with Secret.fromSecretCompleteArn()',
      }, secret);
    }
    this.secret = secret;
    this.secretArn = secret.secretFullArn;
    checkOwnSecret(secret);
    checkArn(this.secretArn, secret);
    checkKey(secret.encryptionKey, secret);
    if (CfnSecret.isCfnSecret(secret.node.defaultChild)) {
      checkSecretValue(secret.node.defaultChild);
      warnOfPlainCredential(secret.node.defaultChild, PLACEHOLDER);
    }
    keepMade(this);
  }

  /**
   * Whether the secret is made in the stack of a construct, and created without a token that logs in.
   *
   * @internal
   */
  public _isBornEmptyBeside(other: IConstruct): boolean {
    const resource = this.secret.node.defaultChild;
    return CfnSecret.isCfnSecret(resource) && Stack.of(resource) === Stack.of(other) && holdsPlaceholder(resource);
  }

  /**
   * Refuses a secret in another account or Region than the rule that names it, where both are known.
   *
   * @internal
   */
  public _checkReachableFrom(rule: IConstruct): void {
    const here = Stack.of(rule);
    for (const [name, own, other] of [
      ['account', here.account, this.secret.env.account], ['Region', here.region, this.secret.env.region],
    ]) {
      if (differ(own, other)) {
        throw new InvalidInputError({
          got: `a secret in the ${name} ${other} for a cache in ${own}`,
          expected: 'a secret in the account and Region of the cache, the only place where ECR reads it',
          fix: `make the secret in ${own}, for example with UpstreamSecret in the cache's stack or an earlier one`,
        }, rule);
      }
    }
  }
}

/**
 * Refuses what is no credential, such as the secret itself, with what to call instead.
 *
 * @param name what it is for: `UpstreamRegistry.dockerHub()`
 */
export function checkCredential(name: string, credential: UpstreamCredential): void {
  const given: unknown = credential;
  const expected = 'an UpstreamCredential, since ECR logs in to such a registry';
  if (isMissing(given)) {
    throw new InvalidInputError({ got: `no credential for ${name}`, expected, fix: `pass ${WAYS}` });
  }
  const instead = insteadOf(given);
  if (instead) {
    throw new InvalidInputError({ got: `${instead.got} as the credential for ${name}`, expected, fix: instead.fix });
  }
  checkChoice(`the credential for ${name}`, credential, UpstreamCredential, WAYS);
}

/** The likely mistakes: a secret, an UpstreamSecret, an ARN. */
function insteadOf(given: unknown): { readonly got: string; readonly fix: string } | undefined {
  if (typeof given === 'string') {
    return { got: kindOf(given), fix: 'pass UpstreamCredential.fromSecretCompleteArn()' };
  }
  if (holdsCredential(given)) {
    return { got: 'an UpstreamSecret', fix: "pass its property 'credential'" };
  }
  return isSecret(given) ? { got: 'a secret', fix: 'pass UpstreamCredential.fromSecret(secret)' } : undefined;
}

function holdsCredential(value: unknown): boolean {
  return (Object(value) as { credential?: unknown }).credential instanceof UpstreamCredential;
}

function isSecret(value: unknown): boolean {
  // messages say where it is
  return Construct.isConstruct(value) && typeof (value as Partial<ISecret>).secretArn === 'string' && typeof (value as Partial<ISecret>).grantRead === 'function';
}

function checkIsSecret(secret: ISecret): void {
  const given: unknown = secret;
  if (isSecret(given)) { return; }
  const made = given instanceof UpstreamCredential ? 'an UpstreamCredential' : holdsCredential(given) ? 'an UpstreamSecret' : undefined;
  throw new InvalidInputError({
    got: isMissing(given) ? 'no secret for UpstreamCredential.fromSecret()' : `${made ?? kindOf(given)} as the secret for UpstreamCredential.fromSecret()`,
    expected: 'a Secret of AWS Secrets Manager',
    fix: made
      ? 'pass the credential to the upstream as it is: an UpstreamSecret has it as its property \'credential\''
      : 'make one with UpstreamSecret, or import it with Secret.fromSecretCompleteArn()',
  });
}

/** Of a secret that this app makes, the name and the key stand in its L1; its ARN is known at deployment only. */
function checkOwnSecret(secret: ISecret): void {
  const resource = secret.node.defaultChild;
  if (!CfnSecret.isCfnSecret(resource)) { return; }
  // an L2 without a name has a token here that stands for nothing
  const name: unknown = Stack.of(secret).resolve(resource.name);
  if (name === undefined || typeof name === 'string') {
    checkSecretName(name, secret);
  }
  const key = resource.kmsKeyId;
  if (typeof key === 'string' && key !== DEFAULT_KEY && !secret.encryptionKey) {
    refuseOwnKey(secret);
  }
}

/** Stands in for an ARN that is looked up: aws-cdk reads its parts. */
function arnToComeIn(scope: IConstruct): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager', resource: 'secret', resourceName: `${NAME_PREFIX}looked-up-a1b2c3`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The name in a complete ARN: what is left without the dash and the six characters, which aws-cdk has checked. */
function checkArn(arn: string, secret: ISecret): void {
  if (!isLater(arn)) {
    checkSecretName(Arn.split(arn, ArnFormat.COLON_RESOURCE_NAME).resourceName!.slice(0, -7), secret);
  }
}

function checkKey(key: IKey | undefined, secret: ISecret): void {
  // the AWS managed key can be named too, by its alias
  const alias = (key as { aliasName?: string } | undefined)?.aliasName;
  if (key && alias !== DEFAULT_KEY) {
    refuseOwnKey(secret);
  }
}

function refuseOwnKey(secret: ISecret): void {
  refuse(secret, CheckId.SECRET_KEY, {
    got: 'a secret that is encrypted with a key of your own',
    expected: 'the AWS managed key \'aws/secretsmanager\', the only one that ECR supports here',
    fix: 'leave the encryption key of the secret out',
  });
}
