import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkNear } from './nearness';
import { orderPullsBy } from './pull-order';
import { isBypassed } from '../private/bypass';
import { warn, WarningId } from '../private/errors';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** What both need of an `ImageInCache`. */
interface PulledImage {
  readonly path: string;
  readonly repositoryName: string;
  readonly uri: string;
  readonly _upstreamUri: string;
  _grantTo(grantee: iam.IGrantable): void;
  grantPull(grantee: iam.IGrantable): iam.Grant;
}

/** A cached image for a container of ECS or Batch. */
export class CachedContainerImage extends ecs.ContainerImage {
  constructor(private readonly image: PulledImage, private readonly rule: ICacheRule) {
    super();
  }

  public bind(scope: Construct, container: ecs.ContainerDefinition): ecs.ContainerImageConfig {
    checkNear(this.rule, scope, this.image.repositoryName);
    // Batch passes an object that has only this method, and for EKS jobs no task definition at all
    const taskDefinition = container.taskDefinition as Pick<ecs.TaskDefinition, 'obtainExecutionRole'> | undefined;
    if (taskDefinition) {
      const role = taskDefinition.obtainExecutionRole();
      this.image._grantTo(role);
      orderPullsBy(role, this.rule, scope);
    } else {
      warn(scope, WarningId.PULLER_NOT_FOUND,
        `nobody was allowed to pull '${this.image.repositoryName}' here: on EKS the nodes pull. Call grantPull() of the cache `
        + `(${this.rule.node.path}) with their role, then acknowledge this warning.`);
    }
    return { imageName: isBypassed(scope) ? this.image._upstreamUri : this.image.uri };
  }
}

/** The repository of a cached image, which no stack makes. */
export class CachedRepository extends ecr.RepositoryBase {
  public readonly repositoryName: string;
  public readonly repositoryArn: string;

  constructor(scope: Construct, id: string, private readonly image: PulledImage, private readonly rule: ICacheRule) {
    const address = CacheAddress.fromRule(rule);
    super(scope, id, { account: address.account, region: address.region });
    this.repositoryName = image.repositoryName;
    this.repositoryArn = address.repositoryArn(image.path);
  }

  public addToResourcePolicy(): iam.AddToResourcePolicyResult {
    // a first pull creates the repository, outside of any stack; its policy comes from the template
    return { statementAdded: false };
  }

  public grantPull(grantee: iam.IGrantable): iam.Grant {
    if (Construct.isConstruct(grantee)) {
      checkNear(this.rule, grantee, this.repositoryName);
      orderPullsBy(grantee, this.rule, grantee);
    }
    return this.image.grantPull(grantee);
  }
}
