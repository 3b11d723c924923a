import { Aspects, CfnResource, Stack, Stage } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, Dependable } from 'constructs';
import type { IConstruct, IDependable } from 'constructs';
import { accessorOf } from '../private/tree';
import { Waiting } from '../private/waiting';
import { prefixOf } from '../rule/cache-address';

const TEMPLATE = CfnRepositoryCreationTemplate.CFN_RESOURCE_TYPE_NAME;
const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'];

/**
 * Makes what pulls wait for the rule, for the template, and for the policies of the role that pulls: a deployment that starts it earlier can fail
 * and roll back. Within one stack only, and not where one of these waits for what pulls: that would be a cycle.
 */
export function orderPull(puller: CfnResource, rule: IPullThroughCacheRuleRef, grantee: iam.IGrantable | undefined): void {
  const needed = {} as IDependable;
  const waiting = Waiting.in(puller);
  waiting.forget();
  // asked once all Aspects ran: policies are split, and references made, until then
  Dependable.implement(needed, {
    get dependencyRoots() {
      waiting.ask(needed);
      return neededBy(puller, rule, grantee, waiting).filter(one => !waiting.reaches(one, puller));
    },
  });
  puller.node.addDependency(needed);
}

function neededBy(puller: CfnResource, rule: IPullThroughCacheRuleRef, grantee: iam.IGrantable | undefined, waiting: Waiting): CfnResource[] {
  const stack = Stack.of(puller);
  const role = grantee?.grantPrincipal;
  const policies = Construct.isConstruct(role) ? resourcesOf(role).filter(({ cfnResourceType }) => POLICIES.includes(cfnResourceType)) : [];
  return [...rulesOf(rule, stack, waiting), ...policies].filter(one => one !== puller && Stack.of(one) === stack);
}

/** The L1 rule, and the template of its prefix unless the rule is made with it, which waits for it then. */
function rulesOf(rule: IPullThroughCacheRuleRef, stack: Stack, waiting: Waiting): CfnResource[] {
  const own = resourcesOf(rule);
  const rules = own.filter(one => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(one) && Stack.of(one) === stack);
  const isTemplate = (one: CfnResource) => CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(one) && one.prefix === prefixOf(rule);
  return rules.length === 0 || own.some(isTemplate) ? rules : [...rules, ...waiting.resourcesIn(stack, TEMPLATE).filter(isTemplate)];
}

function resourcesOf(construct: IConstruct): CfnResource[] {
  return construct.node.findAll().filter(one => CfnResource.isCfnResource(one));
}

/** Orders whatever pulls by a principal, in the Stage of a construct: task definitions, job definitions and build projects. */
export function orderPullsBy(grantee: iam.IGrantable, rule: IPullThroughCacheRuleRef, scope: IConstruct): void {
  const stage = Stage.of(scope) ?? scope.node.root;
  accessorOf(stage, 'PullOrder', () => {
    const order = new PullOrder();
    Aspects.of(stage).add(order);
    return order;
  }).add(grantee.grantPrincipal, rule);
}

/** What the L2 around a resource knows of who pulls. */
interface PullingConstruct {
  /** Of a task definition, and of a container of a job. */
  readonly executionRole?: iam.IGrantable;
  /** Of a build project. */
  readonly role?: iam.IGrantable;
  /** Of a job definition. */
  readonly container?: PullingConstruct;
  /** Of a job on several nodes. */
  readonly containers?: readonly { readonly container: PullingConstruct }[];
}

const PULLERS: Record<string, (construct: PullingConstruct) => (iam.IGrantable | undefined)[]> = {
  'AWS::ECS::TaskDefinition': ({ executionRole }) => [executionRole],
  'AWS::Batch::JobDefinition': ({ container, containers = [] }) => [container, ...containers.map(one => one.container)].map(one => one?.executionRole),
  'AWS::CodeBuild::Project': ({ role }) => [role],
};

/** Knows who was allowed to pull what, and orders what pulls so when the app is synthesized. */
class PullOrder implements IAspect {
  private readonly rules = new Map<iam.IPrincipal, Set<IPullThroughCacheRuleRef>>();

  public add(principal: iam.IPrincipal, rule: IPullThroughCacheRuleRef): void {
    this.rules.set(principal, (this.rules.get(principal) ?? new Set()).add(rule));
  }

  public visit(node: IConstruct): void {
    const pullers = CfnResource.isCfnResource(node) ? PULLERS[node.cfnResourceType] : undefined;
    if (!pullers) { return; }
    for (const principal of new Set(pullers(node.node.scope as unknown as PullingConstruct).map(one => one?.grantPrincipal))) {
      const rules = principal ? this.rules.get(principal) : undefined;
      rules?.forEach(rule => orderPull(node as CfnResource, rule, principal));
    }
  }
}
