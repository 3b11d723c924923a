import { Stack } from 'aws-cdk-lib';
import { CfnAlias } from 'aws-cdk-lib/aws-kms';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { refuse } from './accepted';
import { CheckId, InvalidInputError, place } from './errors';
import { checkArnPartition } from './partitions';
import { differ } from './places';

/** What is encrypted with a key, as messages say it. */
interface Encrypted {
  readonly takesKey: string;
  readonly place: string;
}

export const TEMPLATE: Encrypted = { takesKey: 'a template', place: 'the repositories are' };
export const LOG_GROUP: Encrypted = { takesKey: 'a log group', place: 'the log group is' };

/**
 * ECR's API and that of CloudWatch Logs take the ARN of a key in their own Region, no alias: their API references,
 * `EncryptionConfigurationForRepositoryCreationTemplate` and `AssociateKmsKey`.
 */
export function checkEncryptionKey(key: IKeyRef | undefined, scope: IConstruct, encrypted: Encrypted): void {
  if (!key) {
    return;
  }
  checkArnPartition('an encryption key', key.keyRef.keyArn, scope);
  const alias = key.node.defaultChild;
  if (/:alias\//.test(key.keyRef.keyArn) || alias && CfnAlias.isCfnAlias(alias)) {
    refuse(scope, CheckId.TEMPLATE_KEY_ALIAS, {
      got: `a key alias (${place(key)}) to encrypt with`,
      expected: `a key, since ${encrypted.takesKey} needs the ARN of the key itself`,
      fix: 'pass the key that the alias stands for, for example with kms.Key.fromKeyArn or kms.Key.fromLookup',
    });
  }
  const own = Stack.of(scope).region;
  if (differ(key.env.region, own)) {
    throw new InvalidInputError({
      got: `an encryption key of the Region ${key.env.region}`,
      expected: `a key of the Region ${own}, in which ${encrypted.place}`,
      fix: 'create the key there, or a replica of a multi-Region key',
    }, scope);
  }
}
