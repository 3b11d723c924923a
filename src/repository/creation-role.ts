import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ROOT } from '../private/checks';
import { CacheActions } from '../rule/cache-actions';

export interface CreationRoleProps {
  readonly prefix: string;
  readonly encryptionKey?: IKeyRef;
  readonly replicates: boolean;
  /** Asked at synthesis: tags that `Tags.of` adds are known no earlier. */
  readonly needed: () => boolean;
}

/**
 * The role that ECR assumes to create tagged or KMS-encrypted repositories. An L1, since it leaves the template when no
 * tag and no key asks for it, which only `shouldSynthesize` can still decide after all aspects ran.
 *
 * It has no path: ECR refuses role ARNs with one (pattern of `CustomRoleArn`, CloudFormation reference of
 * `AWS::ECR::RepositoryCreationTemplate`).
 */
export class CreationRole extends CfnRole {
  private readonly needed: () => boolean;

  constructor(scope: Construct, id: string, props: CreationRoleProps) {
    const stack = Stack.of(scope);
    const repositories = stack.formatArn({
      service: 'ecr',
      resource: 'repository',
      resourceName: props.prefix === ROOT ? '*' : `${props.prefix}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const statements = [new iam.PolicyStatement({
      actions: [...CacheActions.CREATE_REPOSITORY, ...(props.replicates ? CacheActions.REPLICATE : [])],
      resources: [repositories],
    })];
    if (props.encryptionKey) {
      statements.push(new iam.PolicyStatement({
        actions: [...CacheActions.USE_KEY],
        resources: [props.encryptionKey.keyRef.keyArn],
        // as in AWS's example of a key policy: ECR User Guide, "Encryption at rest"
        conditions: { StringEquals: { 'kms:CallerAccount': stack.account, 'kms:ViaService': `ecr.${stack.region}.amazonaws.com` } },
      }));
    }
    super(scope, id, {
      description: `Creates the repositories below ${props.prefix} as their template says`,
      assumeRolePolicyDocument: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({
          actions: ['sts:AssumeRole'],
          principals: [new iam.ServicePrincipal('ecr.amazonaws.com')],
        })],
      }),
      policies: [{ policyName: 'CreateRepositories', policyDocument: new iam.PolicyDocument({ statements }) }],
    });
    this.needed = props.needed;
  }

  protected shouldSynthesize(): boolean {
    return this.needed();
  }
}
