import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError } from './errors';

/** The context key by which images are pulled from their upstreams for a while, as they were before there was a cache. */
export const BYPASS = 'cdk-ecr-pull-through-cache:bypass';

/**
 * Whether the caches are to be gone round here: the way back in an outage. The CDK's command line passes text.
 *
 * @throws for what is neither true nor false, since an outage is no time for guesses
 */
export function isBypassed(scope: IConstruct): boolean {
  const value: unknown = scope.node.tryGetContext(BYPASS);
  if (value === undefined || value === null || value === false || value === 'false') {
    return false;
  }
  if (value === true || value === 'true') {
    return true;
  }
  throw new InvalidInputError({
    got: `${excerpt(JSON.stringify(value))} as the context '${BYPASS}'`,
    expected: 'true or false',
    fix: `write it in cdk.json as "${BYPASS}": true, or on the command line as -c ${BYPASS}=true`,
  }, scope);
}
