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
