/*
 * What the constructs tell their functions, as properties of custom resources; CloudFormation makes strings of numbers and booleans.
 * It imports nothing, since it is bundled.
 */

/** For the verification. */
export interface VerificationProperties {
  readonly prefix: string;
  /** As the cache names them: `echo/nginx:1.27`. */
  readonly images: string[];
  /** `true` or `false`. */
  readonly validatesCredential: string;
  readonly retrySeconds: string;
  readonly imageTimeoutSeconds: string;
  readonly logGroupName: string;
  /** Nothing that the function reads: a changed value makes it run again. */
  readonly fingerprint: string;
}

/** For what works through the repositories of a prefix. */
interface SweepProperties {
  readonly prefix: string;
  /** Prefixes below it that belong to others, as far as they are known at synthesis. */
  readonly others: string[];
}

/** For the adoption. */
export interface AdoptionProperties extends SweepProperties {
  /** `true` or `false`. */
  readonly dryRun: string;
  /** What a template gives; what it doesn't have is missing. */
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly tags?: { readonly key: string; readonly value: string }[];
  /** Nothing that the function reads: a changed value makes it run again. */
  readonly trigger?: string;
}

/** For the removal. */
export interface RemovalProperties extends SweepProperties {
  /** The prefix typed out by the user. */
  readonly confirmedPrefix: string;
  /** The stack and those around it: none of them may be going back. */
  readonly stacks: string[];
}
