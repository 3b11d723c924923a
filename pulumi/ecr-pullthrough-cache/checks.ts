import * as pulumi from '@pulumi/pulumi';
import type { EcrPullThroughCacheArgs } from './args';

type Arg = keyof EcrPullThroughCacheArgs;

interface Rule {
  readonly accepts: (value: any) => boolean;
  readonly expected: string;
}

const text = (pattern: RegExp, expected: string): Rule => ({ accepts: (value: string) => pattern.test(value), expected });
const list = (pattern: RegExp, expected: string): Rule => ({ accepts: (values: string[]) => values.every(value => pattern.test(value)), expected });
const count: Rule = { accepts: (value: number) => Number.isSafeInteger(value) && value >= 1, expected: 'a whole number from 1' };

const PREFIX = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const prefixWords = "lower-case letters and digits, joined by single '.', '_', '__', '-' or '/', without a slash at the end";

const RULES: { readonly [arg in Arg]?: Rule } = {
  echoRegistryAccountId: text(/^[0-9]{12}$/, 'the 12 digits of an AWS account id, as a string with its leading zeros'),
  echoRegistryRegion: text(/^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$/, 'the name of an AWS Region, such as us-east-1'),
  upstreamRegistryUrl: text(
    /^(public\.ecr\.aws|registry\.k8s\.io|quay\.io|registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com|cgr\.dev|[a-zA-Z0-9]+\.azurecr\.io)$/,
    'a registry that ECR can cache, as a host name without a scheme; for a private ECR registry set echoRegistryAccountId and echoRegistryRegion',
  ),
  credentialArn: text(
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache\/[A-Za-z0-9/_+=.@-]+$/,
    'the full ARN of a secret whose name starts with ecr-pullthroughcache/',
  ),
  cacheNamespace: { accepts: (value: string) => value.length >= 2 && value.length <= 30 && PREFIX.test(value), expected: `2 to 30 ${prefixWords}` },
  upstreamRepositoryPrefix: { accepts: (value: string) => value === 'ROOT' || PREFIX.test(value), expected: `${prefixWords}, or ROOT` },
  roleName: text(/^[A-Za-z0-9+=,.@_-]{1,64}$/, '1 to 64 letters, digits and + = , . @ _ -'),
  policyName: text(/^[A-Za-z0-9+=,.@_-]{1,128}$/, '1 to 128 letters, digits and + = , . @ _ -'),
  rolePermissions: text(/^(scoped|aws-example)$/, 'scoped or aws-example'),
  imagesKept: count,
  untaggedImageDays: count,
  kmsKeyArn: text(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]+$/, 'the ARN of a key, not of an alias'),
  repositoryTags: {
    accepts: (tags: Record<string, string>) => Object.entries(tags).length <= 50
      && Object.entries(tags).every(([key, value]) => /^(?!aws:).{1,128}$/i.test(key) && value.length <= 256),
    expected: "at most 50 tags, with keys of 1 to 128 characters that don't start with aws: and values of at most 256",
  },
  pullerAccountIds: list(/^[0-9]{12}$/, 'account ids of 12 digits'),
  pullerOrganizationId: text(/^o-[a-z0-9]{10,32}$/, 'the id of an organization, such as o-abcde12345'),
  alarmTopicArns: list(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$/, 'ARNs of SNS topics'),
  alarmEmail: text(/^[^@ ]+@[^@ ]+$/, 'an e-mail address'),
};

/** Refuses arguments that contradict each other. What is an output counts as given. */
export function checkTogether(args: EcrPullThroughCacheArgs): void {
  if ((args.echoRegistryAccountId === undefined) === (args.upstreamRegistryUrl === undefined)) {
    throw new pulumi.InputPropertiesError({
      message: 'one upstream is needed: set either echoRegistryAccountId or upstreamRegistryUrl',
      errors: [{ propertyPath: 'upstreamRegistryUrl', reason: args.upstreamRegistryUrl === undefined ? 'no upstream is set' : 'two upstreams are set' }],
    });
  }
  const url = args.upstreamRegistryUrl;
  if (url !== undefined && typeof url !== 'string') {
    return;
  }
  const needed = url !== undefined && !['public.ecr.aws', 'registry.k8s.io', 'quay.io'].includes(url);
  if (needed !== (args.credentialArn !== undefined)) {
    throw new pulumi.InputPropertyError({
      propertyPath: 'credentialArn',
      reason: needed ? 'this upstream needs a credential: set credentialArn' : 'this upstream takes no credential: leave credentialArn out',
    });
  }
}

/** The value of an argument, refused where it can't be right: a plain value here and now, an output when it is known. */
export function checked<T>(arg: Arg, value: pulumi.Input<T>): pulumi.Output<pulumi.Unwrap<T>> {
  const check = <V>(known: V): V => {
    const rule = RULES[arg];
    if (rule && !rule.accepts(known)) {
      throw new pulumi.InputPropertyError({ propertyPath: arg, reason: `got ${JSON.stringify(known)}, expected ${rule.expected}` });
    }
    return known;
  };
  if (isKnown(value)) {
    check(value);
  }
  return pulumi.output(value).apply(known => check(known)) as pulumi.Output<pulumi.Unwrap<T>>;
}

/** The arguments without those that are null, which programs in other languages and JavaScript may pass for what isn't set. */
export function withoutMissing(args: EcrPullThroughCacheArgs): EcrPullThroughCacheArgs {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
}

/** Whether something was given at all. What is known later counts. */
export function given(value: pulumi.Input<unknown> | undefined): boolean {
  const later = pulumi.Output.isInstance(value) || value instanceof Promise;
  return later || (value !== undefined && Object.keys(value as object).length > 0);
}

/** Whether a value is here in full, so that it can be refused before anything is made. */
function isKnown(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return typeof value !== 'function';
  }
  return !pulumi.Output.isInstance(value) && !(value instanceof Promise) && Object.values(value).every(isKnown);
}
