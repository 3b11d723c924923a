import { ArnFormat, PropertyInjectors, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { refusals } from '../private/accepted';
import { ROOT } from '../private/checks';
import { CheckId, warn, WarningId } from '../private/errors';
import { isLater } from '../private/later';
import { CacheActions } from '../rule/cache-actions';

/** Where aws-cdk keeps what `Role.customizeRoles()` was called with. */
const CUSTOMIZED_ROLES = '@aws-cdk/iam:customizeRoles';

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
      permissionsBoundary: injectedBoundary(scope, id),
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
    this.node.addValidation({ validate: () => this.needed() ? this.problems() : [] });
  }

  protected shouldSynthesize(): boolean {
    return this.needed();
  }

  /** What Aspects and `customizeRoles()` made of it, which ECR or an organisation refuses. */
  private problems(): string[] {
    const customized = this.node.tryGetContext(CUSTOMIZED_ROLES) as { readonly preventSynthesis?: boolean } | undefined;
    if (customized && customized.preventSynthesis !== false) {
      warn(this, WarningId.CREATION_ROLE_NOT_CUSTOMIZED,
        'Role.customizeRoles() keeps roles out of the template, and not this one, which is decided on at synthesis. Set creationRole of the repository template to the '
        + 'role that is made elsewhere, or acknowledge this warning.');
    }
    const { path } = this;
    return path === undefined || isLater(path) || path === '/' ? [] : refusals(this, CheckId.CREATION_ROLE_PATH, {
      got: `the path '${path}' of the creation role, which an Aspect may have set`,
      expected: 'none, since ECR refuses others in a template and the first pull fails',
      fix: "except it in the Aspect, such as by node.node.id !== 'CreationRole', or set creationRole to a role without a path",
    });
  }
}

/** The boundary that an injector of properties for roles adds: it knows nothing of an L1. */
function injectedBoundary(scope: Construct, id: string): string | undefined {
  const injector = [...scope.node.scopes].reverse().filter(one => PropertyInjectors.hasPropertyInjectors(one))
    .map(one => PropertyInjectors.of(one).for(iam.Role.PROPERTY_INJECTION_ID)).find(one => one !== undefined);
  const props = injector?.inject({ assumedBy: new iam.ServicePrincipal('ecr.amazonaws.com') }, { scope, id }) as iam.RoleProps | undefined;
  return props?.permissionsBoundary?.managedPolicyArn;
}
